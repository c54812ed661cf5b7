# SPDX-License-Identifier: MIT
"""Memory, threads and file descriptors of a process, and whether they grow."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import linear_regression

import psutil

from benchmarks.figure import Figure, NotMeasured

MIN_SLOPE_RUN_S = 600.0  # in a shorter run the slope is noise of the allocator
MAX_SLOPE_MB_H = 5.0
MAX_GROWTH_MB = 5.0
QUARTERS = 4


@dataclass(frozen=True)
class ProcessStats:
    """One sample of a process, ``at_s`` seconds after the first; memory in 10^6 bytes."""

    at_s: float
    rss_mb: float
    threads: int
    descriptors: int


def read_process_stats(process: psutil.Process, at_s: float) -> ProcessStats:
    """Return a sample of a process; NotMeasured when it has ended."""
    try:
        with process.oneshot():
            rss_mb = process.memory_info().rss / 1e6
            return ProcessStats(at_s, rss_mb, process.num_threads(), process.num_fds())
    except psutil.NoSuchProcess as error:
        raise NotMeasured(f'the process has ended: {error}') from error


def growth_figures(samples: Sequence[ProcessStats]) -> list[Figure]:
    """Return maximum and growth of each quantity, with the limits of a soak test.

    Growth is the maximum of the last quarter minus that of the first half: what is made once, on a
    busy machine late, is no leak. NotMeasured for fewer than four samples.
    """
    if len(samples) < QUARTERS:
        raise NotMeasured(f'growth needs {QUARTERS} samples, not {len(samples)}')
    is_long = samples[-1].at_s - samples[0].at_s >= MIN_SLOPE_RUN_S
    rss_mb = [s.rss_mb for s in samples]
    per_s = linear_regression([s.at_s for s in samples], rss_mb).slope
    limit = MAX_SLOPE_MB_H if is_long else None
    return [
        Figure('memory (RSS), at most', 'MB', max(rss_mb)),
        Figure('memory, slope', 'MB/h', 3600.0 * per_s, limit=limit),
        Figure('memory, growth', 'MB', _growth(rss_mb), limit=MAX_GROWTH_MB),
        Figure('threads, at most', '', max(s.threads for s in samples)),
        Figure('threads, growth', '', _growth([s.threads for s in samples]), limit=0.0),
        Figure('descriptors, at most', '', max(s.descriptors for s in samples)),
        Figure('descriptors, growth', '', _growth([s.descriptors for s in samples]), limit=0.0),
    ]


def _growth(values: Sequence[float]) -> float:
    quarter = len(values) // QUARTERS
    return float(max(values[-quarter:]) - max(values[: 2 * quarter]))
