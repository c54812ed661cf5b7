# SPDX-License-Identifier: MIT
"""Whom the robot attends to."""

import pytest

from emotion_ros.core.fusion.people_in_view import Candidate, FocusSelector

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
