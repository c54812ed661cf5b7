# SPDX-License-Identifier: MIT
"""The time of one step: of a fusion that has a face and words to fuse."""

from benchmarks.fusion_step import HAPPY, LIMIT_MS, measure_fusion_step
from emotion_ros.core.evidence import is_distribution
from emotion_ros.core.fusion.config import FusionConfig


def test_a_step_takes_some_time():
    figure = measure_fusion_step(FusionConfig())
    assert figure.unit == 'ms'
    assert figure.limit == LIMIT_MS
    assert 0.0 < figure.value <= figure.p95
    assert is_distribution(HAPPY.probabilities)
