# SPDX-License-Identifier: MIT
"""Muted times and repeated words of the robot."""

import pytest

from emotion_ros.core.speech.own_voice import MutedTimes, RobotSpeech


def muted(*changes: tuple[bool, float]) -> MutedTimes:
    times = MutedTimes()
    for is_muted, now_s in changes:
        times.update(is_muted, now_s)
    return times


@pytest.mark.parametrize(
    ('stamp_s', 'now_s', 'hold_s', 'expected'),
    [
        (9.0, 20.0, 0.0, False),
        (10.0, 20.0, 0.0, True),
        (12.0, 20.0, 0.0, True),
        (12.1, 20.0, 0.0, False),
        (13.5, 20.0, 2.0, True),
        (14.1, 20.0, 2.0, False),
    ],
)
def test_words_said_while_muted(stamp_s, now_s, hold_s, expected):
    times = muted((True, 10.0), (True, 11.0), (False, 12.0))
    assert times.contains(stamp_s, now_s, hold_s) is expected


def test_while_muted_only_words_from_before_count():
    times = muted((True, 10.0))
    assert times.contains(11.0, 11.0, 0.0)
    assert not times.contains(9.0, 11.0, 0.0)


def test_a_clock_that_jumps_back_forgets():
    times = muted((True, 100.0), (False, 110.0), (False, 50.0))
    assert not times.contains(105.0, 105.0, 5.0)
    times = muted((True, 100.0))
    assert times.contains(5.0, 5.0, 0.0)
    assert muted((True, 100.0), (False, 5.0)).contains(4.0, 6.0, 0.0) is False


def test_after_a_clock_that_jumps_back_old_times_count_no_longer_at_once():
    muted = MutedTimes()
    muted.update(True, 1000.0)
    muted.update(False, 1005.0)
    assert muted.contains(1003.0, 1006.0, 0.0)
    assert not muted.contains(1003.0, 10.0, 0.0)


def test_nothing_was_muted():
    assert not MutedTimes().contains(5.0, 5.0, 9.0)


@pytest.mark.parametrize(
    ('said', 'found', 'expected'),
    [
        ([], 'hello', False),
        (['Hello!'], '', False),
        (['Goodbye!'], 'goodbye', True),
        (['I am so sorry to hear that.'], "i'm so sorry to hear that", True),
        (['That is terrible news!'], 'that is terrible noose', True),
        (['Hello! How are you today?'], 'how are you today', True),
        (['I am sorry.', 'What can I do for you?'], 'i am sorry what can i do for you', True),
        (['My name is Pepper, I am your robot'], 'my name is pepper i am your row bot', True),
        (['Are you sad today?'], 'i am sad today', False),
        (['Are you happy?'], 'you are happy', False),
        (['Do you want tea or coffee?'], 'coffee', False),
        (['Say yes or no'], 'yes', False),
        (['Do you like this song?'], 'yes i like this song a lot', False),
        (['I am so happy'], 'i am so sad', False),
    ],
)
def test_words_that_repeat_the_robot(said, found, expected):
    speech = RobotSpeech()
    for text in said:
        speech.add(text, 10.0)
    assert speech.repeats(found, 12.0, 5.0) is expected


@pytest.mark.parametrize(
    ('now_s', 'expected'), [(10.0, True), (16.3, True), (16.4, False), (9.0, False)]
)
def test_they_count_until_the_window_after_the_estimated_end(now_s, expected):
    speech = RobotSpeech()
    speech.add('so happy today', 10.0)
    assert speech.repeats('so happy today', now_s, 5.0) is expected


def test_a_long_text_does_not_keep_an_earlier_short_one_alive():
    speech = RobotSpeech()
    speech.add('a very long story ' * 25, 10.0)
    speech.add('how are you today', 11.0)
    assert not speech.repeats('how are you today', 40.0, 3.0)


def test_what_nobody_answers_does_not_pile_up():
    speech = RobotSpeech()
    for number in range(1000):
        speech.add('so happy today', float(number))
    assert not speech.repeats('so happy today', 900.0, 1.0)
