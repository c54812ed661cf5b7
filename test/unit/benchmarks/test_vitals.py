# SPDX-License-Identifier: MIT
"""What counts as growth of a process, and what only comes and goes."""

from dataclasses import replace

import psutil
import pytest

from benchmarks.figure import NotMeasured
from benchmarks.vitals import Vitals, growth, take_vitals

STILL = Vitals(0.0, 200.0, 20, 40)


def looks(number: int = 60, **changes) -> list[Vitals]:
    """Return one look a second; a change is a function of the second."""
    seconds = [float(s) for s in range(number)]
    return [replace(STILL, at_s=s, **{k: f(s) for k, f in changes.items()}) for s in seconds]


def missed(vitals: list[Vitals]) -> set[str]:
    """Return the names of the figures that are over their limit."""
    return {figure.name for figure in growth(vitals) if figure.verdict == 'missed'}


@pytest.mark.parametrize('number', [0, 1, 3])
def test_a_few_looks_say_nothing(number):
    with pytest.raises(NotMeasured, match='4 looks'):
        growth(looks(number))


@pytest.mark.parametrize(
    ('vitals', 'names'),
    [
        (looks(), set()),
        (looks(rss_mb=lambda s: 200.0 + 4.0 * (s == 30.0)), set()),
        (looks(rss_mb=lambda s: 200.0 + 0.2 * s), {'memory, growth'}),
        (looks(900, rss_mb=lambda s: 200.0 + 6.0 * s / 3600.0), {'memory, slope'}),
        (looks(900, rss_mb=lambda s: 200.0 + 4.0 * s / 3600.0), set()),
        (looks(threads=lambda s: 20 + int(s == 30.0)), set()),
        (looks(threads=lambda s: 20 + int(s > 50.0)), {'threads, growth'}),
        (looks(descriptors=lambda s: 40 + int(s / 10.0)), {'descriptors, growth'}),
        (looks(descriptors=lambda s: 40 - int(s / 10.0)), set()),
    ],
)
def test_promise_32_what_only_ever_grows_is_named(vitals, names):
    assert missed(vitals) == names


def test_the_slope_is_per_hour():
    figures = {figure.name: figure.value for figure in growth(looks(rss_mb=lambda s: s / 60.0))}
    assert figures['memory, slope'] == pytest.approx(60.0)


def test_a_process_is_looked_at():
    vitals = take_vitals(psutil.Process(), 3.0)
    assert (vitals.at_s, vitals.threads >= 1, vitals.descriptors >= 3) == (3.0, True, True)
    assert 10.0 < vitals.rss_mb < 10_000.0


def test_a_process_that_has_ended_is_named():
    gone = psutil.Popen(['true'])
    gone.wait()
    with pytest.raises(NotMeasured, match='has ended'):
        take_vitals(gone, 0.0)
