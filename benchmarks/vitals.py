# SPDX-License-Identifier: MIT
"""How a process is: memory, threads, descriptors; and whether any of them only ever grows."""

from collections.abc import Sequence
from dataclasses import dataclass

import psutil

from benchmarks.figure import Figure, NotMeasured, slope

LONG_S = 600.0  # from here on a slope says more than the noise of the allocator
MOST_SLOPE_MB_H = 5.0
MOST_GROWTH_MB = 5.0
PARTS = 4


@dataclass(frozen=True)
class Vitals:
    """One look at a process, ``at_s`` seconds after the first."""

    at_s: float
    rss_mb: float
    threads: int
    descriptors: int


def take_vitals(process: psutil.Process, at_s: float) -> Vitals:
    """Look at a process now; NotMeasured when it has ended."""
    try:
        with process.oneshot():
            rss_mb = process.memory_info().rss / 1e6
            return Vitals(at_s, rss_mb, process.num_threads(), process.num_fds())
    except psutil.NoSuchProcess as error:
        raise NotMeasured(f'the process has ended: {error}') from error


def growth(vitals: Sequence[Vitals]) -> list[Figure]:
    """Return what has grown, with the most that it may.

    The first and the last quarter are compared by their highest values, so that what comes and
    goes in between is no growth. NotMeasured for fewer than four looks.
    """
    if len(vitals) < PARTS:
        raise NotMeasured(f'growth needs {PARTS} looks, not {len(vitals)}')
    is_long = vitals[-1].at_s - vitals[0].at_s >= LONG_S
    per_s = slope([v.at_s for v in vitals], [v.rss_mb for v in vitals])
    limit = MOST_SLOPE_MB_H if is_long else None
    return [
        Figure('memory (RSS), at most', 'MB', max(v.rss_mb for v in vitals)),
        Figure('memory, slope', 'MB/h', 3600.0 * per_s, limit=limit),
        Figure('memory, growth', 'MB', _gain([v.rss_mb for v in vitals]), limit=MOST_GROWTH_MB),
        Figure('threads, at most', '', max(v.threads for v in vitals)),
        Figure('threads, growth', '', _gain([v.threads for v in vitals]), limit=0.0),
        Figure('descriptors, at most', '', max(v.descriptors for v in vitals)),
        Figure('descriptors, growth', '', _gain([v.descriptors for v in vitals]), limit=0.0),
    ]


def _gain(values: Sequence[float]) -> float:
    part = len(values) // PARTS
    return float(max(values[-part:]) - max(values[:part]))
