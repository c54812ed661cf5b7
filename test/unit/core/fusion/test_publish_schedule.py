# SPDX-License-Identifier: MIT
"""States on whole multiples of the period, and at once on evidence up to a rate."""

import pytest

from emotion_ros.core.fusion.publish_schedule import PublishSchedule


def test_ticks_fall_on_whole_multiples_of_the_period():
    schedule = PublishSchedule(rate=10.0, max_rate=30.0)
    start = 1_795_364_743.0
    ticks = [i for i in range(101) if schedule.tick(start + i * 0.01)]
    assert ticks == list(range(0, 101, 10))


def test_who_looks_when_told_to_misses_no_tick_and_looks_once_for_each():
    schedule = PublishSchedule(rate=10.0, max_rate=30.0)
    now_s, ticks = 1_795_364_743.03, []
    for _ in range(100):
        ticks.append(schedule.tick(now_s))
        now_s += schedule.until_tick_s(now_s)
    assert all(ticks)
    assert now_s == pytest.approx(1_795_364_753.0)


@pytest.mark.parametrize('now_s', [0.0, 0.1, 0.1 - 1e-9, 0.1 + 1e-9, 1e9 + 0.3, 1e9 + 0.29999])
def test_the_next_tick_is_always_ahead(now_s):
    assert 0.0 < PublishSchedule(rate=10.0, max_rate=30.0).until_tick_s(now_s) <= 0.1 + 1e-4


def test_a_step_back_of_the_clock_does_not_stall_the_ticks():
    schedule = PublishSchedule(rate=10.0, max_rate=30.0)
    assert schedule.tick(1000.0)
    assert not schedule.tick(1000.05)
    assert schedule.tick(10.0)
    assert not schedule.tick(10.05)


@pytest.mark.parametrize(
    ('arrivals_hz', 'jitter_s', 'published_hz'),
    [(5.0, 0.0, 5), (30.0, 0.0, 30), (30.0, 0.01, 30), (100.0, 0.0, 30), (1000.0, 0.0, 30)],
)
def test_evidence_is_published_at_once_up_to_the_rate(arrivals_hz, jitter_s, published_hz):
    schedule = PublishSchedule(rate=10.0, max_rate=30.0)
    times = [i / arrivals_hz + (jitter_s if i % 2 else 0.0) for i in range(int(10 * arrivals_hz))]
    published = sum(schedule.on_evidence(1e9 + t) for t in times)
    assert published / 10 == pytest.approx(published_hz, abs=1.0)


def test_a_step_back_of_the_clock_does_not_hold_evidence_back():
    schedule = PublishSchedule(rate=10.0, max_rate=30.0)
    assert schedule.on_evidence(1000.0)
    assert schedule.on_evidence(10.0)
