# SPDX-License-Identifier: MIT
"""What may enter the pool, and how its weight falls with age."""

import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.evidence import Ageing, Evidence, Rejection, check_evidence
from examples import sure

NOW = 100.0
NAN = float('nan')


@pytest.mark.parametrize(
    ('changes', 'rejection'),
    [
        ({}, ''),
        ({'probabilities': ()}, 'invalid'),
        ({'probabilities': (1.0,)}, 'invalid'),
        ({'probabilities': (NAN,) * 7}, 'invalid'),
        ({'probabilities': (0.5,) * 7}, 'invalid'),
        ({'probabilities': (-0.1, 1.1, 0, 0, 0, 0, 0)}, 'invalid'),
        ({'probabilities': (0.0005, 1.0, 0, 0, 0, 0, 0)}, ''),
        ({'quality': NAN}, 'invalid'),
        ({'quality': 1.5}, 'invalid'),
        ({'quality': 0.0}, 'low_quality'),
        ({'stamp_s': NAN}, 'invalid'),
        ({'stamp_s': NOW + 0.4}, ''),
        ({'stamp_s': NOW + 0.6}, 'future'),
        ({'rejection': Rejection.UNSUPPORTED_LANGUAGE}, 'unsupported_language'),
    ],
)
def test_bad_evidence_has_its_own_word(changes, rejection):
    values = {'modality': 'voice', 'stamp_s': NOW, 'probabilities': sure(Emotion.SAD), **changes}
    assert check_evidence(Evidence(**values), NOW).value == rejection


@pytest.mark.parametrize(
    ('age_s', 'freshness'),
    [(0.0, 1.0), (2.0, 1.0), (2.0001, pytest.approx(1.0, abs=1e-3)), (5.0, 0.0), (99.0, 0.0)],
)
def test_weight_is_full_then_falls_to_nothing_without_a_step(age_s, freshness):
    ageing = Ageing(weight=1.0, fresh_for_s=2.0, half_life_s=1.5, timeout_s=5.0)
    assert ageing.freshness(age_s) == freshness


def test_weight_never_rises_with_age():
    ageing = Ageing(weight=1.0, fresh_for_s=0.5, half_life_s=0.3, timeout_s=1.0)
    weights = [ageing.freshness(i / 100) for i in range(120)]
    assert weights == sorted(weights, reverse=True)
    assert weights[99] == pytest.approx(0.0, abs=0.02)
