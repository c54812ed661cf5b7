# SPDX-License-Identifier: MIT
"""A track: exact runs and figures, curves of bounded size, each piece of evidence once."""

from dataclasses import replace
from math import isnan, nan

import pytest

from emotion_ros.bag.track import MAX_GAP_S, MOST_POINTS, Curve, EvidenceCounts, Track
from emotion_ros.core.emotions import Emotion
from emotion_ros.core.evidence import Evidence, Rejection
from emotion_ros.core.state import EmotionState, Reason, Status, WeighedEvidence

UNIFORM = (1 / 7,) * 7
HAPPY = EmotionState(
    0.0,
    Status.OK,
    Reason.NONE,
    person_id='face_1',
    emotion=Emotion.HAPPY,
    confidence=0.9,
    valence=0.8,
    arousal=0.4,
)
SAD = replace(HAPPY, emotion=Emotion.SAD, valence=-0.6)
CONFLICT = replace(HAPPY, conflict=True, reason=Reason.CONFLICT)


def track_of(*states: tuple[float, EmotionState]) -> Track:
    track = Track()
    for at_s, state in states:
        track.add(state, at_s)
    return track


def weighed(
    stamp_s: float, rejection: Rejection = Rejection.NONE, modality: str = 'text', person: str = ''
) -> WeighedEvidence:
    evidence = Evidence(modality, stamp_s, UNIFORM, person_id=person)
    return WeighedEvidence(evidence, 0.5, 1.0, rejection)


@pytest.mark.parametrize(
    ('states', 'runs'),
    [
        ([], []),
        ([(0.0, HAPPY)], [(0.0, 0.0, 'happy')]),
        ([(0.0, HAPPY), (0.1, HAPPY), (0.2, HAPPY)], [(0.0, 0.2, 'happy')]),
        ([(0.0, HAPPY), (1.0, SAD), (2.0, SAD)], [(0.0, 1.0, 'happy'), (1.0, 2.0, 'sad')]),
        ([(0.0, HAPPY), (1.0, CONFLICT)], [(0.0, 1.0, 'happy'), (1.0, 1.0, 'happy')]),
        (
            [(0.0, HAPPY), (1.0, HAPPY), (1.1 + MAX_GAP_S, HAPPY)],
            [(0.0, 1.0, 'happy'), (1.1 + MAX_GAP_S, 1.1 + MAX_GAP_S, 'happy')],
        ),
    ],
)
def test_a_run_ends_with_a_change_or_a_gap(states, runs):
    assert [(r.from_s, r.to_s, r.label) for r in track_of(*states).runs] == runs


def test_times_and_means_are_weighted_by_time():
    track = track_of((0.0, HAPPY), (3.0, SAD), (4.0, replace(SAD, valence=nan)), (6.0, HAPPY))
    assert track.time_s == 6.0
    assert track.times_s == {'happy': 3.0, 'sad': 3.0}
    assert track.mean('valence') == pytest.approx((3 * 0.8 - 0.6) / 4)
    assert isnan(track_of((0.0, HAPPY)).mean('valence'))


def test_conflicts_are_counted_when_they_begin():
    track = track_of(*enumerate([CONFLICT, CONFLICT, HAPPY, CONFLICT, SAD]))
    assert track.conflicts == 2


def test_a_curve_keeps_means_and_a_bounded_number_of_points():
    curve = Curve()
    for number in range(100_000):
        curve.add(number % 2, number / 10)
    curve.add(nan, 1.0)
    points = list(curve.points())
    assert MOST_POINTS / 2 <= len(points) <= MOST_POINTS
    assert points[0] == (pytest.approx(curve.step_s / 2), pytest.approx(0.5, abs=0.01))
    assert points[-1][0] == pytest.approx(10_000, abs=curve.step_s)


@pytest.mark.parametrize(
    ('pieces', 'results'),
    [
        ([], {}),
        ([weighed(1.0), weighed(1.0), weighed(2.0)], {('text', ''): 2}),
        ([weighed(1.0), weighed(1.0, Rejection.STALE)], {('text', ''): 1}),
        ([weighed(1.0, Rejection.WRONG_PERSON), weighed(1.0)], {('text', ''): 1}),
        (
            [weighed(2.0), weighed(1.0, Rejection.LOW_QUALITY)] * 3,
            {('text', ''): 1, ('text', 'low_quality'): 1},
        ),
        ([weighed(1.0, person='a'), weighed(1.0, person='b')], {('text', ''): 2}),
    ],
)
def test_a_piece_of_evidence_counts_once_and_as_used_if_it_ever_was(pieces, results):
    counts = EvidenceCounts()
    for piece in pieces:
        counts.add(piece)
    assert +counts.results == results
    assert counts.rejected == sum(n for (_, reason), n in results.items() if reason)


def test_evidence_about_another_person_is_not_counted():
    other = weighed(1.0, Rejection.WRONG_PERSON, person='face_2')
    track = track_of((0.0, replace(HAPPY, evidence=(other, weighed(2.0, Rejection.STALE)))))
    assert +track.evidence.results == {('text', 'stale'): 1}


def test_the_weights_are_curves_of_their_modality():
    track = track_of((0.0, replace(HAPPY, evidence=(weighed(1.0),))))
    assert list(track.curves) == ['confidence', 'valence', 'arousal', 'weight.text']
