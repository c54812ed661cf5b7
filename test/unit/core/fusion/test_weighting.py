# SPDX-License-Identifier: MIT
"""The weight of evidence falls with age, and its decay follows the options."""

import pytest

from emotion_ros.core.fusion.weighting import TemporalDecay


@pytest.mark.parametrize(
    ('age_s', 'freshness'),
    [(0.0, 1.0), (2.0, 1.0), (2.0001, pytest.approx(1.0, abs=1e-3)), (5.0, 0.0), (99.0, 0.0)],
)
def test_weight_is_full_then_falls_to_nothing_without_a_step(age_s, freshness):
    decay = TemporalDecay(weight=1.0, fresh_for_s=2.0, half_life_s=1.5, timeout_s=5.0)
    assert decay.freshness(age_s) == freshness


def test_weight_never_rises_with_age():
    decay = TemporalDecay(weight=1.0, fresh_for_s=0.5, half_life_s=0.3, timeout_s=1.0)
    weights = [decay.freshness(i / 100) for i in range(120)]
    assert weights == sorted(weights, reverse=True)
    assert weights[99] == pytest.approx(0.0, abs=0.02)
