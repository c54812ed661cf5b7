# SPDX-License-Identifier: MIT
"""The voice network: layers of Whisper's encoder, statistics over time, two heads."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from emotion_ros.perception.models.signature import SPEECH_CLASSES
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE, Samples, log_mel
from training import checkpoint
from training.config import restore
from training.voice.config import TrainConfig
from training.voice.heads import EmotionHeads, Head
from training.voice.whisper import MAX_SECONDS, WIDTH, WhisperEncoder

OF_LAYER = 2 * WIDTH
"""Features of one layer: mean and deviation over time of its states."""


class VoiceNetwork(nn.Module):
    """Spectrograms [N, 80, 2 T] to logits [N, 7] of emotions and [N, 2] of speech.

    The emotion is read from all layers, speech from the first one.
    """

    def __init__(self, encoder: WhisperEncoder, config: TrainConfig) -> None:
        """Untrained heads on ``encoder``."""
        super().__init__()
        self.encoder = encoder
        self.emotion = EmotionHeads(OF_LAYER * len(encoder.layers), config)
        self.speech = Head(OF_LAYER, len(SPEECH_CLASSES))

    def forward(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logits."""
        features = self.features(mel)
        return self.emotion(features), self.speech(features[:, :OF_LAYER])

    def features(self, mel: Tensor) -> Tensor:
        """Return mean and deviation over time of each layer, [N, layers * OF_LAYER]."""
        parts = []
        for states in self.encoder(mel):
            mean = states.mean(1)
            variance = ((states - mean[:, None]) ** 2).mean(1)
            parts += [mean, (variance + 1e-5).sqrt()]
        return torch.cat(parts, 1)


def spectrogram(sound: Samples) -> Tensor:
    """Return the spectrogram [1, 80, 2 T] of the end of a sound."""
    return torch.from_numpy(log_mel(sound[-round(MAX_SECONDS * SAMPLE_RATE) :]))[None]


def load_network(path: Path) -> tuple[VoiceNetwork, dict[str, Any]]:
    """Return the network of a checkpoint and the JSON beside it."""
    tensors, about = checkpoint.load(path)
    config = restore(checkpoint.entry(about, 'recipe', path), TrainConfig, path)
    network = VoiceNetwork(WhisperEncoder(config.layers), config)
    checkpoint.fill(network, tensors, path)
    return network.eval(), about
