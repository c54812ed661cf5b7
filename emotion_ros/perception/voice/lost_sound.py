# SPDX-License-Identifier: MIT
"""How much of the sound of a microphone was lost on the way; safe between threads.

A lost chunk leaves the samples behind the clock for good, a late one only until the next. So what
counts is the smallest lag of the chunks of a while, not that of one chunk: the stamps of most
drivers are those of when a block was read, and without stamps only the receipt is known.
"""

from collections import deque
from itertools import pairwise
from math import nan
from threading import Lock

STEP_S = 0.1
"""The smallest lag is kept for each STEP_S."""
WINDOW_S = 30.0
LATE_S = {True: 0.3, False: 1.0}
"""So long a chunk may be late, with stamps and without (a network delivers in bursts)."""
BURST_S = 2.0
"""So long before a segment its lag is looked for: stamps of the receipt come in bursts."""
LEAST_GAP_S = 0.025
"""In a segment, less may be the jitter of stamps."""
LEAST_RISE_S = 0.005
CLOCK_DRIFT = 0.005
"""The clock of the microphone may run slower by this share."""
LEAST_WINDOW_S = 4.0
LONGEST_GAP_S = 10.0
"""After a longer one the stream begins anew: the driver had stopped."""


class LossMeter:
    """Compares the times of the chunks of one stream with how much sound they hold."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._lags: deque[tuple[float, float, float]] = deque()
        """Number of the step, smallest and largest lag in it (s)."""
        self._received_s, self._end_s, self._late_s = 0.0, nan, 0.0

    def reset(self) -> None:
        """Begin anew with the next chunk."""
        with self._lock:
            self._begin()

    def add(self, start_s: float, duration_s: float, is_stamped: bool) -> None:
        """Take the time of the first sample of a chunk, by its stamp or its receipt."""
        with self._lock:
            lag_s = start_s - self._received_s
            longest_s = max(LONGEST_GAP_S, 3 * duration_s)
            if not abs(start_s - self._end_s) < longest_s:  # NaN: the first one
                self._begin()
                lag_s = start_s
            self._late_s = max(LATE_S[is_stamped], 2 * duration_s)
            step, least_s, most_s = start_s // STEP_S, lag_s, lag_s
            if self._lags and step <= self._lags[-1][0]:
                step, before_s, most_before_s = self._lags.pop()
                least_s, most_s = min(lag_s, before_s), max(lag_s, most_before_s)
            self._lags.append((step, least_s, most_s))
            self._received_s += duration_s
            self._end_s = start_s + duration_s
            while self._lags[0][0] < step - (WINDOW_S + self._late_s) / STEP_S:
                self._lags.popleft()

    def lost_s(self, start_s: float, end_s: float) -> float:
        """Return how much was lost between two times (s)."""
        begin = start_s // STEP_S
        with self._lock:
            burst = [most for step, _, most in self._lags if 0 <= begin - step <= BURST_S / STEP_S]
            later = [lag for step, lag, _ in self._lags if step >= end_s // STEP_S - 1]
        lost_s = min(later) - max(burst) if burst and later else 0.0
        return lost_s if lost_s >= LEAST_GAP_S else 0.0

    def collect(self) -> dict[str, str]:
        """Return lost_share and gaps of the last WINDOW_S; nothing before LEAST_WINDOW_S."""
        with self._lock:
            lags = [(step, lag) for step, lag, _ in self._lags]
            late_steps = round(self._late_s / STEP_S)
        settled = [
            (step, min(lag for later, lag in ahead if later <= step + late_steps))
            for i, (step, _) in enumerate(lags)
            if step <= lags[-1][0] - late_steps
            for ahead in [lags[i : i + late_steps + 1]]
        ]
        if not settled or (window_s := (settled[-1][0] - settled[0][0]) * STEP_S) < LEAST_WINDOW_S:
            return {}
        share = (settled[-1][1] - settled[0][1]) / window_s - CLOCK_DRIFT
        gaps = sum(after - before >= LEAST_RISE_S for (_, before), (_, after) in pairwise(settled))
        return {'lost_share': f'{min(max(share, 0.0), 1.0):.3f}', 'gaps': str(gaps)}

    def _begin(self) -> None:
        self._lags.clear()
        self._received_s, self._end_s, self._late_s = 0.0, nan, 0.0
