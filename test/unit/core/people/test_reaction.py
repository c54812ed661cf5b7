# SPDX-License-Identifier: MIT
"""The verdict on a reaction: every end of an observation, and what is noise."""

from collections.abc import Callable
from math import isnan

import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.people.reaction import (
    MEAN_NOISE,
    PEAK_NOISE,
    Reaction,
    StateHistory,
    UnknownReason,
    Verdict,
)
from emotion_ros.core.state import EmotionState, Reason, Status

HZ, BEGINS_S, WINDOW_S = 10, 3.0, 5.0
ME = 'face_1'
States = list[EmotionState]


def seen(valence: float, emotion: Emotion = Emotion.NEUTRAL, conflict: bool = False) -> States:
    """Return a fresh state of the person."""
    return [
        EmotionState(
            0.0,
            Status.OK,
            Reason.NONE,
            person_id=ME,
            emotion=emotion,
            valence=valence,
            arousal=valence / 2,
            conflict=conflict,
        )
    ]


def lacking(status: Status, reason: Reason, person_id: str = ME) -> States:
    """Return a state that says why there is nothing."""
    return [EmotionState(0.0, status, reason, person_id=person_id)]


def observe(
    before: Callable[[float], States], during: Callable[[float], States], hz: float = HZ
) -> tuple[Reaction, float]:
    """Return the reaction to a behaviour at BEGINS_S, and after how long it was known.

    ``before`` and ``during`` give the states at a time; that of ``during`` begins with 0.
    """
    history, tick = StateHistory(), 0
    while (at_s := tick / hz) <= BEGINS_S:
        history.add(before(at_s), at_s)
        tick += 1
    observer = history.observe(ME, at_s, WINDOW_S)
    began_s = at_s
    while not observer.update(during(at_s - began_s), at_s):
        tick += 1
        at_s = tick / hz
    return observer.result(at_s), at_s - began_s


CALM = seen(0.0)
SMILE = seen(0.8, Emotion.HAPPY)
CASES: dict[str, tuple[Callable[[float], States], Callable[[float], States], str, str]] = {
    'nothing changes': (lambda t: CALM, lambda t: CALM, 'unchanged', ''),
    'a joke that lands': (lambda t: CALM, lambda t: SMILE, 'better', ''),
    'one that does not': (lambda t: CALM, lambda t: seen(-0.5), 'worse', ''),
    'a short smile': (lambda t: CALM, lambda t: SMILE if 1 < t < 1.9 else CALM, 'better', ''),
    'one frame is no peak': (
        lambda t: CALM,
        lambda t: SMILE if abs(t - 1) < 0.05 else CALM,
        'unchanged',
        '',
    ),
    'a smile that was there': (lambda t: SMILE, lambda t: SMILE, 'unchanged', ''),
    'a smile that ends': (lambda t: SMILE, lambda t: CALM, 'worse', ''),
    'mean noise': (lambda t: CALM, lambda t: seen(MEAN_NOISE * 0.95), 'unchanged', ''),
    'above it': (lambda t: CALM, lambda t: seen(MEAN_NOISE * 1.05), 'better', ''),
    'nobody before': (lambda t: [], lambda t: SMILE, 'unknown', 'no_baseline'),
    'just come': (
        lambda t: CALM if t > BEGINS_S - 0.3 else [],
        lambda t: SMILE,
        'unknown',
        'no_baseline',
    ),
    'lost at once': (lambda t: CALM, lambda t: [], 'unknown', 'person_lost'),
    'lost and back': (
        lambda t: CALM,
        lambda t: [] if 1 < t < 2.5 else SMILE,
        'better',
        '',
    ),
    'lost late': (lambda t: CALM, lambda t: SMILE if t < 2.9 else [], 'better', ''),
    'paused': (
        lambda t: CALM,
        lambda t: SMILE if t < 3 else lacking(Status.PAUSED, Reason.PAUSED),
        'unknown',
        'paused',
    ),
    'switched off': (
        lambda t: CALM,
        lambda t: lacking(Status.DISABLED, Reason.DISABLED),
        'unknown',
        'disabled',
    ),
    'the camera stops': (
        lambda t: CALM,
        lambda t: lacking(Status.HOLDING, Reason.STALE),
        'unknown',
        'stale',
    ),
    'words against the face': (
        lambda t: CALM,
        lambda t: seen(0.5, conflict=True),
        'unknown',
        'conflict',
    ),
    'nothing can be estimated': (
        lambda t: CALM,
        lambda t: seen(float('nan')),
        'unknown',
        'no_input',
    ),
}


@pytest.mark.parametrize(('before', 'during', 'verdict', 'reason'), CASES.values(), ids=CASES)
def test_verdicts(before, during, verdict, reason):
    reaction, after_s = observe(before, during)
    assert (reaction.verdict.label, reaction.reason.value) == (verdict, reason)
    assert (reaction.confidence > 0) is (verdict != 'unknown')
    assert after_s <= WINDOW_S + 1 / HZ


def test_figures():
    reaction, after_s = observe(lambda t: CALM, lambda t: SMILE if t >= 2.5 else CALM)
    assert reaction.baseline_valence == reaction.baseline_arousal == 0.0
    assert reaction.peak_valence == pytest.approx(0.8)
    assert reaction.change_valence == pytest.approx(0.4, abs=0.03)
    assert reaction.change_arousal == pytest.approx(0.2, abs=0.02)
    assert (reaction.from_emotion, reaction.to_emotion) == (Emotion.NEUTRAL, Emotion.HAPPY)
    assert after_s == pytest.approx(WINDOW_S)


def test_of_a_paused_person_nothing_is_told():
    paused = lacking(Status.PAUSED, Reason.PAUSED)
    reaction, after_s = observe(lambda t: CALM, lambda t: SMILE if t < 1 else paused)
    assert after_s == pytest.approx(1.0, abs=0.11)
    # since Python 3.13 a dataclass with a NaN is not equal to its copy
    assert repr(reaction) == repr(Reaction(reason=UnknownReason.PAUSED))
    later, _ = observe(lambda t: CALM if t < 2.9 else paused, lambda t: SMILE)
    assert isnan(later.baseline_valence)


def test_a_person_who_is_lost_is_not_waited_for():
    _, after_s = observe(lambda t: CALM, lambda t: [])
    assert after_s == pytest.approx(2.0, abs=0.11)


def test_a_larger_change_and_more_of_the_window_are_more_confident():
    def confidence(valence: float, until_s: float = 9.0) -> float:
        return observe(lambda t: CALM, lambda t: seen(valence) if t < until_s else [])[
            0
        ].confidence

    assert 0.5 < confidence(0.15) < confidence(0.3) < confidence(0.9) < 1.0
    assert confidence(0.9, until_s=3.0) < confidence(0.9)


@pytest.mark.parametrize('hz', [3, 10, 30])
def test_the_rate_of_the_states_does_not_matter(hz):
    reaction, _ = observe(lambda t: CALM, lambda t: SMILE if t >= 2.5 else CALM, hz)
    assert reaction.verdict is Verdict.BETTER
    assert reaction.change_valence == pytest.approx(0.4, abs=0.07)


def test_time_that_goes_back_ends_it():
    history = StateHistory()
    history.add(CALM, 100.0)
    observer = history.observe(ME, 100.0, WINDOW_S)
    assert observer.update(CALM, 10.0)
    assert observer.result(10.0).verdict is Verdict.UNKNOWN


def test_only_two_seconds_are_kept_and_nobody_who_has_left():
    history = StateHistory()
    for tick in range(1000):
        people = [EmotionState(0.0, Status.OK, Reason.NONE, person_id=f'face_{tick // 10}')]
        history.add(people, tick / 10)
    assert len(history) <= 3
    assert PEAK_NOISE > MEAN_NOISE
