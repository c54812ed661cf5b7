# SPDX-License-Identifier: MIT
"""Cross-entropy against soft targets, balanced between classes; distillation from a teacher."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional


def class_weights(counts: NDArray[np.number], power: float) -> Tensor:
    """Inverse class frequency to ``power``, float [C], with mean 1 over the examples."""
    weight = (counts.sum() / np.maximum(counts, 1)) ** power
    return torch.tensor(weight * counts.sum() / (weight * counts).sum(), dtype=torch.float32)


def soft_cross_entropy(logits: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    """Weighted sum over the batch; rows of ``targets`` [N, C] that are zero do not count."""
    return -(targets * weights * logits.log_softmax(1)).sum()


def distillation(logits: Tensor, teacher_logs: Tensor, temperature: float) -> Tensor:
    """Mean divergence, in nats, of the softened student from the softened teacher.

    ``teacher_logs`` [N, C] are log-probabilities or logits. Times temperature squared, so that
    gradients keep their size (Hinton et al. 2015).
    """
    student = (logits / temperature).log_softmax(1)
    teacher = (teacher_logs / temperature).log_softmax(1)
    apart = functional.kl_div(student, teacher, reduction='batchmean', log_target=True)
    return apart * temperature**2
