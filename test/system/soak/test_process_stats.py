# SPDX-License-Identifier: MIT
"""What counts as growth of a process, and that a short peak does not."""

from dataclasses import replace

import psutil
import pytest

from benchmarks.figure import NotMeasured
from soak.process_stats import ProcessStats, growth_figures, read_process_stats

CONSTANT = ProcessStats(0.0, 200.0, 20, 40)


def samples(number: int = 60, **changes) -> list[ProcessStats]:
    """Return one sample a second; a change is a function of the second."""
    seconds = [float(s) for s in range(number)]
    return [replace(CONSTANT, at_s=s, **{k: f(s) for k, f in changes.items()}) for s in seconds]


def missed(stats: list[ProcessStats]) -> set[str]:
    """Return the names of the figures that are over their limit."""
    return {figure.name for figure in growth_figures(stats) if figure.result == 'missed'}


@pytest.mark.parametrize('number', [0, 1, 3])
def test_growth_needs_four_samples(number):
    with pytest.raises(NotMeasured, match='4 samples'):
        growth_figures(samples(number))


@pytest.mark.parametrize(
    ('stats', 'names'),
    [
        (samples(), set()),
        (samples(rss_mb=lambda s: 200.0 + 4.0 * (s == 30.0)), set()),
        (samples(rss_mb=lambda s: 200.0 + 8.0 * (s > 20.0)), set()),
        (samples(rss_mb=lambda s: 200.0 + 0.2 * s), {'memory, growth'}),
        (samples(900, rss_mb=lambda s: 200.0 + 6.0 * s / 3600.0), {'memory, slope'}),
        (samples(900, rss_mb=lambda s: 200.0 + 4.0 * s / 3600.0), set()),
        (samples(threads=lambda s: 20 + int(s == 30.0)), set()),
        (samples(threads=lambda s: 20 + int(s > 50.0)), {'threads, growth'}),
        (samples(descriptors=lambda s: 40 + int(s / 10.0)), {'descriptors, growth'}),
        (samples(descriptors=lambda s: 40 - int(s / 10.0)), set()),
    ],
)
def test_promise_32_what_grows_is_named(stats, names):
    assert missed(stats) == names


def test_the_slope_is_per_hour():
    figures = {
        figure.name: figure.value for figure in growth_figures(samples(rss_mb=lambda s: s / 60.0))
    }
    assert figures['memory, slope'] == pytest.approx(60.0)


def test_a_running_process_is_sampled():
    stats = read_process_stats(psutil.Process(), 3.0)
    assert (stats.at_s, stats.threads >= 1, stats.descriptors >= 3) == (3.0, True, True)
    assert 10.0 < stats.rss_mb < 10_000.0


def test_a_process_that_has_ended_is_named():
    gone = psutil.Popen(['true'])
    gone.wait()
    with pytest.raises(NotMeasured, match='has ended'):
        read_process_stats(gone, 0.0)
