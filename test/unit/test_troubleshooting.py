# SPDX-License-Identifier: MIT
"""Whatever the doctor finds, and whatever a state or a counter says, has its line in the docs."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from emotion_ros.core import graph
from emotion_ros.core.evidence import Rejection
from emotion_ros.core.graph.snapshot import Kind
from emotion_ros.core.state import Reason
from emotion_ros.nodes.graph.remedies import REJECTED, REMEDIES
from pages import ROOT, inline

PAGE = ROOT / 'docs' / 'troubleshooting.md'
WORDS = [*inline(PAGE), *inline(ROOT / 'docs' / 'voice.md')]
REASON = re.compile(r"InvalidInput\(\s*'(\w+)'")
# Of files given to a command, and of messages to the listener: not the doctor's business.
OF_OTHERS = {'truncated', 'unreadable'}


def findings() -> Iterator[str]:
    """Yield the longest fixed words of every finding that is not good news."""
    for path in sorted(Path(graph.__path__[0]).glob('*checks.py')):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == 'Finding':
                severity, what = (ast.unparse(node.args[0]), node.args[2])
                if severity != 'Severity.GOOD':
                    yield from pieces(what)
            elif isinstance(node, ast.Assign) and 'what' in ast.unparse(node.targets[0]):
                yield from pieces(node.value)


def pieces(expression: ast.expr) -> Iterator[str]:
    """Yield the longest fixed words of each string in an expression."""
    nodes = list(ast.walk(expression))
    formats = [node.format_spec for node in nodes if isinstance(node, ast.FormattedValue)]
    for string in nodes:
        if isinstance(string, ast.JoinedStr) and string not in formats:
            fixed = [part.value for part in string.values if isinstance(part, ast.Constant)]
            yield max((words.strip(' :;,.()') for words in fixed), key=len, default='')
    if isinstance(expression, ast.Constant):
        yield str(expression.value)


def test_the_findings_are_found():
    found = set(findings())
    assert {'does not run', 'is switched off', 'few', 'no node publishes'} <= found
    assert len(found) > 20


@pytest.mark.parametrize('words', sorted({words for words in findings() if words}))
def test_a_finding_has_its_line(words):
    assert any(words in line for line in WORDS)


def test_every_reason_for_not_acting_has_its_line():
    assert {reason.value for reason in Reason} - {''} <= set(WORDS)


def reject_reasons() -> set[str]:
    """Return every word with which a node may refuse a message."""
    code = ''.join(
        path.read_text()
        for layer in ('core', 'perception', 'conversions')
        for path in (ROOT / 'emotion_ros' / layer).rglob('*.py')
    )
    return {*REASON.findall(code), *(r.value for r in Rejection if r)} - OF_OTHERS


def test_every_reason_for_refusing_has_its_line_and_its_remedy():
    assert {*reject_reasons(), *REJECTED} <= set(WORDS)
    assert reject_reasons() <= {reason for reason, remedy in REJECTED.items() if remedy}


def test_every_kind_of_finding_has_an_entry_in_the_table_of_remedies():
    assert REMEDIES.keys() == set(Kind)


def test_every_page_that_a_symptom_needs_is_a_heading():
    headings = re.findall(r'^## (.+)$', PAGE.read_text(encoding='utf-8'), re.MULTILINE)
    assert len(headings) == len(set(headings)) >= 10
