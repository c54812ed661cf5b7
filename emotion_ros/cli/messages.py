# SPDX-License-Identifier: MIT
"""``emotion-ros messages``: the topics and messages, as a page, or the fields of one."""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

from emotion_ros.cli.message_definition import (
    Block,
    Constant,
    MessageDefinition,
    read_definition,
)
from emotion_ros.files.resources import message_folder

IN, OUT = 'in', 'out'
LATEST, RELIABLE, LATCHED = 'best effort, 1', 'reliable, 10', 'reliable, 1'
SOUND = 'best effort, 100'

# node -> (topic, direction) -> (type, QoS, words)
TOPICS: Mapping[str, Mapping[tuple[str, str], tuple[str, str, str]]] = {
    'vision_node': {
        ('image', IN): (
            'sensor_msgs/Image',
            LATEST,
            'unless `image_transport: compressed`',
        ),
        ('image/compressed', IN): (
            'sensor_msgs/CompressedImage',
            LATEST,
            'without raw images, or with `image_transport: compressed`',
        ),
        ('emotion/privacy', IN): (
            'std_msgs/String',
            LATCHED,
            'who may be analysed',
        ),
        ('emotion/faces', OUT): ('emotion_ros/FaceEmotionArray', RELIABLE, 'one per image'),
        ('emotion/debug_image', OUT): (
            'sensor_msgs/Image',
            'reliable, 1',
            'with boxes; made only while it has a subscriber',
        ),
    },
    'sentiment_node': {
        ('emotion/faces', IN): ('emotion_ros/FaceEmotionArray', RELIABLE, 'who speaks'),
        ('speech', IN): (
            'std_msgs/String',
            RELIABLE,
            'or another type of `speech_type`',
        ),
        ('mute', IN): (
            'std_msgs/Bool',
            RELIABLE,
            'true: speech is ignored',
        ),
        ('robot_speech', IN): (
            'std_msgs/String',
            RELIABLE,
            'what the robot says: speech that repeats it is ignored',
        ),
        ('emotion/privacy', IN): (
            'std_msgs/String',
            LATCHED,
            'who may be analysed',
        ),
        ('emotion/text', OUT): ('emotion_ros/TextSentiment', RELIABLE, 'one per utterance'),
    },
    'voice_node': {
        ('audio', IN): ('emotion_ros/Audio', SOUND, 'or another type of `audio_type`'),
        ('emotion/faces', IN): ('emotion_ros/FaceEmotionArray', RELIABLE, 'who speaks'),
        ('mute', IN): ('std_msgs/Bool', RELIABLE, 'true: sound is ignored'),
        ('robot_speech', IN): ('std_msgs/String', RELIABLE, 'sound is ignored meanwhile'),
        ('emotion/privacy', IN): (
            'std_msgs/String',
            LATCHED,
            'who may be analysed',
        ),
        ('emotion/evidence', OUT): (
            'emotion_ros/EmotionEvidence',
            RELIABLE,
            'one per period of speech, and per second of it',
        ),
        ('emotion/voice', OUT): ('emotion_ros/VoiceActivity', RELIABLE, '10 Hz'),
    },
    'fusion_node': {
        ('emotion/faces', IN): ('emotion_ros/FaceEmotionArray', RELIABLE, ''),
        ('emotion/text', IN): ('emotion_ros/TextSentiment', RELIABLE, ''),
        ('emotion/evidence', IN): (
            'emotion_ros/EmotionEvidence',
            RELIABLE,
            'your own modalities',
        ),
        ('emotion_state', OUT): ('emotion_ros/EmotionState', RELIABLE, 'the focus person'),
        ('emotion_states', OUT): (
            'emotion_ros/EmotionStateArray',
            RELIABLE,
            'everybody in view',
        ),
        ('emotion_events', OUT): (
            'emotion_ros/EmotionEvent',
            RELIABLE,
            'onset, change and end of an emotion; who appears and leaves',
        ),
        ('emotion_context', OUT): (
            'std_msgs/String',
            LATCHED,
            'latched: one sentence about the focus person, when it changes',
        ),
        ('emotion/privacy', OUT): (
            'std_msgs/String',
            LATCHED,
            'JSON, latched: who may be analysed; see [people](people.md)',
        ),
        ('emotion/data_processing', OUT): (
            'std_msgs/String',
            LATCHED,
            'JSON, latched: what is processed and published',
        ),
    },
}
ORDER = (
    'msg/EmotionState',
    'msg/EmotionEvidence',
    'msg/EmotionStateArray',
    'msg/FaceEmotionArray',
    'msg/FaceEmotion',
    'msg/TextSentiment',
    'msg/VoiceActivity',
    'msg/Audio',
    'msg/EmotionEvent',
    'srv/SetPrivacy',
    'action/ObserveReaction',
)
NAMES = {name.partition('/')[2]: name for name in ORDER}
HEADING = """# Topics and messages

Also printed by `emotion-ros messages`; with a name, such as `EmotionState`, the fields of one.

## Topics

Names are relative: each robot has its namespace. The launch files map `image` to `image_topic` and
`speech` to `speech_topic`. [QoS](#quality-of-service) is reliable with depth 10, unless given.
"""
EVERY_NODE = """\
Every node also has the service `~/enable` (`std_srvs/SetBool`), [parameters](parameters.md), and
statistics once a second on `/diagnostics` (`diagnostic_msgs/DiagnosticArray`). Topics of
`bridge_node`: [tools](tools.md).

## Quality of service

- **Images in**: any QoS of the publisher matches. The latest image is processed; older ones are
  counted as `dropped` in `/diagnostics`.
- **Sound in**: any QoS, too; reliable where the driver is.
- **Speech in**: the recogniser must publish reliably, which is the ROS default. `mute` may be
  transient local.
- **Your subscriber** to `emotion_state`: reliable or best effort, but volatile (the default): a
  transient local one receives nothing. A late subscriber gets a state within 0.1 s.

Depth, history and reliability of images, speech and audio in can be changed by parameters such
as `qos_overrides./camera/image_raw.subscription.reliability`; the other profiles are fixed.

## Messages

The fields are described in the files:

"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the sub-command."""
    parser.add_argument('name', nargs='?', choices=sorted(NAMES), help='print its fields')


def run(args: argparse.Namespace) -> int:
    """Print the page docs/messages.md, or one message; ConfigError without the .msg files."""
    page = message_fields(read_definition(_file(NAMES[args.name]))) if args.name else ''
    print(page or messages_page(), end='')
    return 0


def messages_page() -> str:
    """Return the topics, and each message with the first sentence of its file, in Markdown."""
    lines = []
    for name in ORDER:
        file = _file(name)
        words = next(b.words for s in read_definition(file).sections for b in s.blocks)
        first = words.partition('. ')[0].rstrip('.')
        lines.append(f'- [{file.stem}](../{name}{file.suffix}): {first}.')
    return '\n'.join((HEADING, *_topics(), EVERY_NODE + '\n'.join(lines), ''))


def message_fields(message: MessageDefinition) -> str:
    """Return the description of every field and constant of a message in Markdown."""
    parts = [f'# {message.name}']
    for section in message.sections:
        parts += [f'**{section.title}**'] if section.title else []
        parts += [block.words for block in section.blocks if not block.lines]
        if rows := [_row(block) for block in section.blocks if block.lines]:
            parts.append('\n'.join(rows))
    return '\n\n'.join(parts) + '\n'


def _file(name: str) -> Path:
    return message_folder().parent / f'{name}.{name.partition("/")[0]}'


def _topics() -> Iterator[str]:
    for node, topics in TOPICS.items():
        yield f'**`{node}`**\n'
        for (topic, direction), (msg_type, qos, words) in topics.items():
            kind = _linked(msg_type) if qos == RELIABLE else f'{_linked(msg_type)}; {qos}'
            yield f'- {direction} `{topic}` ({kind})' + (f': {words}' if words else '')
        yield ''


def _row(block: Block) -> str:
    names = ', '.join(f'`{line.name}`' for line in block.lines)
    types = {f'`{line.type}`' for line in block.lines if not isinstance(line, Constant)}
    values = [line.value for line in block.lines if isinstance(line, Constant)]
    return f'- {names} ({", ".join((*sorted(types), *values))}): {block.words}'


def _linked(msg_type: str) -> str:
    """Return a type as code, linked to its file when it is one of ours."""
    name = msg_type.removeprefix('emotion_ros/')
    return f'[`{msg_type}`](../{NAMES[name]}.msg)' if name in NAMES else f'`{msg_type}`'
