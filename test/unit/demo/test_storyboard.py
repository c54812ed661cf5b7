# SPDX-License-Identifier: MIT
"""What a storyboard shows, says and accepts."""

import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.state import EmotionState, Reason, Status
from emotion_ros.demo.storyboard import (
    CAMERA_OFF,
    NOBODY,
    Cue,
    Expectation,
    Picture,
    Storyboard,
    View,
)
from emotion_ros.errors import ConfigError

ONE = View((Picture('a.jpg', 0, 0, 100),))
STORY = Storyboard(
    (
        Cue(1.0, show=ONE),
        Cue(2.0, say='hello', expect=Expectation(4.0, status=Status.OK)),
        Cue(3.0, show=CAMERA_OFF),
        Cue(5.0, show=NOBODY, say='bye'),
    )
)


@pytest.mark.parametrize(
    ('times', 'error'),
    [
        ((), 'at least one cue'),
        ((0.0,), ''),
        ((0.0, 1.5), ''),
        ((1.0, 1.0), 'at: 1 is not later'),
        ((2.0, 1.0), 'at: 1 is not later'),
        ((-1.0,), 'at: -1'),
        ((float('nan'),), 'at: nan'),
    ],
)
def test_the_times_of_the_cues_rise(times, error):
    cues = tuple(Cue(t) for t in times)
    if not error:
        assert Storyboard(cues).cues == cues
        return
    with pytest.raises(ConfigError, match=error):
        Storyboard(cues)


@pytest.mark.parametrize(
    ('t_s', 'view'),
    [(-1.0, NOBODY), (0.99, NOBODY), (1.0, ONE), (2.5, ONE), (3.0, CAMERA_OFF), (99.0, NOBODY)],
)
def test_a_view_stays_until_the_next(t_s, view):
    assert STORY.view_at(t_s) == view


@pytest.mark.parametrize(
    ('after_s', 'until_s', 'said'),
    [
        (0.0, 0.0, []),
        (float('-inf'), 1.9, ['']),
        (1.9, 2.0, ['hello']),
        (2.0, 2.1, []),
        (float('-inf'), 9.0, ['', 'hello', '', 'bye']),
    ],
)
def test_every_cue_comes_once(after_s, until_s, said):
    assert [cue.say for cue in STORY.cues_between(after_s, until_s)] == said


def test_the_story_lasts_until_the_last_deadline():
    assert STORY.duration_s == 6.0
    assert Storyboard((Cue(3.0),)).duration_s == 3.0


@pytest.mark.parametrize(
    ('fields', 'error'),
    [
        ({}, 'needs a status'),
        ({'status': Status.OK}, ''),
        ({'emotion': Emotion.ANGRY}, ''),
        ({'conflict': False}, ''),
        ({'conflict': False, 'within_s': 0.0}, 'within_s: 0 '),
        ({'conflict': False, 'within_s': float('nan')}, 'within_s: nan'),
    ],
)
def test_an_expectation_says_something_in_finite_time(fields, error):
    fields = {'within_s': 1.0, **fields}
    if not error:
        assert Expectation(**fields).within_s == 1.0
        return
    with pytest.raises(ConfigError, match=error):
        Expectation(**fields)


@pytest.mark.parametrize(
    ('fields', 'holds'),
    [
        ({'status': Status.OK}, True),
        ({'status': Status.HOLDING}, False),
        ({'emotion': Emotion.HAPPY}, True),
        ({'emotion': Emotion.ANGRY}, False),
        ({'conflict': True}, True),
        ({'conflict': False}, False),
        ({'status': Status.OK, 'emotion': Emotion.HAPPY, 'conflict': False}, False),
        ({'status': Status.OK, 'emotion': Emotion.HAPPY, 'conflict': True}, True),
    ],
)
def test_an_expectation_holds_when_all_its_fields_do(fields, holds):
    state = EmotionState(0.0, Status.OK, Reason.NONE, emotion=Emotion.HAPPY, conflict=True)
    assert Expectation(1.0, **fields).holds(state) is holds


@pytest.mark.parametrize(
    ('height_px', 'brightness', 'error'),
    [
        (1, 0.0, ''),
        (2000, 2.0, ''),
        (0, 1.0, 'height_px: 0'),
        (2001, 1.0, 'height_px: 2001'),
        (10, -0.1, 'brightness: -0.1'),
        (10, float('nan'), 'brightness: nan'),
    ],
)
def test_a_picture_has_a_size_and_a_brightness(height_px, brightness, error):
    if not error:
        assert Picture('a', 0, 0, height_px, brightness=brightness).height_px == height_px
        return
    with pytest.raises(ConfigError, match=error):
        Picture('a', 0, 0, height_px, brightness=brightness)


@pytest.mark.parametrize(
    ('cue', 'title'),
    [
        (Cue(0.0), 'silence'),
        (Cue(0.0, show=NOBODY), 'nobody in view'),
        (Cue(0.0, show=CAMERA_OFF), 'camera off'),
        (Cue(0.0, show=ONE, say='Hi'), '1 in view, says "Hi"'),
    ],
)
def test_a_cue_has_a_title(cue, title):
    assert cue.title == title
