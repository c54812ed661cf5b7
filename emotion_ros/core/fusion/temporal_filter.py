# SPDX-License-Identifier: MIT
"""Smoothing of a distribution over time, by elapsed seconds and not by frames."""

from math import ceil, exp
from typing import Protocol

import numpy as np

from emotion_ros.core.evidence import Probabilities
from emotion_ros.core.fusion.opinion_pool import log_probabilities, softmax
from emotion_ros.errors import ConfigError

FILTERS = ('hmm', 'ema', 'none')
STEP_S = 0.05
MAX_STEPS = 20
MIN_GAIN, MAX_GAIN = 0.5, 8.0


class Filter(Protocol):
    """A causal filter over distributions."""

    def update(self, observed: Probabilities, dt_s: float) -> Probabilities:
        """Return the belief after seeing ``observed`` for the last ``dt_s`` seconds (>= 0)."""


class HmmFilter:
    """Forward filter of a sticky hidden Markov chain in continuous time.

    The hidden emotion jumps to a draw from the prior at rate ``1 / stay_s``; the observation
    adds log-likelihood at ``faithful_gain / stay_s`` per second, so that the result depends on how
    long an observation lasted, not on how many frames showed it; long steps are cut into short
    ones for the same reason. Source: Rabiner 1989, "A tutorial on hidden Markov models", the
    forward procedure.
    """

    def __init__(self, prior: Probabilities, stay_s: float = 0.6) -> None:
        self._prior = prior
        self._log_prior = np.log(prior)
        self._stay_s = stay_s
        self._belief: Probabilities | None = None

    def update(self, observed: Probabilities, dt_s: float) -> Probabilities:
        """Return the belief; the first observation is taken as it is."""
        if self._belief is None:
            self._belief = observed
        likelihood = log_probabilities(observed) - self._log_prior
        likelihood *= faithful_gain(observed, self._prior, likelihood)
        steps = min(ceil(dt_s / STEP_S), MAX_STEPS)
        leak = 1.0 - exp(-dt_s / steps / self._stay_s) if steps else 0.0
        for _ in range(steps):
            predicted = (1.0 - leak) * self._belief + leak * self._prior
            self._belief = softmax(log_probabilities(predicted) + leak * likelihood)
        return self._belief


def faithful_gain(
    observed: Probabilities, prior: Probabilities, likelihood: Probabilities
) -> float:
    """Return the gain at which a lasting observation is believed as much as it claims, no more.

    ``likelihood`` [C] are the logarithms of ``observed / prior``. At that gain the likeliest class
    neither rises nor falls once the belief equals ``observed``: the leak to the prior balances
    the likelihood. A fixed gain would make one weak utterance look certain only because it is
    kept for seconds.
    """
    best = int(np.argmax(observed))
    lead = likelihood[best] - float(observed @ likelihood)
    if lead <= 0.0:
        return MIN_GAIN
    gain = (observed[best] - prior[best]) / (observed[best] * lead)
    return min(max(float(gain), MIN_GAIN), MAX_GAIN)


class EmaFilter:
    """Exponential moving average of the log-probabilities with a time constant in seconds."""

    def __init__(self, time_constant_s: float = 0.4) -> None:
        self._time_constant_s = time_constant_s
        self._logits: Probabilities | None = None

    def update(self, observed: Probabilities, dt_s: float) -> Probabilities:
        """Return the average; the first observation is taken as it is."""
        logits = log_probabilities(observed)
        if self._logits is not None:
            step = 1.0 - exp(-dt_s / self._time_constant_s)
            logits = self._logits + step * (logits - self._logits)
        self._logits = logits
        return softmax(logits)


class NoFilter:
    """Passes the observation through."""

    def update(self, observed: Probabilities, dt_s: float) -> Probabilities:  # noqa: ARG002
        """Return ``observed``."""
        return observed


def make_filter(name: str, prior: Probabilities) -> Filter:
    """Return a fresh filter by its name in FILTERS."""
    if name == 'hmm':
        return HmmFilter(prior)
    if name == 'ema':
        return EmaFilter()
    if name == 'none':
        return NoFilter()
    raise ConfigError(f'filter: {name!r} is not one of {", ".join(FILTERS)}')
