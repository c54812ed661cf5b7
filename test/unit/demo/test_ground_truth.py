# SPDX-License-Identifier: MIT
"""The labels of a storyboard as faces, text and states."""

from math import isnan

import pytest

from emotion_ros.core.emotions import EMOTIONS, SENTIMENTS, Emotion, Sentiment
from emotion_ros.core.state import Reason, Status
from emotion_ros.demo.ground_truth import ground_truth_faces, ground_truth_state, ground_truth_text
from emotion_ros.demo.storyboard import Cue, Expectation, Picture, Storyboard, View

HAPPY = Expectation(1.0, status=Status.OK, emotion=Emotion.HAPPY, conflict=False)
STORY = Storyboard(
    (
        Cue(1.0, expect=Expectation(1.0, status=Status.NO_PERSON)),
        Cue(2.0, expect=HAPPY),
        Cue(3.0),
        Cue(4.0, expect=Expectation(1.0, conflict=True)),
        Cue(5.0, expect=HAPPY),
        Cue(6.0, expect=Expectation(1.0, status=Status.OK, emotion=Emotion.SAD)),
        Cue(7.0, expect=Expectation(1.0, status=Status.HOLDING)),
        Cue(8.0, expect=Expectation(1.0, status=Status.NO_INPUT)),
    )
)


def test_an_empty_view_has_no_faces():
    assert ground_truth_faces(View(), 640, 480) == ()


def test_a_picture_is_a_face_that_shows_its_emotion():
    pictures = (
        Picture('a', 64, 48, 240, emotion=Emotion.SAD),
        Picture('b', 600, -24, 120),
    )
    sad, unknown = ground_truth_faces(View(pictures), 640, 480)
    assert (sad.person_id, unknown.person_id) == ('face_1', 'face_2')
    assert sad.box_xyxy == pytest.approx((0.1, 0.1, 0.475, 0.6))
    assert unknown.box_xyxy == pytest.approx((0.9375, 0.0, 1.0, 0.2))
    assert EMOTIONS[sad.probabilities.index(max(sad.probabilities))] == 'sad'
    assert sum(sad.probabilities) == pytest.approx(1.0)
    assert all(isnan(p) for p in unknown.probabilities)


def test_text_has_its_sentiment_and_no_emotion():
    text = ground_truth_text(Sentiment.NEGATIVE, 7.5)
    assert text.stamp_s == 7.5
    assert SENTIMENTS[text.sentiment.index(max(text.sentiment))] == 'negative'
    assert sum(text.sentiment) == pytest.approx(1.0)
    assert all(isnan(p) for p in text.emotion)
    assert all(isnan(p) for p in ground_truth_text(Sentiment.UNKNOWN, 7.5).sentiment)


@pytest.mark.parametrize(
    ('t_s', 'status', 'emotion', 'reason', 'duration_s'),
    [
        (0.0, Status.NO_INPUT, Emotion.UNKNOWN, Reason.NO_INPUT, 0.0),
        (1.0, Status.NO_PERSON, Emotion.UNKNOWN, Reason.NO_PERSON, 0.0),
        (2.1, Status.OK, Emotion.HAPPY, Reason.DWELL, 0.1),
        (3.5, Status.OK, Emotion.HAPPY, Reason.NONE, 1.5),
        (4.5, Status.OK, Emotion.HAPPY, Reason.CONFLICT, 2.5),
        (5.0, Status.OK, Emotion.HAPPY, Reason.NONE, 3.0),
        (6.8, Status.OK, Emotion.SAD, Reason.NONE, 0.8),
        (7.0, Status.HOLDING, Emotion.SAD, Reason.STALE, 1.0),
        (9.0, Status.NO_INPUT, Emotion.UNKNOWN, Reason.NO_INPUT, 0.0),
    ],
)
def test_the_state_is_what_was_expected_last(t_s, status, emotion, reason, duration_s):
    state = ground_truth_state(STORY, t_s, stamp_s=100.0)
    assert (state.status, state.emotion, state.reason) == (status, emotion, reason)
    assert state.duration_s == pytest.approx(duration_s)
    assert state.stamp_s == 100.0
    known = emotion is not Emotion.UNKNOWN
    assert state.confidence == (pytest.approx(max(state.probabilities)) if known else 0.0)
    assert isnan(sum(state.probabilities)) is not known


@pytest.mark.parametrize('t_s', [2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5])
def test_the_state_satisfies_the_expectation_it_comes_from(t_s):
    (cue,) = [c for c in STORY.cues if c.at_s == t_s - 0.5]
    assert cue.expect is None or cue.expect.holds(ground_truth_state(STORY, t_s, 0.0))
