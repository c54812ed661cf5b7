# SPDX-License-Identifier: MIT
"""Options of the voice training: features, heads and machine."""

from dataclasses import dataclass

from emotion_ros.core.options import Options, option


@dataclass(frozen=True)
class TrainConfig(Options):
    """Training; with the augmentation it determines the result."""

    layers: int = option(3, 'layers of the Whisper encoder that are used', low=2, high=4)
    copies: int = option(4, 'augmented copies of the clips, beside the clips themselves', low=0)
    noise_copies: int = option(2, 'further copies, all with noise of middle strength', low=0)
    speaker_directions: int = option(
        2, 'directions in which speakers differ most that the emotion heads do not see', low=0
    )
    l2: float = option(0.1, 'weight of the squared weights of the linear heads', low=0)
    members: int = option(1, 'emotion heads with a hidden layer, beside the linear one', low=0)
    hidden: int = option(128, 'units of a hidden layer', low=1)
    dropout: float = option(0.5, 'share of the features and units left out', low=0, high=0.95)
    epochs: int = option(6, 'passes of the heads with a hidden layer over all copies', low=1)
    lr: float = option(2e-3, 'highest learning rate of those', low=0)
    weight_decay: float = option(0.1, 'weight decay of those (AdamW)', low=0)
    batch: int = option(256, 'clips per step of those', low=1)
    balance_corpora: float = option(
        0.5, 'power of the inverse frequency of a corpus that weights its clips', low=0, high=1
    )
    balance_classes: float = option(0.0, 'the same, of a class within a corpus', low=0, high=1)
    prior_correction: float = option(
        1.0,
        'share of the log frequency of a class in its corpus that is kept from the heads',
        low=0,
    )
    balance_speakers: float = option(0.5, 'the same, of a speaker within both', low=0, high=1)
    sounds: int = option(400, 'synthetic sounds that are not speech', low=8)
    folds: int = option(4, 'groups of speakers that are predicted by a head of the others', low=2)
    seed: int = option(0, 'of augmentation, sounds and order', low=0)
    threads: int = option(2, 'of torch', low=1)
