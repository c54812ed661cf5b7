"""One temperature per head, fitted by negative log-likelihood (Guo et al. 2017).

Everything here takes scores [N, C] whose softmax is the belief: logits, or log-probabilities,
which differ from them by a constant per row only.
"""

import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.errors import InvalidInput
from training import metrics

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]

FOLDS = 5
_GOLDEN = (np.sqrt(5) - 1) / 2


def softmax(scores: Floats, temperature: float = 1.0) -> NDArray[np.float64]:
    """Probabilities [N, C] of scores divided by ``temperature``."""
    scaled = scores.astype(np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def fit_temperature(scores: Floats, labels: Ints, low: float = 0.05, high: float = 20) -> float:
    """The temperature of least negative log-likelihood, by golden section on its logarithm.

    The likelihood is convex in 1 / temperature, so that there is one valley to find.
    """
    if not len(labels):
        raise InvalidInput('empty', 'cannot fit a temperature on no examples')
    a, b = np.log(low), np.log(high)
    while b - a > 1e-4:
        left, right = b - _GOLDEN * (b - a), a + _GOLDEN * (b - a)
        if _nll(scores, labels, left) < _nll(scores, labels, right):
            b = right
        else:
            a = left
    return float(np.exp((a + b) / 2))


def cross_fitted(scores: Floats, labels: Ints, folds: int = FOLDS) -> NDArray[np.float64]:
    """Probabilities of each fold at the temperature fitted on the other folds.

    For an honest calibration error on the very split that fitted the shipped temperature.
    """
    fold = np.random.default_rng(0).permutation(len(labels)) % folds
    probabilities = np.empty(scores.shape)
    for held_out in range(min(folds, len(labels))):
        rest, mine = fold != held_out, fold == held_out
        temperature = fit_temperature(scores[rest], labels[rest]) if rest.any() else 1.0
        probabilities[mine] = softmax(scores[mine], temperature)
    return probabilities


def _nll(scores: Floats, labels: Ints, log_temperature: float) -> float:
    return metrics.nll(softmax(scores, float(np.exp(log_temperature))), labels)
