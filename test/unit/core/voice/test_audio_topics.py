# SPDX-License-Identifier: MIT
"""Where sound may come from."""

from emotion_ros.core.image_topics import Topic
from emotion_ros.core.voice.audio_topics import (
    AUDIO,
    AUDIO_BUFFER,
    AUDIO_DATA,
    AUDIO_DATA_STAMPED,
    AUDIO_FRAME,
    AUDIO_STAMPED,
    audio_sources,
    info_topics,
)


def test_where_sound_may_come_from():
    assert audio_sources('/audio', 'auto') == (
        Topic('/audio', AUDIO),
        Topic('/audio', AUDIO_STAMPED),
        Topic('/audio', AUDIO_DATA_STAMPED),
        Topic('/audio', AUDIO_DATA),
        Topic('/audio', AUDIO_BUFFER),
        Topic('/audio', AUDIO_FRAME),
        Topic('/audio/audio_stamped', AUDIO_DATA_STAMPED),
        Topic('/audio/audio', AUDIO_DATA),
    )
    assert audio_sources('/r1/mic', 'Audio') == (Topic('/r1/mic', AUDIO),)


def test_the_format_is_beside_the_sound_or_below_it():
    assert info_topics('/audio/audio_stamped') == (
        '/audio/audio_info',
        '/audio/audio_stamped/audio_info',
    )
    assert info_topics('/audio') == ('/audio_info', '/audio/audio_info')
