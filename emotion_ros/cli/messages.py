# SPDX-License-Identifier: MIT
"""``emotion-ros messages``: every topic, and every field of every message, for people."""

import argparse
from collections.abc import Iterator, Mapping

from emotion_ros.bag.message_folder import message_folder
from emotion_ros.cli.message_definition import (
    Block,
    Constant,
    MessageDefinition,
    Section,
    read_definition,
)

IN, OUT = 'in', 'out'
LATEST, RELIABLE = 'best effort, 1', 'reliable, 10'

# node -> (topic, direction) -> (type, QoS, words)
TOPICS: Mapping[str, Mapping[tuple[str, str], tuple[str, str, str]]] = {
    'vision_node': {
        ('image', IN): ('sensor_msgs/Image', LATEST, 'with `image_transport: raw`'),
        ('image/compressed', IN): (
            'sensor_msgs/CompressedImage',
            LATEST,
            'with `image_transport: compressed`',
        ),
        ('emotion/faces', OUT): ('emotion_ros/FaceEmotionArray', RELIABLE, 'one per image'),
        ('emotion/debug_image', OUT): (
            'sensor_msgs/Image',
            'reliable, 1',
            'the image with boxes, made only while somebody listens',
        ),
    },
    'sentiment_node': {
        ('speech', IN): (
            'std_msgs/String',
            RELIABLE,
            'what a recogniser heard; `hri_msgs/LiveSpeech` with `speech_type: LiveSpeech`',
        ),
        ('mute', IN): ('std_msgs/Bool', RELIABLE, 'true: words are ignored (the robot speaks)'),
        ('emotion/text', OUT): ('emotion_ros/TextSentiment', RELIABLE, 'one per utterance'),
    },
    'fusion_node': {
        ('emotion/faces', IN): ('emotion_ros/FaceEmotionArray', RELIABLE, ''),
        ('emotion/text', IN): ('emotion_ros/TextSentiment', RELIABLE, ''),
        ('emotion/evidence', IN): (
            'emotion_ros/EmotionEvidence',
            RELIABLE,
            'further modalities, yours',
        ),
        ('emotion_state', OUT): ('emotion_ros/EmotionState', RELIABLE, 'the person in focus'),
        ('emotion_states', OUT): (
            'emotion_ros/EmotionStateArray',
            RELIABLE,
            'everybody in view, the person in focus first',
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

Made by `emotion-ros messages` from the `.msg` files; tests hold this page, the files and the
nodes together. Names are relative: a namespace is a robot. The launch files map `image` to
`image_topic`, `speech` to `speech_topic`.

## Topics

*QoS* is reliability and depth; durability is volatile. How they match other nodes is on the page
about [quality of service](qos.md).
"""
EVERY_NODE = """
Every node also has the service `~/enable` (`std_srvs/SetBool`), its [parameters](parameters.md),
and publishes its health once a second on `/diagnostics` (`diagnostic_msgs/DiagnosticArray`): what
it received, processed, dropped and rejected by reason, rate, age, inference time, model and hash.
`dashboard_node` and `bridge_node`, which are off by default, listen to the above; what the bridge
publishes is under [tools](tools.md).

All stamps are times of acquisition: those of the images, and the time of receipt for words. NaN
stands for "not estimated", 255 (`UNKNOWN`) for "abstains". Nobody in view is a status, never
`NEUTRAL`.
"""


def add_parser(subparsers: 'argparse._SubParsersAction[argparse.ArgumentParser]') -> None:
    """Add the sub-command."""
    parser = subparsers.add_parser('messages', help='print every topic and field with its meaning')
    parser.set_defaults(run=run)


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
        for (topic, direction), (kind, qos, words) in topics.items():
            yield f'| `{node}` | {direction} | `{topic}` | {_linked(kind)} | {qos} | {words} |'


def _message(message: MessageDefinition) -> str:
    parts = [part for section in message.sections for part in _section(section)]
    return '\n\n'.join((f'## {message.name}', *parts)) + '\n'


def _section(section: Section) -> Iterator[str]:
    if section.title:
        yield f'**{section.title}**'
    rows: list[str] = []
    for block in section.blocks:
        if block.lines:
            rows.append(_row(block))
        else:
            yield _escaped(block.words)
    if rows:
        yield '\n'.join(('| | | |', '|---|---|---|', *rows))


def _row(block: Block) -> str:
    names = ', '.join(f'`{line.name}`' for line in block.lines)
    types = {_linked(line.type) for line in block.lines if not isinstance(line, Constant)}
    values = [line.value for line in block.lines if isinstance(line, Constant)]
    return f'| {names} | {", ".join((*sorted(types), *values))} | {_escaped(block.words)} |'


def _linked(kind: str) -> str:
    """Return a type as code, linked when it is one of ours."""
    name = kind.removeprefix('emotion_ros/').removesuffix('[]')
    return f'[`{kind}`](#{name.lower()})' if name in ORDER else f'`{kind}`'


def _escaped(words: str) -> str:
    """Return plain words as Markdown: no HTML, and no end of the table cell."""
    return words.replace('<', '&lt;').replace('|', '\\|')
