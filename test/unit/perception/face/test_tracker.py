# SPDX-License-Identifier: MIT
"""The same number for the same face: through motion, gaps, crossings and restarts."""

from itertools import accumulate, pairwise

import pytest

from emotion_ros.perception.face.tracker import AssociationGate, Box, FaceTracker, box_distance


def face(x: float, y: float = 0.5, size: float = 0.1) -> Box:
    """A square box around x, y."""
    return (x - size / 2, y - size / 2, x + size / 2, y + size / 2)


def ids(tracker: FaceTracker, boxes: list[Box], stamp_s: float) -> list[int]:
    return [track.face_id for track in tracker.update(boxes, stamp_s)]


def empty(start_s: float, end_s: float) -> list[tuple[float, list[Box], list[int]]]:
    """Images without a face at 10 Hz."""
    return [(k / 10, [], []) for k in range(round(10 * start_s), round(10 * end_s) + 1)]


SEQUENCES = [
    ('nothing at all', [(0.0, [], [])]),
    ('one face', [(0.0, [face(0.5)], [1])]),
    ('ids count up in the order of the boxes', [(0.0, [face(0.8), face(0.2)], [1, 2])]),
    ('a still face', [(0.0, [face(0.5)], [1]), (0.1, [face(0.5)], [1])]),
    ('a moving face', [(0.1 * k, [face(0.2 + 0.05 * k)], [1]) for k in range(10)]),
    ('a face coming nearer', [(0.1 * k, [face(0.5, 0.5, 0.1 * 1.1**k)], [1]) for k in range(12)]),
    (
        'order of the boxes does not matter',
        [(0.0, [face(0.2), face(0.8)], [1, 2]), (0.1, [face(0.8), face(0.2)], [2, 1])],
    ),
    (
        'a face found again in time',
        [(0.0, [face(0.5)], [1]), (0.5, [], []), (0.9, [face(0.5)], [1])],
    ),
    (
        'a face found again too late',
        [(0.0, [face(0.5)], [1]), *empty(0.1, 1.0), (1.1, [face(0.5)], [2])],
    ),
    ('a leap across the image', [(0.0, [face(0.1)], [1]), (0.1, [face(0.9)], [2])]),
    (
        'another size at the same place',
        [(0.0, [face(0.5)], [1]), (0.1, [face(0.5, size=0.6)], [2])],
    ),
    (
        'the nearest wins, the other is new',
        [(0.0, [face(0.5)], [1]), (0.1, [face(0.58), face(0.51)], [2, 1])],
    ),
    (
        'two at one place stay two',
        [(0.0, [face(0.5), face(0.5)], [1, 2]), (0.1, [face(0.5), face(0.5)], [1, 2])],
    ),
    (
        'the one who stays keeps the number',
        [(0.0, [face(0.2), face(0.8)], [1, 2]), (0.1, [face(0.8)], [2])],
    ),
    (
        'numbers are not used twice',
        [
            *((0.0, [face(0.5)], [1]), *empty(0.1, 4.9)),
            *((5.0, [face(0.5)], [2]), *empty(5.1, 9.9)),
            (10.0, [face(0.5)], [3]),
        ],
    ),
    ('an empty box is a separate face', [(0.0, [(0.5,) * 4], [1]), (0.1, [(0.5,) * 4], [2])]),
    ('a stamp from the past', [(1.0, [face(0.5)], [1]), (0.9, [face(0.5)], [1])]),
]


@pytest.mark.parametrize('steps', [s for _, s in SEQUENCES], ids=[n for n, _ in SEQUENCES])
def test_ids(steps: list[tuple[float, list[Box], list[int]]]) -> None:
    tracker = FaceTracker(max_lost_s=1.0)
    for stamp_s, boxes, expected in steps:
        assert ids(tracker, boxes, stamp_s) == expected


STILL = [
    ('5 Hz', [0.2] * 20, [1]),
    ('0.8 Hz', [1.25] * 8, [1]),
    ('0.2 Hz', [5.0] * 8, [1]),
    ('1 Hz, jitter', [0.7, 1.3, 1.0, 1.4, 0.6, 1.1, 1.3], [1]),
    ('0.5 Hz, every other image lost', [4.0, 4.0, 4.0, 4.0], [1]),
    ('bursts', [0.1, 0.1, 2.3] * 4, [1]),
    ('each image twice', [0.0, 2.0] * 6, [1]),
    ('a rate that falls', [0.1] * 20 + [2.0] * 5, [1]),
    ('a pause', [0.04] * 20 + [2.9] + [0.04] * 20, [1]),
    ('a long pause', [0.04] * 20 + [5.0] + [0.04] * 20, [1, 2]),
    ('images of different days', [60.0] * 3, [1, 2, 3, 4]),
]


@pytest.mark.parametrize(('gaps', 'expected'), [r[1:] for r in STILL], ids=[r[0] for r in STILL])
def test_a_still_face_keeps_its_number_at_any_rate(gaps: list[float], expected: list[int]) -> None:
    tracker = FaceTracker()
    for start_s in (0.0, 1000.0, 1.7e9):
        tracker.reset()
        stamps = accumulate(gaps, initial=start_s)
        assert sorted({n for s in stamps for n in ids(tracker, [face(0.5)], s)}) == expected


@pytest.mark.parametrize('period_s', [1.0, 1.25, 2.0, 5.0])
@pytest.mark.parametrize(('seen', 'expected'), [('11011001', {1}), ('11000001', {1, 2})])
def test_a_slow_camera_may_miss_a_face_twice(
    period_s: float, seen: str, expected: set[int]
) -> None:
    tracker = FaceTracker()
    frames = [(1e9 + period_s * k, [face(0.5)] * int(found)) for k, found in enumerate(seen)]
    assert {n for stamp_s, boxes in frames for n in ids(tracker, boxes, stamp_s)} == expected


def test_at_30_hz_a_person_who_left_for_longer_than_a_second_is_new() -> None:
    tracker = FaceTracker()
    assert ids(tracker, [face(0.5)], 0.0) == [1]
    for k in range(1, 32):
        tracker.update([], k / 30)
    assert ids(tracker, [face(0.5)], 32 / 30) == [2]


def test_crossing_faces_keep_their_numbers() -> None:
    tracker = FaceTracker()
    for k in range(21):
        left, right = face(0.3 + 0.02 * k, 0.45), face(0.7 - 0.02 * k, 0.58)
        assert ids(tracker, [left, right], 0.1 * k) == [1, 2]


def test_a_track_says_since_when_and_until_when() -> None:
    tracker = FaceTracker(max_lost_s=1.0)
    tracker.update([face(0.2), face(0.8)], 10.0)
    (track,) = tracker.update([face(0.21)], 10.4)
    assert (track.first_seen_s, track.last_seen_s) == (10.0, 10.4)
    assert track.age_s == pytest.approx(0.4)
    assert track.box_xyxy == face(0.21)
    assert [t.face_id for t in tracker.tracks] == [1, 2]
    assert tracker.tracks[1].last_seen_s == 10.0
    tracker.update([], 10.8)
    tracker.update([], 11.5)
    assert [t.face_id for t in tracker.tracks] == [1]


def test_reset_starts_a_new_time_line() -> None:
    tracker = FaceTracker()
    tracker.update([face(0.2), face(0.8)], 100.0)
    tracker.reset()
    assert tracker.tracks == ()
    assert ids(tracker, [face(0.8)], 1.0) == [1]


def test_a_face_may_go_further_the_longer_it_was_out_of_sight() -> None:
    reaches = [AssociationGate().gate_radius(seconds) for seconds in (-1.0, 0.0, 0.05, 0.1, 60.0)]
    assert reaches[0] == reaches[1]
    assert all(near < far for near, far in pairwise(reaches[1:]))
    assert reaches[-1] == AssociationGate().max_radius
    tracker = FaceTracker(max_lost_s=2.0)
    tracker.update([face(0.5)], 0.0)
    assert ids(tracker, [face(0.63)], 0.02) == [2]
    tracker.reset()
    tracker.update([face(0.5)], 0.0)
    assert ids(tracker, [face(0.63)], 0.5) == [1]


@pytest.mark.parametrize(
    ('other', 'gap'),
    [
        ((0.4, 0.4, 0.6, 0.6), 0.0),
        ((0.6, 0.4, 0.8, 0.6), 1.0),
        ((0.4, 0.2, 0.6, 0.4), 1.0),
        ((0.3, 0.3, 0.7, 0.7), 0.693),
        ((0.5, 0.5, 0.5, 0.6), float('inf')),
    ],
)
def test_gap(other: Box, gap: float) -> None:
    own = (0.4, 0.4, 0.6, 0.6)
    assert box_distance(own, other) == pytest.approx(gap, abs=1e-3)
    assert box_distance(other, own) == pytest.approx(gap, abs=1e-3)
