# SPDX-License-Identifier: MIT
"""Code and docs use the terms of ROS, OpenCV, PyTorch and the papers, not words of our own.

Checked are the names of modules, functions and classes, docstrings, comments and every string
with a space in it (messages, help texts); of other files the whole text. Words that stay are
listed with the reason in PHRASES and EXEMPT.
"""

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# A regular expression of whole words -> the term to use instead.
TERMS = {
    # people, nodes and inputs
    'somebody': 'a person',
    'nobody': 'no person, no node, nothing',
    'whoever|whomever': 'the person who, the node that',
    'whatever comes': 'any input',
    'hears?|heard|hearing': 'receive, recognise',
    'tells?|told': 'report, distinguish',
    r"\w+'s say|say about": 'evidence',
    'latest word': 'latest evidence',
    'last words?': 'output tail',
    'to be seen': 'found, visible',
    'eyes and ears': 'observer node',
    'well again': 'recovered',
    'speechless': 'non-speech',
    'of (its|their|his|her) own': 'own, separate',
    # errors
    'complaints?|complains?|complained': 'error, warning',
    'mischief': 'fault input',
    'casualty|casualties': 'failed process',
    'blame[ds]?': 'error context, cause',
    'mend(s|ed|ing)?': 'fix, repair, correct',
    'refusals?': 'rejection',
    # evidence and fusion
    'weighers?': 'evidence weighting',
    'ageing': 'decay',
    'company': 'corroboration',
    'crowds?(?!-)': 'several people, several publishers',
    'sightings?': 'last seen',
    'happenings?': 'event',
    'chronicles?': 'event detector',
    # expectations and results
    'judge[ds]?|judging|judge?ments?': 'evaluate, classify',
    'ideal answers?': 'ground truth',
    # models and images
    'models? of others': 'third-party model',
    'one door': 'interface',
    'footage': 'image source',
    # training, benchmarks, studies
    'recipes?': 'training configuration',
    'beliefs': 'predictions, probabilities',
    'spoil(s|t|ed|ing)?': 'perturb, degrade',
    'teach(es|ing)?|taught': 'train, soft targets',
    'scores? honest|honest scores?': 'calibrated',
    'spend day|days? spent': 'measure a lifecycle',
    'vitals': 'process statistics',
    'studio|pasted faces?': 'synthetic frames',
}
# Words that are plain in a sentence, but not as a name of a module, function or class.
NAMES = {
    'sees?|saw|looks?': 'update, check, find',
    'says?|said': 'report, text',
    'talks?': 'stream speech',
    'films?|filmed': 'stream camera, synthesise',
    'situations?': 'scenario',
    'scenes?': 'people in view, synthetic sequence',
    'acting': 'synthetic sequence',
    'shots?': 'image sample',
    'model trials?': 'self test',
    'trust': 'confidence',
    'tones?': 'sentiment',
    'presence': 'effective quality',
    'remembers?': 'store, init',
    'drafts? (folders? )?of': 'atomic write',
    'shelf|shelves': 'registry',
}
# What stays, wherever it stands -> why.
PHRASES = {
    'crowd votes?': 'what CREMA-D calls its ratings',
    'to judge, select': 'what the package must not be used for, in the plain sense',
    'nobody (is |was )?in view': 'the plain words for STATUS_NO_PERSON, as in the summary',
    'show: nobody|`nobody`|nobody [|] camera_off': 'a keyword of storyboards',
}
# What stays in one file: the words, and why.
EXEMPT = {
    'emotion_ros/perception/text/negation.py': ('heard|complain', 'words that people use'),
    'emotion_ros/core/people/opt_out.py': ('tell|told|nobody', 'words that people use'),
    'emotion_ros/perception/text/recogniser_marks.py': ('heard', 'what programs print'),
    'examples/behaviour_node.py': ('say', 'the robot speaks'),
    'examples/behaviour_tree.py': ('say', 'the robot speaks'),
}

CODE = 'emotion_ros|training|benchmarks|studies|launch|examples|bootstrap|docs'
CHECKED = re.compile(rf'({CODE})/.*\.(py|js|html)|config/.*\.yaml|.*\.(md|rst)|Makefile')
TESTS = re.compile(r'.*/test_[^/]*\.py')


def whole_words(*patterns: str) -> re.Pattern[str]:
    """Return one expression for all; a space in a pattern is any white space."""
    spaced = '|'.join(patterns).replace(' ', r'\s+')
    return re.compile(rf'(?<!\w)(?:{spaced})(?!\w)', re.IGNORECASE)


IN_TEXT = whole_words(*TERMS)
IN_NAMES = whole_words(*TERMS, *NAMES)
KEPT = whole_words(*PHRASES)


def checked_files() -> list[str]:
    """Return the files that are checked, as paths from the root."""
    listed = subprocess.check_output(['git', 'ls-files', '-z'], cwd=ROOT, text=True)
    return [p for p in listed.split('\0') if CHECKED.fullmatch(p) and not TESTS.fullmatch(p)]


def found(path: str, text: str) -> list[str]:
    """Return ``path:line: word -> term`` for every word in a file that has a better term."""
    parts = parts_of_python(path, text) if path.endswith('.py') else [(1, text, IN_TEXT)]
    kept = whole_words(EXEMPT[path][0]) if path in EXEMPT else None
    lines = []
    for first_line, part, banned in parts:
        part = KEPT.sub(lambda match: re.sub(r'\w', '-', match[0]), part)
        for match in banned.finditer(part):
            if not (kept and kept.fullmatch(match[0])):
                line = first_line + part.count('\n', 0, match.start())
                lines.append(f'{path}:{line}: {" ".join(match[0].split())} -> {term_for(match)}')
    return sorted(set(lines))


def term_for(match: re.Match[str]) -> str:
    """Return the term of the row that matches at the same place."""
    rows = {**NAMES, **TERMS}.items()
    return next(t for p, t in rows if whole_words(p).match(match.string, match.start()))


def parts_of_python(path: str, text: str) -> Iterator[tuple[int, str, re.Pattern[str]]]:
    """Yield line, text and banned words of every name, comment and string of a module."""
    yield 1, split_name(Path(path).stem), IN_NAMES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, split_name(node.name), IN_NAMES
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value.split()[1:]
        ):
            yield node.lineno, node.value, IN_TEXT
    comments = [''] * text.count('\n')
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            comments[token.start[0] - 1] = token.string.lstrip('#')
    yield 1, '\n'.join(comments), IN_TEXT


def split_name(name: str) -> str:
    """Return the words of a name: ``drop_old`` and ``DropOld`` are both ``drop old``."""
    return re.sub(r'(?<=[a-z0-9])(?=[A-Z])|_+', ' ', name).strip().lower()


@pytest.mark.parametrize('path', checked_files())
def test_every_word_is_the_term_that_others_use(path):
    lines = found(path, (ROOT / path).read_text(encoding='utf-8'))
    assert not lines, '\n' + '\n'.join(lines)


@pytest.mark.parametrize('path', EXEMPT)
def test_an_exemption_is_needed(path, monkeypatch):
    monkeypatch.delitem(EXEMPT, path)
    assert found(path, (ROOT / path).read_text(encoding='utf-8'))


@pytest.mark.parametrize(
    ('path', 'text', 'expected'),
    [
        ('a.py', '', []),
        ('a.py', 'x = 1\n# of its\n# own\n', ['a.py:2: of its own -> own, separate']),
        ('a.py', 'x = "heard"\n', []),  # a key, not a sentence
        ('a.py', 'x = 1\ny = f"{x} was heard"\n', ['a.py:2: heard -> receive, recognise']),
        ('a.py', '"""A.\n\nNobody."""\n', ['a.py:3: Nobody -> no person, no node, nothing']),
        ('a.py', 'class HeardWords: pass\n', ['a.py:1: heard -> receive, recognise']),
        ('a.py', 'def see(): "See the page."\n', ['a.py:1: see -> update, check, find']),
        ('mischief.py', '', ['mischief.py:1: mischief -> fault input']),
        ('a.md', 'Nobody is in view.\n\nshow: nobody\n', []),
        ('a.md', 'a\nSomebody', ['a.md:2: Somebody -> a person']),
        ('examples/behaviour_node.py', 'def say(): pass\n', []),
    ],
)
def test_words_are_found_with_line_and_term(path, text, expected):
    assert found(path, text) == expected
