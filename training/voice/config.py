# SPDX-License-Identifier: MIT
"""Options of the voice training: features, heads and machine."""

from dataclasses import dataclass

from emotion_ros.core.options import Options, option


@dataclass(frozen=True)
class TrainConfig(Options):
    """Training; with the augmentation it determines the result."""

    layers: int = option(3, 'layers of the Whisper encoder that are used', low=2, high=4)
    copies: int = option(6, 'augmented copies of the clips, beside the clips themselves', low=0)
    hidden: int = option(128, 'units of the hidden layer of the emotion head', low=1)
    dropout: float = option(0.5, 'share of the features and units left out', low=0, high=0.95)
    epochs: int = option(12, 'passes of the emotion head over all copies', low=1)
    lr: float = option(1e-3, 'highest learning rate of the emotion head', low=0)
    weight_decay: float = option(0.1, 'weight decay of AdamW', low=0)
    batch: int = option(64, 'clips per step', low=1)
    balance: float = option(
        1.0, 'power of the inverse frequency of corpus and class that weights a clip', low=0
    )
    sounds: int = option(400, 'synthetic sounds that are not speech', low=8)
    l2: float = option(1e-2, 'weight of the squared weights of the speech head', low=0)
    seed: int = option(0, 'of augmentation, order and sounds', low=0)
    threads: int = option(2, 'of torch', low=1)
