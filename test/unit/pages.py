# SPDX-License-Identifier: MIT
"""The pages people read, and the code and commands on them."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / 'README.md', ROOT / 'QUALITY_DECLARATION.md', *sorted(ROOT.glob('docs/*.md')))

FENCED = re.compile(r'^```(\w*)\n(.*?)^```$', re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r'(?<=\n\n)((?: {4}.*\n)+)')
INLINE = re.compile(r'`([^`]+)`')
# What follows belongs to the shell, or to the reader.
END = re.compile(r'\s(?:#|\||>|&&|;|<|\()(?:\s|$).*|\s{2,}#.*|\s?…$')


def code(page: Path, language: str) -> list[str]:
    """Return the fenced blocks of a language on a page."""
    text = page.read_text(encoding='utf-8')
    return [match[2] for match in FENCED.finditer(text) if match[1] == language]


def inline(page: Path) -> list[str]:
    """Return what stands between backticks on a page, outside blocks."""
    text = FENCED.sub('', page.read_text(encoding='utf-8'))
    return [' '.join(match[1].split()) for match in INLINE.finditer(text)]


def lines(page: Path) -> list[str]:
    """Return every line of code on a page that a shell could be given."""
    indented = INDENTED.findall(page.read_text(encoding='utf-8'))
    blocks = '\n'.join((*code(page, ''), *code(page, 'bash'), *indented))
    return re.sub(r'\\\n\s*', '', blocks).splitlines()


def commands(page: Path, *start: str) -> Iterator[list[str]]:
    """Yield the words after ``start``, one or more, wherever a page has such a command."""
    for line in (*lines(page), *inline(page)):
        if line.strip().startswith(' '.join(start)):
            words = shlex.split(END.sub('', line.strip()))
            if tuple(words[: len(start)]) == start and len(words) > len(start):
                yield words[len(start) :]
