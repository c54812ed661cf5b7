# SPDX-License-Identifier: MIT
"""The list of promises, and the page made of it."""

import ast
from pathlib import Path

import pytest
import yaml

import page

TESTS = Path(__file__).parents[1]
REPORT = """<testsuites><testsuite>
<testcase name="test_promise_1_appears[a]"><properties>
  <property name="figure" value="start: 2.1 s"/></properties></testcase>
<testcase name="test_promise_1_appears[b]"/>
<testcase name="test_promise_2_refused"><failure message="no"/></testcase>
<testcase name="test_promise_3_named"><skipped message="no hri_msgs"/></testcase>
<testcase name="test_something_else"/>
</testsuite></testsuites>"""


def functions() -> dict[str, ast.FunctionDef]:
    return {
        node.name: node
        for path in TESTS.rglob('test_*.py')
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and page.NAME.match(node.name)
    }


def test_every_promise_has_a_test_or_a_reason():
    sections = yaml.safe_load(page.PROMISES.read_text())
    reasons = sections.pop('not_run_here')
    numbers = {number for section in sections.values() for number in section['promises']}
    tried = {int(page.NAME.match(name)[1]) for name in functions()}
    assert numbers == set(range(1, 76))
    assert tried <= numbers
    assert numbers - tried <= set(reasons)


def test_promise_tests_say_what_would_turn_them_red():
    here = Path(__file__).parent
    for path in here.glob('test_*.py'):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and page.NAME.match(node.name):
                docstring = ast.get_docstring(node) or ''
                assert docstring.startswith('Red when '), f'{path.name}: {node.name}'


@pytest.fixture
def written(tmp_path) -> tuple[int, str, str]:
    report, page_md, measured = (tmp_path / name for name in ('r.xml', 'promises.md', 'm.csv'))
    report.write_text(REPORT)
    return page.main(report, page_md, measured), page_md.read_text(), measured.read_text()


@pytest.mark.parametrize(
    'row',
    [
        '\n1. A default start',
        'ends the start within 3 s. **broken**',
        'skipped: no hri_msgs',
        '**1 of 75 kept.**',
        '**not tried**',
    ],
)
def test_the_page_says_what_the_report_says(written, row):
    assert row in written[1]


def test_the_figures_are_in_a_file(written):
    assert written[2] == 'promise,figure,value\n1,"start",2.1 s\n'


def test_the_page_in_the_docs_has_every_promise_as_it_is_listed():
    text = (TESTS.parent / 'docs' / 'promises.md').read_text(encoding='utf-8')
    sections = yaml.safe_load(page.PROMISES.read_text())
    del sections['not_run_here']
    listed = [row for section in sections.values() for row in section['promises'].items()]
    assert [row for row in listed if f'\n{row[0]}. {row[1]}' not in text] == []


def test_a_broken_promise_is_an_error(written):
    assert written[0] == 1
