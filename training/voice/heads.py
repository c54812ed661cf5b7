# SPDX-License-Identifier: MIT
"""Linear heads on frozen features: multinomial logistic regression with weighted examples."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]
STEPS = 80


@dataclass(frozen=True)
class Head:
    """logits = ((features - mean) / std) @ weight.T + bias; ``weight`` is [C, F]."""

    mean: NDArray[np.float32]
    std: NDArray[np.float32]
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def logits(self, features: Floats) -> NDArray[np.float64]:
        """Logits [N, C] of features [N, F]."""
        return np.asarray((features - self.mean) / self.std @ self.weight.T + self.bias, float)


def fit_head(features: Floats, labels: Ints, weights: Floats, classes: int, l2: float) -> Head:
    """The head of least cross-entropy plus ``l2`` times the squared weights, by L-BFGS.

    ``features`` [N, F] are standardised first; the examples count by ``weights`` [N].
    """
    mean, std = features.mean(0), features.std(0) + 1e-3
    targets = torch.from_numpy(labels)
    inputs = torch.from_numpy(((features - mean) / std).astype(np.float32))
    shares = torch.from_numpy(weights / weights.sum()).float()
    linear = nn.Linear(features.shape[1], classes)
    nn.init.zeros_(linear.weight)
    nn.init.zeros_(linear.bias)
    optimizer = torch.optim.LBFGS(
        linear.parameters(), max_iter=STEPS, history_size=10, line_search_fn='strong_wolfe'
    )

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        each = functional.cross_entropy(linear(inputs), targets, reduction='none')
        value = (shares * each).sum() + l2 * (linear.weight**2).sum()
        value.backward()
        return value

    optimizer.step(loss)
    weight, bias = linear.weight.detach().numpy(), linear.bias.detach().numpy()
    return Head(mean.astype(np.float32), std.astype(np.float32), weight, bias)


def balanced_weights(labels: Ints, corpora: NDArray[np.str_], power: float) -> Floats:
    """Weights [N] by the inverse frequency, to ``power``, of corpus and of class within it."""
    weights = np.ones(len(labels))
    for corpus in np.unique(corpora):
        mine = corpora == corpus
        weights[mine] *= mine.sum() ** -power
        for label in np.unique(labels[mine]):
            both = mine & (labels == label)
            weights[both] *= (both.sum() / mine.sum()) ** -power
    return weights / weights.mean()
