# SPDX-License-Identifier: MIT
"""What is measured: single quantities with their targets, and the stages of a frame."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from emotion_ros.errors import EmotionRosError


class NotMeasured(EmotionRosError):
    """Something did not run, so there is nothing to tell."""


@dataclass(frozen=True)
class Figure:
    """``value`` is a median where ``p95`` is given, else the one value that there is.

    ``limit`` is the most that the value may be or, with ``at_least``, the least; ``aim`` is what
    we would like. A figure that hovers around zero is not ``comparable``: ratios of it mean
    nothing.
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
    def verdict(self) -> str:
        """``aim`` or ``ok`` when that was reached, else ``missed``; '' without a target."""
        if self.limit is None:
            return ''
        if self.aim is not None and self._reaches(self.aim):
            return 'aim'
        return 'ok' if self._reaches(self.limit) else 'missed'

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
    """Median, 95th and 99th percentile of what was measured often."""

    p50: float
    p95: float
    p99: float


@dataclass(frozen=True)
class Stage:
    """What one stage takes per frame, in ms; ``share`` (0..1) is of the mean of all stages.

    Of the mean, because not every frame is searched for faces.
    """

    name: str
    median_ms: float
    p95_ms: float
    share: float


def summarise(
    name: str,
    unit: str,
    samples: Sequence[float],
    limit: float | None = None,
    aim: float | None = None,
) -> Figure:
    """Return median and 95th percentile of the samples; NotMeasured when there are none."""
    median, p95 = _quantiles(name, samples)
    return Figure(name, unit, median, p95, limit, aim=aim)


def spread(name: str, samples: Sequence[float]) -> Spread:
    """Return how the samples are spread; NotMeasured when there are none."""
    return Spread(*_quantiles(name, samples, (0.5, 0.95, 0.99)))


def to_stages(times_ms: Mapping[str, Sequence[float]]) -> list[Stage]:
    """Return the stages from their times (ms), one list each; NotMeasured for an empty one."""
    quantiles = {name: _quantiles(name, times) for name, times in times_ms.items()}
    means = {name: float(np.mean(times)) for name, times in times_ms.items()}
    total = sum(means.values())
    return [Stage(name, *quantiles[name], means[name] / total) for name in times_ms]


def slope(times: Sequence[float], values: Sequence[float]) -> float:
    """Return the rise of the values per unit of time, by least squares.

    NotMeasured for fewer than two different times.
    """
    if len(set(times)) < 2:
        raise NotMeasured('a slope needs two points in time')
    offsets = np.asarray(times) - np.mean(times)
    return float(offsets @ np.asarray(values) / (offsets @ offsets))


def _quantiles(
    name: str, samples: Sequence[float], shares: Sequence[float] = (0.5, 0.95)
) -> tuple[float, ...]:
    if not len(samples):
        raise NotMeasured(f'{name}: nothing was measured')
    return tuple(float(value) for value in np.quantile(samples, shares))
