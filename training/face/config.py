# SPDX-License-Identifier: MIT
"""Options of the face training: schedule, targets, loss and machine."""

import dataclasses
import math
from dataclasses import dataclass

from emotion_ros.core.options import Options, option
from training.face.augment import Augmentation
from training.face.data import SIDE


@dataclass(frozen=True)
class TrainConfig(Options):
    """Training; with the network and the augmentation it determines the result."""

    epochs: int = option(30, 'passes over the training faces', low=1)
    batch: int = option(64, 'faces per optimizer step', low=1)
    lr: float = option(0.05, 'highest learning rate, at the end of the warm-up', low=0)
    weight_decay: float = option(5e-4, 'L2 penalty of the optimizer', low=0)
    warmup: float = option(0.15, 'share of all steps in which the rate rises', low=0, high=1)
    votes_mix: float = option(
        0.5, 'share of the FER+ votes in the targets; the rest is the label', low=0, high=1
    )
    smoothing: float = option(0.05, 'label smoothing', low=0, high=1)
    class_power: float = option(
        0.25, 'power of the inverse class frequency that weights the loss; 0: no weights', low=0
    )
    mixup: float = option(0.0, 'alpha of mixup (Zhang et al. 2018); 0: off', low=0)
    kd_temperature: float = option(
        3.0, 'temperature of the distillation from --teachers (Hinton et al. 2015)', low=0.01
    )
    kd_share: float = option(0.7, 'share of the distillation in the loss', low=0, high=1)
    ema: float = option(0.995, 'decay of the averaged weights per step', low=0, high=1)
    small_side: int = option(36, 'image side in px of the first epochs', low=8)
    small_share: float = option(0.0, 'share of the epochs at the small side', low=0, high=1)
    clean_epochs: int = option(1, 'last epochs, with little augmentation and without mixup', low=0)
    seed: int = option(0, 'of weights, order and augmentation', low=0)
    threads: int = option(2, 'of torch', low=1)
    workers: int = option(0, 'processes that prepare batches; 0: this one', low=0)
    device: str = option('cpu', 'cpu, cuda or another device of torch')
    bf16: bool = option(False, 'compute the forward pass in bfloat16')
    compile: bool = option(False, 'compile the network with torch.compile')

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
        """Whether this is one of the last epochs, with little augmentation."""
        return epoch >= self.epochs - self.clean_epochs

    def augmentation(self, epoch: int, full: Augmentation) -> Augmentation:
        """Strengths of one epoch."""
        if self.is_clean(epoch):
            return dataclasses.replace(full, camera=full.camera / 2, erase=0.0, scale=0.05)
        return full
