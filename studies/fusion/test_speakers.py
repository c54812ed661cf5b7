# SPDX-License-Identifier: MIT
"""A voice beside two faces is bound to the one that speaks, or to none."""

import numpy as np

from studies.fusion.speakers import outcome, play_sequence


def test_beside_two_faces_no_voice_is_bound_to_the_wrong_face():
    found = play_sequence(2, np.random.default_rng(0))
    assert found['words', 'right'] + found['words', 'unbound'] == 6
    assert found['voice', 'right'] > found['voice', 'unbound']
    assert found['voice', 'wrong'] == 0


def test_outcomes():
    assert [outcome(name, 'face_1') for name in ('face_1', '', 'face_2')] == [
        'right',
        'unbound',
        'wrong',
    ]
