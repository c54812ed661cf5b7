# SPDX-License-Identifier: MIT
"""Parameter files that ROS passes over without a word, or refuses without naming the cause."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from emotion_ros.errors import ConfigError, EmotionRosError
from emotion_ros.files.checked import CheckedValue, parse_yaml, read_text

FLAG = '--params-file'
NODES = (
    *('vision_node', 'sentiment_node', 'voice_node', 'fusion_node', 'bridge_node'),
    *('dashboard_node', 'demo_source', 'microphone_source', 'wav_source'),
)
"""Names of the nodes of the package, which share parameter files."""
_KEY = 'ros__parameters'
_EVERY_NODE = '/**'
_TOKENS = {'**': r'(/[^/]+)*', '*': r'/[^/]+'}


def unused_blocks(arguments: Sequence[str], nodes: Sequence[str]) -> Iterator[str]:
    """Yield a line for each file in a command line that misses the nodes that it names.

    ``nodes`` are their full names. A file in which none of NODES is named is one of other nodes;
    one that cannot be read is reported by ROS.
    """
    for file in _files(arguments):
        try:
            blocks = list(_blocks(parse_yaml(read_text(Path(file)), file)))
        except EmotionRosError:
            continue
        names = {block.rsplit('/', 1)[-1] for block in blocks}
        own_names = [node.rsplit('/', 1)[-1] for node in nodes]
        if names and not names & {*NODES, *_TOKENS, *own_names}:
            found = ', '.join(sorted(names))
            yield (
                f'{file} changes nothing: it is for {found}; write /**/{own_names[0]}: for a node '
                'of emotion_ros'
            )
        for node, name in zip(nodes, own_names, strict=True):
            own = [block for block in blocks if block.rsplit('/', 1)[-1] == name]
            if own and not any(_matches(block, node) for block in own):
                yield (
                    f'{file}: {own[0]} is not {node}, so its parameters are not used; write '
                    f'/**/{name}: for a node in any namespace'
                )


def shared_parameters(arguments: Sequence[str]) -> dict[str, str]:
    """Return the parameters that ``/**:`` gives to every node of a robot, and their file."""
    shared: dict[str, str] = {}
    for file in _files(arguments):
        try:
            content = parse_yaml(read_text(Path(file)), file).mapping().values
            values = content[_EVERY_NODE].mapping().values[_KEY].mapping().values
        except (EmotionRosError, KeyError):
            continue
        shared |= dict.fromkeys(values, file)
    return shared


def file_problem(arguments: Sequence[str]) -> str:
    """Return what is wrong with a parameter file that ROS could not read; '' when not known."""
    for file in _files(arguments):
        text = ''
        try:
            text = read_text(Path(file))
            if misspelt := next(_misspelt(parse_yaml(text, file)), None):
                return f'{misspelt.place}: {misspelt.content} must be {_KEY}, with two underscores'
        except ConfigError as error:
            tab = next((n for n, row in enumerate(text.split('\n'), 1) if '\t' in row), 0)
            return f'{file}: line {tab}: indent with spaces, not tabs' if tab else str(error)
        except EmotionRosError as error:
            return str(error)
    return ''


def _misspelt(value: CheckedValue) -> Iterator[CheckedValue]:
    if not isinstance(value.content, dict):
        return
    for key, child in value.content.items():
        if re.fullmatch(r'_*ros_*param(?:eter)?s?', str(key.content)) and key.content != _KEY:
            yield key
        yield from _misspelt(child)


def _files(arguments: Sequence[str]) -> Iterator[str]:
    for flag, file in pairwise(arguments):
        if flag == FLAG:
            yield file


def _blocks(value: CheckedValue, name: str = '') -> Iterator[str]:
    """Yield the names, or patterns, of the nodes that have parameters."""
    for key, child in value.mapping().values.items():
        if key == _KEY:
            yield name
        elif isinstance(child.content, dict):
            yield from _blocks(child, f'{name.rstrip("/")}/{key.strip("/")}')


def _matches(block: str, node: str) -> bool:
    tokens = (_TOKENS.get(token, f'/{re.escape(token)}') for token in block.split('/')[1:])
    return re.fullmatch(''.join(tokens), node) is not None
