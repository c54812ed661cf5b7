# SPDX-License-Identifier: MIT
"""A remedy for every finding and every reason, with all the names in it."""

import re
import shlex

import pytest

from emotion_ros.conversions.speech import SPEECH_TYPES
from emotion_ros.core.graph.snapshot import Finding, Kind, Severity
from emotion_ros.nodes.graph.remedies import REJECTED, REMEDIES, remedy, without_ros2
from emotion_ros.perception.image.decode import REJECT_REASONS
from emotion_ros.perception.text.config import SPEECH_TYPES as NAMES

TEXT_REASONS = ('empty', 'partial', 'repeated', 'repetition', 'muted', 'unsupported_language')
TEXT_REASONS += ('hallucination', 'own_voice', 'unsupported_format', 'paused')
FACTS = dict.fromkeys(('node', 'namespace', 'topic', 'found', 'base', 'out', 'above'), 'x')
FACTS |= {'transport': 'ffmpeg', 'input': 'image', 'reason': 'stale', 'type': 'a_b/msg/C'}
FACTS |= {'type_name': 'C', 'seconds': '1.0', 'rotate': '90'}

WITHOUT = (Kind.FINE, Kind.NO_UTTERANCE)


@pytest.mark.parametrize('reason', [*REJECT_REASONS, *TEXT_REASONS, 'bad_stamp', *REJECTED])
def test_every_reason_has_a_remedy(reason):
    finding = Finding(Severity.PROBLEM, Kind.REFUSED, '', {'reason': reason})
    assert len(remedy(finding)) > 10
    assert remedy(finding) != 'see the log of the node'


@pytest.mark.parametrize(
    'kind', [kind for kind in Kind if kind not in (Kind.FINE, Kind.NO_UTTERANCE)]
)
def test_every_kind_has_a_remedy_without_gaps(kind):
    text = remedy(Finding(Severity.PROBLEM, kind, '', FACTS), '/r1', use_sim_time=True)
    assert len(text) > 10
    assert not re.search(r'\{\w*\}', text)
    assert kind in REMEDIES


def test_decoding_by_image_transport_is_one_complete_command():
    facts = {'transport': 'zstd', 'base': '/cam', 'found': '/cam/zstd', 'out': '/camera'}
    words = shlex.split(remedy(Finding(Severity.PROBLEM, Kind.OTHER_TRANSPORT, '', facts)))
    assert words[:6] == ['ros2', 'run', 'image_transport', 'republish', 'zstd', 'raw']
    assert {'in_transport:=zstd', 'in:=/cam', 'in/zstd:=/cam/zstd', 'out:=/camera'} <= {*words}


def test_raising_a_limit_is_advised_only_where_it_can_help():
    kinds = [kind for kind, text in REMEDIES.items() if 'max_age' in text]
    assert kinds == [Kind.STAMPS_BEHIND]


def test_the_types_of_speech_are_those_that_can_be_converted():
    assert [name.rpartition('/')[2] for name in SPEECH_TYPES] == [*NAMES[1:]]


@pytest.mark.parametrize('used_for', ['audio', 'image'])
def test_words_on_the_topic_of_another_input_are_no_matter_of_the_recogniser(used_for):
    """Turns red when the type alone decides, not what the topic is used for."""
    facts = {'input': used_for, 'type': 'std_msgs/msg/String', 'type_name': 'String'}
    text = remedy(Finding(Severity.PROBLEM, Kind.OTHER_TYPE, 'x', facts))
    assert text.startswith('publish ')
    assert 'sentiment_node' not in text


@pytest.mark.parametrize(
    ('reason', 'command'),
    [
        ('paused', 'ros2 service call /r1/fusion_node/set_privacy emotion_ros/srv/SetPrivacy '),
        ('muted', 'ros2 topic pub --once /r1/mute std_msgs/msg/Bool "{data: false}"'),
    ],
)
def test_what_was_switched_off_is_switched_on_by_a_command(reason, command):
    facts = {'reason': reason, 'topic': ''}
    assert command in remedy(Finding(Severity.NOTE, Kind.REFUSED, 'x', facts), '/r1')


@pytest.mark.parametrize(
    ('arguments', 'command'),
    [
        ('', 'emotion_pipeline'),
        ('enable_vision:=false enable_voice:=true', 'emotion_pipeline --no-vision --voice'),
        (
            'namespace:=r1 use_sim_time:=true image_topic:=/eye image_transport:=raw',
            'emotion_pipeline --ros-args -r __ns:=/r1 -p use_sim_time:=true -r image:=/eye '
            '-p vision_node:image_transport:=raw',
        ),
    ],
)
def test_where_ros2_is_missing_the_program_itself_is_named(arguments, command):
    launch = f'ros2 launch emotion_ros emotion.launch.py {arguments}'.rstrip()
    assert without_ros2(f'start it: {launch}; if') == f'start it: {command}; if'


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('ros2 run emotion_ros fusion_node', 'fusion_node'),
        ('see its log', 'see its log'),
        (
            'ros2 lifecycle set /n activate',
            'ros2 lifecycle set /n activate (ros2 is not installed',
        ),
    ],
)
def test_what_only_ros2_can_do_is_told_to_need_it(text, expected):
    assert without_ros2(text).startswith(expected)
