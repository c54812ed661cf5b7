# SPDX-License-Identifier: MIT
"""A .msg, .srv or .action file as its readers see it: what stands together under one comment."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from emotion_ros.errors import ConfigError

SECTION = re.compile(r'# -{4} (.*) -{4}$')
CONSTANT = re.compile(r'(\S+)\s+(\w+)=(\S+)$')
FIELD = re.compile(r'(\S+)\s+(\w+)$')
PARTS = {'.msg': ('',), '.srv': ('Request', 'Response'), '.action': ('Goal', 'Result', 'Feedback')}


@dataclass(frozen=True)
class Constant:
    """One line such as ``uint8 HAPPY=3``."""

    name: str
    value: str


@dataclass(frozen=True)
class Field:
    """One line such as ``float32[7] probabilities``."""

    name: str
    type: str


@dataclass
class Block:
    """A comment, and the lines that follow it without a gap; no lines: a paragraph."""

    words: str = ''
    lines: list[Constant | Field] = field(default_factory=list)


@dataclass
class Section:
    """The blocks under one heading, which is empty for those before the first."""

    title: str = ''
    blocks: list[Block] = field(default_factory=list)


@dataclass(frozen=True)
class MessageDefinition:
    """A message: its name, and its sections in order."""

    name: str
    sections: tuple[Section, ...]


def read_definition(path: Path) -> MessageDefinition:
    """Return what a file defines; ConfigError for a line that is no definition.

    The parts of a service and of an action are sections.
    """
    _, *later = PARTS[path.suffix]
    sections = [Section()]
    block = Block()
    for line in (*path.read_text(encoding='utf-8').splitlines(), ''):
        if heading := SECTION.match(line):
            sections.append(Section(heading[1].rstrip('.')))
        elif line == '---' and later:
            sections[-1].blocks += [block] if block.words or block.lines else []
            sections.append(Section(later.pop(0)))
            block = Block()
        elif not line:
            sections[-1].blocks += [block] if block.words or block.lines else []
            block = Block()
        elif line.startswith('#'):
            if block.lines:  # no gap above a comment that opens a new block
                sections[-1].blocks.append(block)
                block = Block()
            block.words = f'{block.words} {line.removeprefix("#").strip()}'.strip()
        else:
            constant, named = CONSTANT.match(line), FIELD.match(line)
            if constant:
                block.lines.append(Constant(constant[2], constant[3]))
            elif named:
                block.lines.append(Field(named[2], named[1]))
            else:
                raise ConfigError(f'no definition of a message: {line!r}')
    return MessageDefinition(path.stem, tuple(sections))
