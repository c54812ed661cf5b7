# SPDX-License-Identifier: MIT
"""What replay.launch.py plays of a bag, and what it says of a bag that has not what is needed."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from emotion_ros.errors import ConfigError
from emotion_ros.launch.arguments import ReplayArguments
from emotion_ros.launch.recorded_topics import played_topics

TYPES = {
    'image_raw': 'sensor_msgs/msg/Image',
    'depth': 'sensor_msgs/msg/Image',
    'compressed': 'sensor_msgs/msg/CompressedImage',
    'speech_to_text': 'std_msgs/msg/String',
    'mute': 'std_msgs/msg/Bool',
    'faces': 'emotion_ros/msg/FaceEmotionArray',
    'text': 'emotion_ros/msg/TextSentiment',
    'evidence': 'emotion_ros/msg/EmotionEvidence',
    'emotion_state': 'emotion_ros/msg/EmotionState',
    'audio': 'emotion_ros/msg/Audio',
    'audio_stamped': 'audio_common_msgs/msg/AudioDataStamped',
    'audio_info': 'audio_common_msgs/msg/AudioInfo',
}
RAW, SPEECH = '/camera/image_raw', '/speech_to_text'
JPEG = f'{RAW}/compressed'
RESULTS = ['/emotion/faces', '/emotion/text', '/emotion/evidence']
VOICE = {'enable_voice': True}
WITHOUT_NETWORKS = {'enable_vision': False, 'enable_text': False}


def played(bag: Path, recorded: list[str], counts: int = 5, **arguments: Any) -> list[str]:
    """Return the topics that are played of a bag with these ones, the type by the last word."""
    listed = [
        {
            'topic_metadata': {'name': name, 'type': TYPES[name.rsplit('/', 1)[-1]]},
            'message_count': counts,
        }
        for name in recorded
    ]
    document = {'rosbag2_bagfile_information': {'topics_with_message_count': listed}}
    (bag / 'metadata.yaml').write_text(yaml.safe_dump(document))
    return played_topics(ReplayArguments(bag=str(bag), **arguments))


@pytest.mark.parametrize(
    ('topics', 'arguments', 'expected'),
    [
        ([RAW, SPEECH, '/emotion_state'], {}, [RAW, SPEECH]),
        ([RAW, JPEG], {}, [RAW]),
        ([JPEG, SPEECH], {}, [JPEG, SPEECH]),
        ([JPEG], {'image_topic': JPEG}, [JPEG]),
        ([RAW, JPEG], {'image_topic': JPEG}, [JPEG]),
        (['/eye/compressed'], {'image_topic': '/eye'}, ['/eye/compressed']),
        ([RAW, JPEG], {'image_transport': 'compressed'}, [JPEG]),
        ([SPEECH, '/camera/depth'], {}, [SPEECH]),
        ([RAW, SPEECH, '/mute'], {}, [RAW, SPEECH, '/mute']),
        ([RAW, SPEECH, '/mute'], {'enable_text': False}, [RAW]),
        ([RAW, SPEECH, '/r1/mute'], {'mute_topic': '/r1/mute'}, [RAW, SPEECH, '/r1/mute']),
        ([*RESULTS, '/emotion_state'], WITHOUT_NETWORKS, RESULTS),
        ([*RESULTS, SPEECH], {'enable_vision': False}, [RESULTS[0], SPEECH, RESULTS[2]]),
        (
            ['/r1/cam/image_raw', '/r1/speech_to_text', '/r1/emotion/evidence'],
            {'namespace': 'r1', 'image_topic': 'cam/image_raw', 'speech_topic': 'speech_to_text'},
            ['/r1/cam/image_raw', '/r1/speech_to_text', '/r1/emotion/evidence'],
        ),
        (['/r1/emotion/faces'], {'namespace': '/r1', **WITHOUT_NETWORKS}, ['/r1/emotion/faces']),
        ([RAW, '/audio', RESULTS[2]], {}, [RAW, RESULTS[2]]),
        ([RAW, SPEECH, '/audio', RESULTS[2]], VOICE, [RAW, SPEECH, '/audio']),
        (
            [RAW, '/audio/audio_stamped', '/audio/audio_info', '/mute'],
            VOICE,
            [RAW, '/audio/audio_stamped', '/audio/audio_info', '/mute'],
        ),
        ([RAW, '/emotion_state'], {'topics': 'emotion_state'}, ['/emotion_state']),
    ],
)
def test_the_inputs_of_the_nodes_are_played(tmp_path, topics, arguments, expected):
    assert played(tmp_path, topics, **arguments) == expected


@pytest.mark.parametrize(
    ('topics', 'arguments', 'words'),
    [
        ([], {}, f'{RAW} and {SPEECH} not in it; it has no messages'),
        (['/emotion_state'], {}, 'it has /emotion_state (emotion_ros/msg/EmotionState)'),
        (
            [JPEG, SPEECH],
            {'image_transport': 'raw'},
            f'{RAW} not in it; add image_transport:=compressed',
        ),
        (
            [RAW],
            {'image_transport': 'compressed'},
            f'{JPEG} and {SPEECH} not in it; add image_transport:=raw',
        ),
        ([*RESULTS, '/emotion_state'], {}, 'add enable_vision:=false enable_text:=false'),
        ([*RESULTS, SPEECH], {}, f'{RAW} not in it; add enable_vision:=false'),
        (['/eye/image_raw', SPEECH], {}, 'add image_topic:=/eye/image_raw'),
        (
            ['/eye/image_raw'],
            {'image_transport': 'compressed'},
            'add image_topic:=/eye/image_raw image_transport:=raw',
        ),
        (['/eye/compressed'], {}, 'add image_topic:=/eye image_transport:=compressed'),
        ([RAW, '/r1/speech_to_text'], {}, 'add speech_topic:=/r1/speech_to_text'),
        (
            ['/r1/emotion/faces', '/r1/emotion/text'],
            {},
            'add enable_vision:=false namespace:=/r1 enable_text:=false',
        ),
        ([RAW], {'topics': '/a'}, f'/a not in it; it has {RAW} (sensor_msgs/msg/Image)'),
    ],
)
def test_what_is_missing_is_said_with_what_to_type(tmp_path, topics, arguments, words):
    with pytest.raises(ConfigError) as caught:
        played(tmp_path, topics, **arguments)
    assert words in str(caught.value)
    assert '\n' not in str(caught.value)


def test_what_is_to_be_added_is_enough(tmp_path):
    added = {**WITHOUT_NETWORKS, 'namespace': '/r1'}
    assert played(tmp_path, ['/r1/emotion/faces'], **added) == ['/r1/emotion/faces']


def test_a_topic_without_messages_is_none(tmp_path):
    with pytest.raises(ConfigError, match='no messages'):
        played(tmp_path, [RAW], counts=0)


def test_a_single_file_is_not_looked_into(tmp_path):
    bag = tmp_path / 'walk.mcap'
    bag.touch()
    topics = played_topics(ReplayArguments(bag=str(bag)))
    assert topics == [RAW, JPEG, SPEECH, '/emotion/evidence', '/mute', '/robot_speech']


@pytest.mark.parametrize(
    ('file', 'words'),
    [
        ('notes.txt', 'metadata.yaml is missing: this is no recording'),
        ('walk.mcap', 'metadata.yaml is missing: ros2 bag reindex'),
        ('metadata.yaml', 'metadata.yaml: is empty'),
    ],
)
def test_a_folder_that_is_no_bag_is_refused(tmp_path, file, words):
    (tmp_path / file).touch()
    with pytest.raises(ConfigError, match=words):
        played_topics(ReplayArguments(bag=str(tmp_path)))
