# SPDX-License-Identifier: MIT
"""Measured values: figures with their targets, and spreads."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


class NotMeasured(Exception):
    """Something did not run, so that there is no result."""


@dataclass(frozen=True)
class Figure:
    """A measured value with its targets; the median where ``p95`` is given.

    ``limit`` is the maximum of the value or, with ``at_least``, the minimum; ``aim`` is the
    stricter target. ``comparable`` is false for a value near zero, whose ratios mean nothing.
    """

    name: str
    unit: str
    value: float
    p95: float | None = None
    limit: float | None = None
    at_least: bool = False
    comparable: bool = True
    aim: float | None = None

    @property
    def result(self) -> str:
        """``aim`` or ``ok`` (the limit) if reached, else ``missed``; '' without a limit."""
        if self.limit is None:
            return ''
        if self.aim is not None and self._reaches(self.aim):
            return 'aim'
        return 'ok' if self._reaches(self.limit) else 'missed'

    @property
    def targets(self) -> list[str]:
        """Limit and aim for a table, such as ``≤ 40``; '' for none."""
        sign = '≥' if self.at_least else '≤'
        return ['' if t is None else f'{sign} {t:g}' for t in (self.limit, self.aim)]

    def worsening(self, before: float) -> float:
        """Return how many times worse than ``before`` this is: 2 is twice the time, 1 no change.

        1 when the two cannot be compared.
        """
        if not self.comparable or before <= 0.0 or self.value <= 0.0:
            return 1.0
        return before / self.value if self.at_least else self.value / before

    def _reaches(self, target: float) -> bool:
        return self.value >= target if self.at_least else self.value <= target


@dataclass(frozen=True)
class Spread:
    """Median, 95th and 99th percentile of many samples."""

    p50: float
    p95: float
    p99: float


def spread(name: str, samples: Sequence[float]) -> Spread:
    """Return the percentiles of the samples; NotMeasured when there are none."""
    if not len(samples):
        raise NotMeasured(f'{name}: nothing was measured')
    return Spread(*np.quantile(samples, (0.5, 0.95, 0.99)).tolist())


def format_value(value: float | None) -> str:
    """Return a value with three digits, or more before the point; '' for None."""
    if value is None:
        return ''
    places = 0 if abs(value) >= 100.0 else 1 if abs(value) >= 10.0 else 2
    return f'{value:.{places}f}'
