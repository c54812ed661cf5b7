# SPDX-License-Identifier: MIT
"""What the doctor says of a topic with sound, and what to do about it."""

from dataclasses import replace

import pytest

from emotion_ros.core.graph.audio_checks import check_audio
from emotion_ros.core.graph.checks import diagnose
from emotion_ros.core.graph.snapshot import (
    GraphSnapshot,
    InputTopic,
    NodeReport,
    Publisher,
    Severity,
)
from emotion_ros.core.image_topics import Topic
from emotion_ros.nodes.graph.remedies import remedy

AUDIO, DATA = 'emotion_ros/msg/Audio', 'audio_common_msgs/msg/AudioData'
MICROPHONE = Publisher('microphone_source', AUDIO)
TOPIC = InputTopic('/audio', AUDIO, (MICROPHONE,), received=40, age_s=0.02)
VALUES = {'enabled': 'true', 'processed': '40', 'loudest_dbfs': '-21.4', 'clipping': '0.0001'}


def found(topic: InputTopic = TOPIC, **values: str) -> list[tuple[Severity, str, str]]:
    node = NodeReport('voice_node', True, 'running', VALUES | values)
    return [(f.severity, f.what, remedy(f, '/r1')) for f in check_audio(topic, 2.0, node)]


def test_sound_that_is_fine():
    assert found() == [(Severity.GOOD, '/audio: 20 messages/s, -21.4 dBFS at most', '')]


@pytest.mark.parametrize(
    ('topic', 'values', 'what', 'cure'),
    [
        (
            replace(TOPIC, publishers=(), received=0),
            {},
            'no node publishes /audio',
            'enable_voice:=false',
        ),
        (
            replace(TOPIC, publishers=(), received=0, alternatives=(Topic('/mic', DATA),)),
            {},
            'there is /mic',
            'enable_voice:=true audio_topic:=/mic',
        ),
        (
            replace(TOPIC, publishers=(Publisher('respeaker', DATA),), received=0),
            {},
            '/audio is audio_common_msgs/msg/AudioData of respeaker, not emotion_ros/msg/Audio',
            'set audio_type: AudioData of voice_node, or auto; it needs audio_common_msgs '
            '(apt: ros-$ROS_DISTRO-audio-common-msgs)',
        ),
        (
            replace(TOPIC, publishers=(Publisher('mic', 'std_msgs/msg/Int16MultiArray'),)),
            {},
            'is std_msgs/msg/Int16MultiArray of mic',
            'publish emotion_ros/msg/Audio',
        ),
        (
            replace(TOPIC, received=0),
            {},
            'microphone_source announces it but nothing arrives',
            'see the log of microphone_source',
        ),
        (
            TOPIC,
            {'processed': '0', 'rejected.no_format': '40'},
            'all 40 messages are refused: no_format',
            'set sample_rate and channels of voice_node',
        ),
        (
            TOPIC,
            {'loudest_dbfs': '-120.0'},
            'audio arrives, but it is silence (-120.0 dBFS)',
            'unmute the microphone',
        ),
        (
            TOPIC,
            {'lost_share': '0.104', 'gaps': '31'},
            '10% of the sound is lost on the way (31 gaps)',
            'let the driver publish reliably',
        ),
    ],
)
def test_a_problem_and_its_remedy(topic, values, what, cure):
    [(severity, words, advice)] = found(topic, **values)
    assert severity is Severity.PROBLEM
    assert what in words
    assert cure in advice


@pytest.mark.parametrize(
    ('topic', 'values', 'what'),
    [
        (TOPIC, {'clipping': '0.04'}, '/audio: 4% of the sound is clipped'),
        (TOPIC, {'rejected.overlap': '3'}, 'voice_node could not use 3 messages: overlap'),
        (TOPIC, {'processed': '0', 'rejected.muted': '40'}, 'refused: muted'),
        (replace(TOPIC, publishers=(MICROPHONE, MICROPHONE)), {}, 'has 2 publishers'),
        (replace(TOPIC, age_s=3.0), {}, 'stamps are 3.0 s behind'),
    ],
)
def test_a_note(topic, values, what):
    severity, words, advice = found(topic, **values)[0]
    assert severity is Severity.NOTE
    assert what in words
    assert len(advice) > 10


def test_the_doctor_looks_at_the_sound_where_a_voice_node_runs():
    voice = NodeReport('voice_node', True, 'running', VALUES | {'loudest_dbfs': '-120.0'})
    graph = GraphSnapshot(
        2.0, (NodeReport('fusion_node', True, 'running', {}),), others=(voice,), audio=TOPIC
    )
    assert any('it is silence' in finding.what for finding in diagnose(graph))
    without = replace(graph, others=(), audio=None)
    assert not any('audio' in finding.what for finding in diagnose(without))
