# SPDX-License-Identifier: MIT
"""Heads on the features of the frozen encoder, and how they are fitted."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.perception.models.card import SPEECH_CLASSES
from training.voice.config import TrainConfig

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]
LEAST_STD = 1e-3
STEPS = 80


class Head(nn.Module):
    """Standardised features [N, F] to logits [N, C]; mean and deviation are not trained."""

    def __init__(self, features: int, classes: int, hidden: int = 0, dropout: float = 0.0) -> None:
        """With one ``hidden`` layer of that many units, or (0) linear."""
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(features), requires_grad=False)
        self.std = nn.Parameter(torch.ones(features), requires_grad=False)
        parts: list[nn.Module] = [nn.Dropout(dropout)]
        if hidden:
            parts += [nn.Linear(features, hidden), nn.GELU(), nn.Dropout(dropout)]
        self.layers = nn.Sequential(*parts, nn.Linear(hidden or features, classes))

    def forward(self, features: Tensor) -> Tensor:
        """Return the logits [N, C]."""
        return self.layers((features - self.mean) / self.std)

    def standardise(self, features: Floats) -> Tensor:
        """Take over mean and deviation of ``features`` [N, F]; return them as a tensor."""
        self.mean.data = torch.from_numpy(features.mean(0)).float()
        self.std.data = torch.from_numpy(features.std(0)).float() + LEAST_STD
        return torch.from_numpy(features)


def emotion_head(features: int, config: TrainConfig) -> Head:
    """The head of the seven emotions: one hidden layer."""
    return Head(features, len(EMOTIONS), config.hidden, config.dropout)


def speech_head(features: int) -> Head:
    """The linear head that separates speech from other sounds."""
    return Head(features, len(SPEECH_CLASSES))


def fit_emotions(
    head: Head, features: Floats, labels: Ints, weights: Floats, config: TrainConfig
) -> None:
    """Train ``head`` with AdamW on features [N, F]; examples count by ``weights`` [N]."""
    inputs, targets = head.standardise(features), torch.from_numpy(labels)
    shares = torch.from_numpy(weights / weights.mean()).float()
    trained = [p for p in head.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=config.lr, weight_decay=config.weight_decay)
    steps = config.epochs * -(-len(labels) // config.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, config.lr, steps)
    head.train()
    for _ in range(config.epochs):
        for index in torch.randperm(len(labels)).split(config.batch):
            each = functional.cross_entropy(head(inputs[index]), targets[index], reduction='none')
            loss = (shares[index] * each).mean()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
    head.eval()


def fit_speech(head: Head, speech: Floats, other: Floats, l2: float) -> None:
    """Fit ``head`` by L-BFGS to features of speech [N, F] and of other sounds [M, F].

    Both count the same in all; ``l2`` is the weight of the squared weights.
    """
    inputs = head.standardise(np.concatenate([other, speech]))
    targets = torch.cat([torch.zeros(len(other)), torch.ones(len(speech))]).long()
    shares = torch.where(targets == 1, 0.5 / len(speech), 0.5 / len(other))
    linear = head.layers[-1]
    optimizer = torch.optim.LBFGS(
        linear.parameters(), max_iter=STEPS, history_size=10, line_search_fn='strong_wolfe'
    )

    def loss() -> Tensor:
        optimizer.zero_grad()
        each = functional.cross_entropy(head(inputs), targets, reduction='none')
        value = (shares * each).sum() + l2 * (linear.weight**2).sum()
        value.backward()
        return value

    optimizer.step(loss)
    head.eval()


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
