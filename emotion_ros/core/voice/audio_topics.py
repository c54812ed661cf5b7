# SPDX-License-Identifier: MIT
"""Types and names of topics with sound."""

from emotion_ros.core.image_topics import AUTO, Topic

AUDIO = 'emotion_ros/msg/Audio'
AUDIO_STAMPED = 'audio_common_msgs/msg/AudioStamped'
AUDIO_DATA_STAMPED = 'audio_common_msgs/msg/AudioDataStamped'
AUDIO_DATA = 'audio_common_msgs/msg/AudioData'
AUDIO_BUFFER = 'naoqi_bridge_msgs/msg/AudioBuffer'
AUDIO_FRAME = 'audio_utils_msgs/msg/AudioFrame'
AUDIO_INFO = 'audio_common_msgs/msg/AudioInfo'
AUDIO_MESSAGES = (
    *(AUDIO, AUDIO_STAMPED, AUDIO_DATA_STAMPED, AUDIO_DATA),
    *(AUDIO_BUFFER, AUDIO_FRAME),
)
WITHOUT_FORMAT = (AUDIO_DATA_STAMPED, AUDIO_DATA)
"""Their sample rate and format are on another topic, as AudioInfo."""
AUDIO_TYPES = (AUTO, *(name.rpartition('/')[2] for name in AUDIO_MESSAGES))
INFO_NAME = 'audio_info'


def audio_sources(topic: str, audio_type: str) -> tuple[Topic, ...]:
    """Return what sound may come from, the most wanted first; ``topic`` is a full name.

    It may also be the namespace of audio_capture, whose topics are ``audio/audio_stamped`` and
    ``audio/audio``. ``audio_type`` is one of AUDIO_TYPES.
    """
    inside = (
        Topic(f'{topic}/audio_stamped', AUDIO_DATA_STAMPED),
        Topic(f'{topic}/audio', AUDIO_DATA),
    )
    sources = (*(Topic(topic, name) for name in AUDIO_MESSAGES), *inside)
    return tuple(s for s in sources if audio_type in (AUTO, s.type.rpartition('/')[2]))


def info_topics(topic: str) -> tuple[str, ...]:
    """Return where the AudioInfo of a topic (its full name) may be."""
    return (f'{topic.rpartition("/")[0]}/{INFO_NAME}', f'{topic}/{INFO_NAME}')
