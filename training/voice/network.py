# SPDX-License-Identifier: MIT
"""The voice network: layers of Whisper's encoder, statistics over time, two linear heads."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.perception.models.card import SPEECH_CLASSES
from training import checkpoint
from training.voice.heads import Head
from training.voice.whisper import WIDTH, WhisperEncoder

OF_LAYER = 2 * WIDTH
"""Features of one layer: mean and deviation over time of its states."""


class VoiceNetwork(nn.Module):
    """Spectrograms [N, 80, 2 T] to logits [N, 7] of emotions and [N, 2] of speech.

    The emotion is read from all layers, speech from the first one, which is never tuned.
    """

    def __init__(self, encoder: WhisperEncoder) -> None:
        """Empty heads on ``encoder``."""
        super().__init__()
        self.encoder = encoder
        self.emotion = StandardisedLinear(OF_LAYER * len(encoder.layers), len(EMOTIONS))
        self.speech = StandardisedLinear(OF_LAYER, len(SPEECH_CLASSES))

    def forward(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logits."""
        features = self.features(self.encoder.first_states(mel))
        return self.emotion(features), self.speech(features[:, :OF_LAYER])

    def features(self, first_states: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Return mean and deviation over time of each layer, [N, layers * OF_LAYER].

        ``first_states`` [N, T, WIDTH] are those after the first layer of the encoder, ``lengths``
        int [N] how many of them are not padding; None: all.
        """
        layers = self.encoder.continue_from(first_states, lengths)
        return torch.cat([part for x in layers for part in statistics(x, lengths)], 1)


class StandardisedLinear(nn.Module):
    """((x - mean) / std) @ weight.T + bias, of which mean and std are not trained."""

    def __init__(self, features: int, classes: int) -> None:
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(features), requires_grad=False)
        self.std = nn.Parameter(torch.ones(features), requires_grad=False)
        self.linear = nn.Linear(features, classes)

    def forward(self, x: Tensor, dropout: float = 0.0) -> Tensor:
        """Return the logits [N, C] of features [N, F], of which a share is left out."""
        standardised = (x - self.mean) / self.std
        return self.linear(functional.dropout(standardised, dropout) if dropout else standardised)

    def copy_from(self, head: Head) -> None:
        """Take over a fitted head."""
        values = {'mean': head.mean, 'std': head.std}
        values |= {'linear.weight': head.weight, 'linear.bias': head.bias}
        self.load_state_dict({name: torch.from_numpy(v).float() for name, v in values.items()})


def statistics(states: Tensor, lengths: Tensor | None) -> tuple[Tensor, Tensor]:
    """Return mean and deviation over time, each [N, C], of states [N, T, C]."""
    if lengths is None:
        mean = states.mean(1)
        variance = ((states - mean[:, None]) ** 2).mean(1)
    else:
        mask = (torch.arange(states.shape[1])[None] < lengths[:, None])[..., None].float()
        mean = (states * mask).sum(1) / mask.sum(1)
        variance = ((states - mean[:, None]) ** 2 * mask).sum(1) / mask.sum(1)
    return mean, (variance + 1e-5).sqrt()


def load_network(path: Path) -> tuple[VoiceNetwork, dict[str, Any]]:
    """Return the network of a checkpoint and the JSON beside it."""
    tensors, about = checkpoint.load(path)
    network = VoiceNetwork(WhisperEncoder(checkpoint.entry(about, 'recipe', path)['layers']))
    checkpoint.fill(network, tensors, path)
    return network.eval(), about
