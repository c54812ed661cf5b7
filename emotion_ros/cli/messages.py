# SPDX-License-Identifier: MIT
"""``emotion-ros messages``: the topics and the fields of every message, as a page."""

import argparse
from collections.abc import Iterator, Mapping

from emotion_ros.cli.message_definition import (
    Block,
    Constant,
    MessageDefinition,
    read_definition,
)
from emotion_ros.files.resources import message_folder

IN, OUT = 'in', 'out'
LATEST, RELIABLE = 'best effort, 1', 'reliable, 10'

# node -> (topic, direction) -> (type, QoS, words)
TOPICS: Mapping[str, Mapping[tuple[str, str], tuple[str, str, str]]] = {
    'vision_node': {
        ('image', IN): (
            'sensor_msgs/Image',
            LATEST,
            'raw images; not with `image_transport: compressed`',
        ),
        ('image/compressed', IN): (
            'sensor_msgs/CompressedImage',
            LATEST,
            'JPEG, PNG, TIFF or WebP, when there are no raw images or with '
            '`image_transport: compressed`',
        ),
        ('emotion/faces', OUT): ('emotion_ros/FaceEmotionArray', RELIABLE, 'one per image'),
        ('emotion/debug_image', OUT): (
            'sensor_msgs/Image',
            'reliable, 1',
            'the image with boxes, made only while it has a subscriber',
        ),
    },
    'sentiment_node': {
        ('speech', IN): (
            'std_msgs/String',
            RELIABLE,
            'recognised speech; also the other types of `speech_type`',
        ),
        ('mute', IN): (
            'std_msgs/Bool',
            RELIABLE,
            'true: speech is ignored (the robot speaks); may be latched',
        ),
        ('robot_speech', IN): (
            'std_msgs/String',
            RELIABLE,
            'what the robot says: words that repeat it are left out',
        ),
        ('emotion/text', OUT): ('emotion_ros/TextSentiment', RELIABLE, 'one per utterance'),
    },
    'fusion_node': {
        ('emotion/faces', IN): ('emotion_ros/FaceEmotionArray', RELIABLE, ''),
        ('emotion/text', IN): ('emotion_ros/TextSentiment', RELIABLE, ''),
        ('emotion/evidence', IN): (
            'emotion_ros/EmotionEvidence',
            RELIABLE,
            'your own modalities',
        ),
        ('emotion_state', OUT): ('emotion_ros/EmotionState', RELIABLE, 'the person in focus'),
        ('emotion_states', OUT): (
            'emotion_ros/EmotionStateArray',
            RELIABLE,
            'all people in view, the person in focus first',
        ),
    },
}
ORDER = (
    'EmotionState',
    'EmotionEvidence',
    'EmotionStateArray',
    'FaceEmotionArray',
    'FaceEmotion',
    'TextSentiment',
)
HEADING = """# Topics and messages

Topic names are relative: each robot has its namespace. The launch files map `image` to
`image_topic` and `speech` to `speech_topic`. This page is the output of `emotion-ros messages`,
which reads the `.msg` files.

## Topics

*QoS* is reliability and depth; durability is volatile. [Quality of service](qos.md) explains how
this fits other nodes.
"""
EVERY_NODE = """
Every node also has the service `~/enable` (`std_srvs/SetBool`), its [parameters](parameters.md),
and publishes its statistics once a second on `/diagnostics` (`diagnostic_msgs/DiagnosticArray`):
messages received, processed, dropped and rejected by reason, rate, age, inference time, model and
hash. `dashboard_node` and `bridge_node`, which are off by default, subscribe to these topics; the
topics of the bridge are under [tools](tools.md).

A stamp is the time of acquisition: the stamp of the image, or the time of receipt for speech. NaN
means "not estimated", 255 (`UNKNOWN`) means "no decision". Nobody in view is a status, never
`NEUTRAL`.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the sub-command has no arguments."""


def run(args: argparse.Namespace) -> int:  # noqa: ARG001
    """Print the page docs/messages.md; ConfigError without the .msg files."""
    print(messages_page(), end='')
    return 0


def messages_page() -> str:
    """Return the topics and all messages in Markdown."""
    folder = message_folder()
    messages = [read_definition(folder / f'{name}.msg') for name in ORDER]
    return '\n'.join((HEADING, *_topics(), EVERY_NODE, *(_message(m) for m in messages)))


def _topics() -> Iterator[str]:
    yield '| node | | topic | type | QoS | |\n|---|---|---|---|---|---|'
    for node, topics in TOPICS.items():
        for (topic, direction), (msg_type, qos, words) in topics.items():
            yield f'| `{node}` | {direction} | `{topic}` | {_linked(msg_type)} | {qos} | {words} |'


def _message(message: MessageDefinition) -> str:
    parts = [f'## {message.name}']
    for section in message.sections:
        parts += [f'**{section.title}**'] if section.title else []
        parts += [_escaped(block.words) for block in section.blocks if not block.lines]
        if rows := [_row(block) for block in section.blocks if block.lines]:
            parts.append('\n'.join(('| | | |', '|---|---|---|', *rows)))
    return '\n\n'.join(parts) + '\n'


def _row(block: Block) -> str:
    names = ', '.join(f'`{line.name}`' for line in block.lines)
    types = {_linked(line.type) for line in block.lines if not isinstance(line, Constant)}
    values = [line.value for line in block.lines if isinstance(line, Constant)]
    return f'| {names} | {", ".join((*sorted(types), *values))} | {_escaped(block.words)} |'


def _linked(msg_type: str) -> str:
    """Return a type as code, linked when it is one of ours."""
    name = msg_type.removeprefix('emotion_ros/').removesuffix('[]')
    return f'[`{msg_type}`](#{name.lower()})' if name in ORDER else f'`{msg_type}`'


def _escaped(words: str) -> str:
    """Return plain words as Markdown: no HTML, and no end of the table cell."""
    return words.replace('<', '&lt;').replace('|', '\\|')
