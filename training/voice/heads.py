# SPDX-License-Identifier: MIT
"""Heads on the features of the frozen encoder, and how they are fitted."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.perception.models.signature import SPEECH_CLASSES
from training.voice.config import TrainConfig

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]
LEAST_STD = 1e-3
STEPS = 80


class Head(nn.Module):
    """Standardised features [N, F] to logits [N, C]; mean and deviation are not trained."""

    def __init__(self, features: int, classes: int, config: TrainConfig | None = None) -> None:
        """With the hidden layer of ``config``, or linear and all zero."""
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(features), requires_grad=False)
        self.std = nn.Parameter(torch.ones(features), requires_grad=False)
        self.layers = nn.Sequential(nn.Linear(features, classes))
        if config:
            self.layers = nn.Sequential(
                nn.Dropout(config.dropout),
                nn.Linear(features, config.hidden),
                nn.GELU(),
                nn.Dropout(config.dropout),
                nn.Linear(config.hidden, classes),
            )

    def forward(self, features: Tensor) -> Tensor:
        """Return the logits [N, C]."""
        return self.layers((features - self.mean) / self.std)

    def standardise(self, features: Floats) -> Tensor:
        """Take over mean and deviation of ``features`` [N, F]; return them standardised."""
        self.mean.data = torch.from_numpy(features.mean(0)).float()
        self.std.data = torch.from_numpy(features.std(0)).float() + LEAST_STD
        return (torch.from_numpy(features) - self.mean) / self.std


class EmotionHeads(nn.Module):
    """Mean of a linear head and of the mean of ``members`` heads with a hidden layer."""

    def __init__(self, features: int, config: TrainConfig) -> None:
        super().__init__()
        self.linear = Head(features, len(EMOTIONS))
        self.members = nn.ModuleList(
            Head(features, len(EMOTIONS), config) for _ in range(config.members)
        )

    def forward(self, features: Tensor) -> Tensor:
        """Return the logits [N, 7]."""
        logits: Tensor = self.linear(features)
        if len(self.members):
            logits = (logits + torch.stack([m(features) for m in self.members]).mean(0)) / 2
        return logits

    @torch.inference_mode()
    def logits(self, features: Floats) -> NDArray[np.float64]:
        """The same of an array."""
        return self(torch.from_numpy(features)).numpy().astype(np.float64)


@dataclass(frozen=True)
class Examples:
    """Features [K, N, F] of the clips (first) and of their copies; the rest [N] per clip."""

    features: Floats
    labels: Ints
    corpora: NDArray[np.str_]
    speakers: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.labels)

    def speaker_names(self) -> NDArray[np.str_]:
        """Names [N] that differ from corpus to corpus."""
        return np.char.add(np.char.add(self.corpora, '/'), self.speakers)

    def take(self, index: NDArray[np.integer] | NDArray[np.bool_]) -> 'Examples':
        """The clips at ``index``, with their copies."""
        return Examples(
            self.features[:, index], self.labels[index], self.corpora[index], self.speakers[index]
        )

    def with_views(self, numbers: list[int]) -> 'Examples':
        """The clips (0) or copies of these numbers only."""
        return replace(self, features=self.features[numbers])


def join(first: Examples, second: Examples) -> Examples:
    """The clips of both, without the copies."""
    return Examples(
        np.concatenate([first.features[:1], second.features[:1]], axis=1),
        np.concatenate([first.labels, second.labels]),
        np.concatenate([first.corpora, second.corpora]),
        np.concatenate([first.speakers, second.speakers]),
    )


def fit_emotions(of: Examples, config: TrainConfig) -> EmotionHeads:
    """Return the heads of the seven emotions, fitted on the clips and their copies.

    They do not see the directions in which speakers and corpora differ whatever the emotion, and
    do not learn how frequent the emotions are in a corpus: see ``class_priors``.
    """
    copies, _, size = of.features.shape
    torch.manual_seed(config.seed)
    heads = EmotionHeads(size, config)
    inputs = heads.linear.standardise(of.features.reshape(-1, size))
    unwanted = speaker_directions(inputs, of)[: config.speaker_directions]
    inputs -= inputs @ unwanted.T @ unwanted
    weights = torch.from_numpy(balanced_weights(of, config)).float().repeat(copies)
    labels = torch.from_numpy(of.labels).repeat(copies)
    priors = config.prior_correction * torch.from_numpy(class_priors(of)).float().repeat(copies, 1)
    fit_linear(heads.linear, inputs, labels, weights, config.l2, priors)
    for member in heads.members:
        member.mean.data = heads.linear.mean.data.clone()
        member.std.data = heads.linear.std.data.clone()
        fit_member(member, inputs, labels, weights, config, priors)
    for head in (heads.linear, *heads.members):
        first = next(layer for layer in head.layers if isinstance(layer, nn.Linear))
        first.weight.data -= first.weight.data @ unwanted.T @ unwanted
    return heads.eval()


def fit_member(
    head: Head,
    inputs: Tensor,
    labels: Tensor,
    weights: Tensor,
    config: TrainConfig,
    priors: Tensor,
) -> None:
    """Train the layers of ``head`` with AdamW on standardised features [N, F].

    ``priors`` [N, C] are added to the logits.
    """
    optimizer = torch.optim.AdamW(
        head.layers.parameters(), lr=config.lr, weight_decay=config.weight_decay
    )
    steps = config.epochs * -(-len(labels) // config.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, config.lr, steps)
    head.train()
    for _ in range(config.epochs):
        for index in torch.randperm(len(labels)).split(config.batch):
            logits = head.layers(inputs[index]) + priors[index]
            each = functional.cross_entropy(logits, labels[index], reduction='none')
            loss = (weights[index] * each).mean()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
    head.eval()


def speaker_directions(inputs: Tensor, of: Examples) -> Tensor:
    """Orthonormal directions [S, D], largest first, in which speakers differ from the others.

    A speaker's difference is the mean, over emotions, of that to the emotion's mean, in which
    corpora count alike. ``inputs`` [K * N, D] are of the clips and their copies.
    """
    clips = inputs.reshape(-1, len(of), inputs.shape[1]).mean(0)
    emotion = {
        label: torch.stack(
            [
                clips[(of.labels == label) & (of.corpora == corpus)].mean(0)
                for corpus in np.unique(of.corpora[of.labels == label])
            ]
        ).mean(0)
        for label in np.unique(of.labels)
    }
    differences = []
    for speaker in np.unique(of.speaker_names()):
        mine = of.speaker_names() == speaker
        differences.append(
            torch.stack(
                [
                    clips[mine & (of.labels == label)].mean(0) - emotion[label]
                    for label in np.unique(of.labels[mine])
                ]
            ).mean(0)
        )
    return torch.linalg.svd(torch.stack(differences), full_matrices=False)[2]


def fit_speech(speech: Floats, other: Floats, l2: float) -> Head:
    """Return the head that separates features of speech [N, F] from other sounds [M, F].

    Both count the same in all.
    """
    head = Head(speech.shape[1], len(SPEECH_CLASSES))
    inputs = head.standardise(np.concatenate([other, speech]))
    labels = torch.cat([torch.zeros(len(other)), torch.ones(len(speech))]).long()
    weights = torch.where(labels == 1, 0.5 / len(speech), 0.5 / len(other))
    fit_linear(head, inputs, labels, weights, l2)
    return head.eval()


def fit_linear(
    head: Head,
    inputs: Tensor,
    labels: Tensor,
    weights: Tensor,
    l2: float,
    priors: Tensor | float = 0.0,
) -> None:
    """Fit a linear head by L-BFGS from zero to standardised features [N, F].

    The loss is the weighted cross-entropy, with ``priors`` [N, C] added to the logits, and ``l2``
    times the squared weights.
    """
    linear = head.layers[0]
    nn.init.zeros_(linear.weight)
    nn.init.zeros_(linear.bias)
    shares = weights / weights.sum()
    optimizer = torch.optim.LBFGS(
        linear.parameters(), max_iter=STEPS, history_size=10, line_search_fn='strong_wolfe'
    )

    def loss() -> Tensor:
        optimizer.zero_grad()
        each = functional.cross_entropy(linear(inputs) + priors, labels, reduction='none')
        value = (shares * each).sum() + l2 * (linear.weight**2).sum()
        value.backward()
        return value

    optimizer.step(loss)


def class_priors(of: Examples) -> Floats:
    """Log frequency [N, 7] of each emotion in the corpus of each clip, half a clip added to each.

    Added to the logits in training only, it lets the heads learn what is left beside it: all
    emotions are alike likely to them, whatever corpus the voice resembles (logit adjustment,
    Menon et al. 2021). Weights instead would let the few clips of a rare emotion decide.
    """
    priors = np.empty((len(of), len(EMOTIONS)))
    for corpus in np.unique(of.corpora):
        mine = of.corpora == corpus
        counts = np.bincount(of.labels[mine], minlength=len(EMOTIONS)) + 0.5
        priors[mine] = np.log(counts / counts.sum())
    return priors


def balanced_weights(of: Examples, config: TrainConfig) -> Floats:
    """Weights [N] by the inverse frequency of corpus, of class within it, of speaker within that.

    Each has its power: 0 leaves the frequency as it is, 1 makes all alike.
    """
    weights = np.ones(len(of))
    for corpus in np.unique(of.corpora):
        mine = of.corpora == corpus
        weights[mine] *= mine.sum() ** -config.balance_corpora
        for label in np.unique(of.labels[mine]):
            both = mine & (of.labels == label)
            share = np.ones(len(of))
            for speaker in np.unique(of.speakers[both]):
                their = both & (of.speakers == speaker)
                share[their] = (their.sum() / both.sum()) ** -config.balance_speakers
            weights[both] *= share[both] / share[both].mean()
            weights[both] *= (both.sum() / mine.sum()) ** -config.balance_classes
    return weights / weights.mean()
