# SPDX-License-Identifier: MIT
"""What the diagnostics say of the sound of the last seconds."""

from emotion_ros.perception.voice.pipeline import VoiceActivity
from emotion_ros.perception.voice.sound_statistics import WINDOW_S, SoundStatistics


def test_without_sound_nothing_is_said():
    assert SoundStatistics().collect() == {}


def test_shares_are_of_the_time_and_the_level_is_that_of_now():
    sound = SoundStatistics()
    sound.add(3.0, 0.06, VoiceActivity(1.0, True, -10.0, 0.9, clipping=0.02))
    sound.add(1.0, 0.02, VoiceActivity(2.0, False, -50.0, 0.1))
    assert sound.collect() == {
        'level_dbfs': '-50.0',
        'loudest_dbfs': '-10.0',
        'clipping': '0.0150',
        'speech_share': '0.750',
        'real_time_factor': '0.0200',
    }


def test_only_the_last_seconds_count():
    sound = SoundStatistics()
    sound.add(1.0, 1.0, VoiceActivity(1.0, True, 0.0, 1.0, clipping=1.0))
    for n in range(round(WINDOW_S)):
        sound.add(1.0, 0.0, VoiceActivity(2.0 + n, False, -60.0, 0.0))
    values = sound.collect()
    assert (values['loudest_dbfs'], values['speech_share']) == ('-60.0', '0.000')
