# SPDX-License-Identifier: MIT
"""Options of the voice training: features, heads, tuning and machine."""

from dataclasses import dataclass

from emotion_ros.core.options import Options, option


@dataclass(frozen=True)
class TrainConfig(Options):
    """Training; with the augmentation it determines the result."""

    layers: int = option(3, 'layers of the Whisper encoder that are used', low=2, high=4)
    copies: int = option(3, 'augmented copies of the clips, beside the clips themselves', low=0)
    l2: float = option(1e-2, 'weight of the squared weights in the fit of the heads', low=0)
    balance: float = option(
        1.0, 'power of the inverse frequency of corpus and class that weights a clip', low=0
    )
    sounds: int = option(400, 'synthetic sounds that are not speech', low=8)
    tune_epochs: int = option(
        0, 'passes in which the layers above the first are trained as well; 0: frozen', low=0
    )
    lr: float = option(1e-4, 'highest learning rate of the tuning', low=0)
    weight_decay: float = option(0.01, 'weight decay of AdamW in the tuning', low=0)
    dropout: float = option(0.1, 'share of the features left out in the tuning', low=0, high=0.9)
    batch: int = option(16, 'clips per step of the tuning', low=1)
    seed: int = option(0, 'of augmentation, order and sounds', low=0)
    threads: int = option(2, 'of torch', low=1)
