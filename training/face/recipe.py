# SPDX-License-Identifier: MIT
"""How a face network is trained: every setting, and what follows from it alone."""

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS
from training.face.augment import Augmentation
from training.face.data import SIDE, Faces


@dataclass(frozen=True)
class Recipe:
    """How to train; with the network and the augmentation it decides everything."""

    epochs: int = 30
    batch: int = 64
    lr: float = 0.05
    weight_decay: float = 5e-4
    warmup: float = 0.15
    votes_mix: float = 0.5
    smoothing: float = 0.05
    class_power: float = 0.25
    mixup: float = 0.0
    kd_temperature: float = 3.0
    kd_share: float = 0.7
    ema: float = 0.995
    small_side: int = 36
    small_share: float = 0.0
    clean_epochs: int = 1
    seed: int = 0
    threads: int = 2
    workers: int = 0
    device: str = 'cpu'
    bf16: bool = False
    compile: bool = False

    def learning_rate(self, step: int, steps: int) -> float:
        """Linear warm-up, then half a cosine down to zero."""
        position, top = (step + 1) / steps, max(self.warmup, 1 / steps)
        if position < top:
            return self.lr * position / top
        return self.lr * 0.5 * (1 + math.cos(math.pi * (position - top) / max(1 - top, 1e-9)))

    def side(self, epoch: int) -> int:
        """Image side in px: small first."""
        return self.small_side if epoch < self.small_share * self.epochs else SIDE

    def is_clean(self, epoch: int) -> bool:
        """The last epochs see faces nearly as they are."""
        return epoch >= self.epochs - self.clean_epochs


def augmentation_of(epoch: int, recipe: Recipe, full: Augmentation) -> Augmentation:
    """Strengths of one epoch."""
    if recipe.is_clean(epoch):
        return dataclasses.replace(full, camera=full.camera / 2, erase=0.0, scale=0.05)
    return full


def soft_targets(faces: Faces, recipe: Recipe) -> NDArray[np.float32]:
    """Smoothed original label mixed with the FER+ votes; rows [7] sum to the trust in them."""
    classes = len(EMOTIONS)
    smooth = np.eye(classes)[faces.labels] * (1 - recipe.smoothing) + recipe.smoothing / classes
    voted = (faces.trust > 0)[:, None]
    mixed = (1 - recipe.votes_mix) * smooth + recipe.votes_mix * faces.votes
    return np.where(voted, mixed * faces.trust[:, None], smooth).astype(np.float32)


def without_non_faces(faces: Faces) -> Faces:
    """Leave out the images in which half of the FER+ raters or more saw no face."""
    return faces.take(np.flatnonzero((faces.trust == 0) | (faces.trust > 0.5)))
