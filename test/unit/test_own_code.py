# SPDX-License-Identifier: MIT
"""The code on the page about extending is that of the examples."""

import textwrap

import pytest

from pages import ROOT, code

BLOCKS = code(ROOT / 'docs' / 'extending.md', 'python')
EXAMPLES = [textwrap.dedent(path.read_text()) for path in (ROOT / 'examples').glob('*.py')]


def flat(text: str) -> str:
    """Return the lines without their indentation."""
    return '\n'.join(line.strip() for line in text.splitlines())


def test_the_page_has_code():
    assert len(BLOCKS) == 2


@pytest.mark.parametrize('block', BLOCKS)
def test_a_block_is_part_of_an_example(block):
    assert any(flat(block) in flat(example) for example in EXAMPLES)
