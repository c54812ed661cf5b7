# SPDX-License-Identifier: MIT
"""Counters and times of a node."""

from collections import Counter, deque
from statistics import median
from threading import Lock

from emotion_ros.errors import InvalidInput

WINDOW = 100


class NodeStatistics:
    """Counts what a node received, processed, dropped and rejected; safe between threads.

    Holds counts and durations only: nothing about a person.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[str] = Counter(received=0, processed=0, dropped=0)
        self._ages_s: deque[float] = deque(maxlen=WINDOW)
        self._inferences_s: deque[float] = deque(maxlen=WINDOW)
        self._processed_before = 0
        self.error = ''
        self.reason = ''

    def count(self, what: str) -> None:
        """Add one to ``received``, ``processed`` or ``dropped``."""
        with self._lock:
            self._counts[what] += 1

    def reject(self, reason: str) -> None:
        """Add one to ``rejected.<reason>``."""
        self.count(f'rejected.{reason}')

    def processed(self, age_s: float, inference_s: float) -> None:
        """Count a processed input, its age when done, and the time the models took (s)."""
        with self._lock:
            self._counts['processed'] += 1
            self._ages_s.append(age_s)
            self._inferences_s.append(inference_s)
            self.error = self.reason = ''

    def fail(self, error: Exception) -> None:
        """Keep the last error and its fixed word until an input is processed."""
        with self._lock:
            self._counts['errors'] += 1
            self.error = f'{type(error).__name__}: {error}'
            self.reason = error.reason if isinstance(error, InvalidInput) else 'internal'

    def counts(self) -> dict[str, int]:
        """Return a copy of the counters."""
        with self._lock:
            return dict(self._counts)

    def collect(self, elapsed_s: float) -> dict[str, str]:
        """Return counters and times as text and begin the next interval.

        ``rate_hz`` is that of the interval of ``elapsed_s`` seconds that ends now.
        """
        with self._lock:
            done = self._counts['processed'] - self._processed_before
            self._processed_before = self._counts['processed']
            values = {name: str(n) for name, n in sorted(self._counts.items())}
            values['rate_hz'] = f'{done / elapsed_s:.1f}'
            values['age_p95_s'] = _text(percentile(list(self._ages_s), 0.95))
            values['inference_p50_s'] = _text(median(self._inferences_s or [float('nan')]))
            return values


def percentile(values: list[float], share: float) -> float:
    """Return the smallest value that at least ``share`` (0..1) of them do not exceed; or NaN."""
    if not values:
        return float('nan')
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def _text(value: float) -> str:
    return f'{value:.4f}'
