# SPDX-License-Identifier: MIT
"""Charts of a session: marks joined to what can be seen, round times, lists in parts."""

from dataclasses import replace
from math import nan

import pytest

from emotion_ros.bag.track import Curve, Run, Track
from emotion_ros.core.emotions import Emotion
from emotion_ros.core.state import EmotionState, Reason, Status
from emotion_ros.web.session_charts import (
    COLUMNS,
    Span,
    affect_points,
    emotion_rows,
    lanes,
    line_path,
    mark_path,
    periods,
    share_path,
    spread,
    status_rows,
)

SPAN = Span(0.0, 10.0)
HAPPY = EmotionState(0.0, Status.OK, Reason.NONE, emotion=Emotion.HAPPY, valence=0.8, arousal=0.5)


def run(from_s: float, to_s: float) -> Run:
    return Run(from_s, to_s, 'happy', 'ok', False, True, 'face_1')


def track_of(*states: tuple[float, EmotionState]) -> Track:
    track = Track()
    for at_s, state in states:
        track.add(state, at_s)
    return track


@pytest.mark.parametrize(
    ('runs', 'path'),
    [
        ([], ''),
        ([run(0.0, 5.0)], 'M0 0h500v1H0z'),
        ([run(2.0, 2.0)], 'M200 0h2v1H200z'),
        ([run(0.0, 1.0), run(1.005, 2.0)], 'M0 0h200v1H0z'),
        ([run(0.0, 1.0), run(2.0, 3.0)], 'M0 0h100v1H0zM200 0h100v1H200z'),
    ],
)
def test_marks_that_touch_are_one(runs, path):
    assert mark_path(runs, SPAN) == path


def test_a_column_is_as_high_as_the_share_of_its_time():
    width_s = 10.0 / COLUMNS
    path = share_path([run(0.0, width_s), run(width_s, 1.25 * width_s)], SPAN)
    assert path == 'M0 1v-1h4v1zM4 1v-0.25h4v0.25z'


def test_rows_are_of_what_occurred_and_dense_ones_bounded():
    pale = replace(HAPPY, reason=Reason.DWELL)
    other = replace(HAPPY, emotion=Emotion.SAD, status=Status.HOLDING, conflict=True)
    few = track_of((0.0, pale), (1.0, HAPPY), (2.0, other), (3.0, other))
    rows = {row.name: row for row in (*emotion_rows(few, SPAN), *status_rows(few, SPAN))}
    assert {name: row.time_s for name, row in rows.items()} == {
        'happy': 2.0,
        'sad': 1.0,
        'conflict': 1.0,
        'holding': 1.0,
    }
    assert rows['happy'].path == 'M100 0h100v1H100z'
    assert rows['happy'].faint == 'M0 0h200v1H0z'
    many = track_of(*((n / 1000, HAPPY if n % 2 else other) for n in range(10_000)))
    assert all(len(row.path) < 30 * COLUMNS for row in emotion_rows(many, SPAN))


def test_a_line_breaks_where_there_are_no_values():
    curve = Curve()
    for at_s, value in ((0.0, 1.0), (1.0, 0.0), (2.6, 0.5)):
        curve.add(value, at_s)
    assert line_path(curve, SPAN, 0.0, 1.0) == 'M2 0L103 100M262 50'


@pytest.mark.parametrize(
    ('span', 'ticks'),
    [
        (Span(0.0, 0.0), [0.0]),
        (Span(0.0, 10.0), [0, 2, 4, 6, 8, 10]),
        (Span(61.0, 83.0), [65, 70, 75, 80]),
        (Span(0.0, 8 * 3600.0), [n * 3600 for n in range(9)]),
    ],
)
def test_times_below_a_chart_are_round(span, ticks):
    assert span.ticks() == ticks


def test_valence_and_arousal_of_one_time_are_a_point():
    assert affect_points(track_of((0.0, replace(HAPPY, valence=nan)))) == []
    [first, second] = affect_points(track_of((0.0, HAPPY), (1.0, replace(HAPPY, valence=-0.2))))
    assert (first, second) == ((0.8, 0.5), (-0.2, 0.5))


def test_people_who_were_not_there_together_share_a_row():
    people = {
        name: track_of((from_s, HAPPY), (to_s, HAPPY))
        for name, from_s, to_s in (('a', 0.0, 2.0), ('b', 1.0, 3.0), ('c', 2.0, 4.0))
    }
    assert lanes(people) == [['a', 'c'], ['b']]
    assert lanes({}) == []


@pytest.mark.parametrize(
    ('times_s', 'parts'),
    [
        ([], []),
        ([1.0, 9.0], [(0.0, 2)]),
        ([1.0, 1.5, 9.0], [(0.0, 2), (8.0, 1)]),
    ],
)
def test_a_long_list_is_in_parts_of_a_round_length(times_s, parts):
    found = [(span.from_s, part.stop - part.start) for span, part in periods(times_s, 2, 10.0)]
    assert found == parts


def test_marks_are_a_column_apart():
    assert spread([0.0, 0.01, 5.0, 10.0], SPAN) == [1, 2, 3]
