# SPDX-License-Identifier: MIT
"""What was lost of a stream, against jitter, bursts, drift and a driver that stops."""

from collections.abc import Callable

import numpy as np
import pytest

from emotion_ros.perception.voice.lost_sound import LossMeter

BLOCK_S = 0.032  # 512 samples at 16 kHz, as PortAudio drivers send them
EPOCH_S = 1.8e9


def measure(
    meter: LossMeter,
    is_lost: Callable[[int], bool],
    *,
    seconds: float = 30.0,
    block_s: float = BLOCK_S,
    is_stamped: bool = True,
    arrives: Callable[[float], float] = lambda at_s: at_s,
) -> tuple[float, int]:
    """Send blocks; return the share that was lost and the number of gaps."""
    for n in range(round(seconds / block_s)):
        if not is_lost(n):
            meter.add(EPOCH_S + arrives(n * block_s), block_s, is_stamped)
    found = meter.collect()
    return float(found['lost_share']), int(found['gaps'])


@pytest.mark.parametrize('is_stamped', [True, False])
@pytest.mark.parametrize('block_s', [0.01, BLOCK_S, 0.1])
def test_a_tenth_of_the_blocks_is_found(block_s, is_stamped):
    rng = np.random.default_rng(0)
    share, gaps = measure(
        LossMeter(), lambda n: rng.random() < 0.1, block_s=block_s, is_stamped=is_stamped
    )
    assert share == pytest.approx(0.1, abs=0.025)
    assert gaps > 10


@pytest.mark.parametrize('is_stamped', [True, False])
def test_a_burst_of_losses_is_one_gap(is_stamped):
    share, gaps = measure(LossMeter(), lambda n: 300 < n <= 331, is_stamped=is_stamped)
    assert share == pytest.approx(31 * BLOCK_S / 29, abs=0.01)
    assert gaps == 1


JITTER_S = np.random.default_rng(0).exponential(0.03, 2000)


@pytest.mark.parametrize(
    ('arrives', 'is_stamped'),
    [
        (lambda at_s: at_s, True),
        (lambda at_s: at_s + JITTER_S[round(at_s / BLOCK_S)], True),
        (lambda at_s: 10.8 if 10.0 <= at_s < 10.8 else at_s, False),
        (lambda at_s: 13.0 if 10.0 <= at_s < 13.0 else at_s, False),
        (lambda at_s: 1.004 * at_s, True),
    ],
    ids=['steady', 'late stamps', 'a burst', 'a node that hung', 'a clock that drifts'],
)
def test_what_is_only_late_is_not_lost(arrives, is_stamped):
    meter = LossMeter()
    share, _ = measure(meter, lambda n: False, arrives=arrives, is_stamped=is_stamped)
    assert share == 0.0


def test_a_driver_that_stopped_begins_anew():
    meter = LossMeter()
    assert measure(meter, lambda n: 300 < n < 650, seconds=28.0) == (0.0, 0)
    meter.add(EPOCH_S - 1000.0, BLOCK_S, True)  # a clock that jumped
    assert meter.collect() == {}


def test_before_enough_has_come_nothing_is_said():
    meter = LossMeter()
    assert meter.collect() == {}
    for n in range(60):
        meter.add(EPOCH_S + 2 * n * BLOCK_S, BLOCK_S, True)
    assert meter.collect() == {}


def test_what_was_lost_within_a_segment():
    meter = LossMeter()
    measure(meter, lambda n: 100 <= n < 105, seconds=8.0)
    gap_s = EPOCH_S + 100 * BLOCK_S
    assert meter.lost_s(gap_s - 1.0, gap_s + 1.0) == pytest.approx(5 * BLOCK_S)
    assert meter.lost_s(gap_s - 2.0, gap_s - 0.5) == 0.0
    assert meter.lost_s(gap_s + 0.5, gap_s + 2.0) == 0.0
    meter.reset()
    assert meter.lost_s(gap_s - 1.0, gap_s + 1.0) == 0.0
