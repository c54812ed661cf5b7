"""Cross-entropy against soft targets, balanced between classes."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def class_weights(counts: NDArray[np.number], power: float) -> Tensor:
    """Inverse class frequency to ``power``, float [C], with mean 1 over the examples."""
    weight = (counts.sum() / np.maximum(counts, 1)) ** power
    return torch.tensor(weight * counts.sum() / (weight * counts).sum(), dtype=torch.float32)


def soft_cross_entropy(logits: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    """Weighted sum over the batch; rows of ``targets`` [N, C] that are zero do not count."""
    return -(targets * weights * logits.log_softmax(1)).sum()
