# SPDX-License-Identifier: MIT
"""Whom the robot attends to."""

import pytest

from emotion_ros.core.fusion.people_in_view import Candidate, FocusSelector, PeopleInView
from emotion_ros.core.observations import UNIFORM, FaceObservation, FacesObservation

SMALL = Candidate('face_1', (0.45, 0.45, 0.55, 0.55), since_s=0.0)
LARGE = Candidate('face_2', (0.0, 0.0, 0.3, 0.4), since_s=5.0)


@pytest.mark.parametrize(
    ('rule', 'focus_id', 'faces', 'expected'),
    [
        ('largest', '', [], ''),
        ('largest', '', [SMALL], 'face_1'),
        ('largest', '', [SMALL, LARGE], 'face_2'),
        ('central', '', [SMALL, LARGE], 'face_1'),
        ('longest', '', [SMALL, LARGE], 'face_1'),
        ('id', 'face_2', [SMALL, LARGE], 'face_2'),
        ('id', 'face_9', [SMALL, LARGE], ''),
    ],
)
def test_rules(rule, focus_id, faces, expected):
    assert FocusSelector(rule, focus_id).select(faces, now_s=10.0) == expected
    assert FocusSelector(rule, focus_id).select(faces[::-1], now_s=10.0) == expected


def test_another_must_be_clearly_larger_to_take_over():
    selector = FocusSelector('largest')
    selector.select([SMALL], 0.0)
    rival = Candidate('face_3', (0.0, 0.0, 0.11, 0.1), since_s=0.0)
    assert selector.select([SMALL, rival], 1.0) == 'face_1'
    assert selector.select([SMALL, LARGE], 2.0) == 'face_2'


HERE, NEAR, THERE = (0.4, 0.4, 0.6, 0.6), (0.45, 0.42, 0.62, 0.6), (0.7, 0.4, 0.9, 0.6)


@pytest.mark.parametrize(
    ('frames', 'expected'),
    [
        ([{1: HERE}, {}], ['face_1']),
        ([{1: HERE}, {2: HERE}], ['face_2']),
        ([{1: HERE}, {2: NEAR}], ['face_2']),
        ([{1: HERE}, {}, {}, {2: NEAR}], ['face_2']),
        ([{1: HERE}, {2: THERE}], ['face_1', 'face_2']),
        ([{1: HERE}, {1: HERE, 2: NEAR}], ['face_1', 'face_2']),
        ([{1: HERE, 2: NEAR}, {2: NEAR}], ['face_1', 'face_2']),
        ([{1: HERE, 2: THERE}, {2: THERE, 3: HERE}], ['face_2', 'face_3']),
        ([{1: HERE}, {2: (0.0, 0.0, 1.0, 1.0)}], ['face_2']),
        ([{1: (0.0, 0.0, 0.1, 0.1)}, {2: (0.0, 0.0, 1.0, 1.0)}], ['face_1', 'face_2']),
    ],
)
def test_a_new_face_at_the_place_of_a_missing_one_replaces_it(frames, expected):
    people = PeopleInView('largest', '', timeout_s=5.0)
    for k, boxes in enumerate(frames):
        faces = tuple(FaceObservation(n, box, 0.9, 0.9, UNIFORM) for n, box in boxes.items())
        assert not people.update(FacesObservation(stamp_s=10.0 + k, faces=faces), 10.0 + k)
    assert sorted(people.select(10.0 + len(frames))) == expected
