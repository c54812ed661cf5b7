# SPDX-License-Identifier: MIT
"""The figures of the structure are counted as docs/tools/structure.py defines them."""

import importlib.util
import subprocess
import sys

import pytest

from docs.tools.structure import ROOT, as_table, static_figures, trace, traces, tracked

PYPROJECT = """
[tool.mypy]
strict = {strict}
files = ["emotion_ros/core"]
[tool.other]
files = ["emotion_ros"]
"""
CORE = """\
def shown(values):
    first = _once(values[0])
    return [first + _twice(v) for v in values]


def _once(value):
    return value


def _twice(value):
    return value if value else _twice(1)


class Thing:
    def __init__(self):
        self._never_called = 1

    @property
    def _unused(self):
        return self
"""
NODE = """\
import emotion_ros.core.a as core
core._x = 1
"""


@pytest.fixture
def checkout(tmp_path):
    """Return the root of a small repository."""
    files = {
        'emotion_ros/__init__.py': '',
        'emotion_ros/errors.py': '# one line\n',
        'emotion_ros/core/__init__.py': '',
        'emotion_ros/core/a.py': CORE,
        'emotion_ros/nodes/b.py': NODE,
        'training/face/train.py': 'x = 1\n',
        'training/face/model.py': 'x = 1\n',
        'test/unit/test_a.py': 'a._once\n',
        'docs/page.md': 'three more words\n',
        'CHANGELOG.rst': 'two words',
        'pyproject.toml': PYPROJECT.format(strict='true'),
        'build/left_over.py': 'x = 1\n' * 100,
        '.gitignore': 'build\n',
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    for arguments in (['init', '-q'], ['add', '.']):
        subprocess.run(['git', *arguments], cwd=tmp_path, check=True)
    return tmp_path


def test_a_small_repository_is_counted_exactly(checkout):
    assert static_figures(checkout) == {
        'modules_per_folder': {
            'training/face': 2,
            'emotion_ros': 1,
            'emotion_ros/core': 1,
            'emotion_ros/nodes': 1,
        },
        'functions': {
            'count': 5,
            'median_lines': 2,
            'p90_lines': 3,
            'max_lines': 3,
            'private_share': 3 / 5,
            'private_mentioned_once_share': 1 / 5,
        },
        'strictly_typed_share': 20 / 23,
        'product_lines': 23,
        'lines': {
            'emotion_ros/core': 20,
            'emotion_ros/nodes': 2,
            'emotion_ros/*.py': 1,
            'training': 2,
            'studies': 0,
            'benchmarks': 0,
            'docs/tools': 0,
            'test': 1,
        },
        'doc_words': 5,
    }


@pytest.mark.skipif(not (ROOT / '.git').exists(), reason='needs the git repository')
def test_the_documentation_has_at_most_25200_words():
    pages = tracked(ROOT, '.md', '.rst')
    assert sum(len((ROOT / page).read_bytes().split()) for page in pages) <= 25_200


def test_nothing_is_strictly_typed_unless_mypy_is_strict(checkout):
    (checkout / 'pyproject.toml').write_text(PYPROJECT.format(strict='false'))
    assert static_figures(checkout)['strictly_typed_share'] == 0.0


def test_a_trace_counts_calls_into_one_folder(tmp_path):
    sources = {
        'inner': 'def double(x):\n    return 2 * x\n',
        'outer': 'def total(double, xs):\n    return sum(double(x) for x in xs)\n',
    }
    modules = {}
    for name, text in sources.items():
        (tmp_path / f'{name}.py').write_text(text)
        spec = importlib.util.spec_from_file_location(name, tmp_path / f'{name}.py')
        modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(modules[name])

    def step():
        modules['outer'].total(modules['inner'].double, [1, 2])

    # total, the generator, double, the generator, double, the generator
    expected = {'calls': 3, 'functions': 2, 'files': 2, 'moves': 4, 'depth': 3}
    assert trace(step, tmp_path) == expected
    assert sys.getprofile() is None
    assert trace(step, tmp_path / 'elsewhere') == dict.fromkeys(expected, 0)


def test_the_traces_of_this_checkout_reach_several_files():
    assert {name: figures['files'] > 3 for name, figures in traces().items()} == {
        'one fusion evaluation': True,
        'one camera frame': True,
        'one utterance': True,
    }


def test_the_table_indents_groups_and_shows_shares_in_percent():
    table = as_table({'lines': {'core': 1234}, 'typed_share': 0.5})
    assert [line.split() for line in table.splitlines()] == [
        ['lines'],
        ['core', '1,234'],
        ['typed_share', '50%'],
    ]
    assert table.splitlines()[1].startswith('  core')
