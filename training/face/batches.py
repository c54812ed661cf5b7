# SPDX-License-Identifier: MIT
"""The augmented batches of one epoch, made in this process or in worker processes."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from emotion_ros.core.emotions import EMOTIONS
from training import distributed
from training.face.augment import Augmentation, augment_batch
from training.face.config import TrainConfig
from training.face.data import Faces

Images = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Epoch(Dataset[tuple[Tensor, Tensor]]):
    """Batch ``i``: faces uint8 [N, side, side] and targets float [N, 7].

    Its content depends on seed, epoch and ``i`` only, not on the process that makes it. The
    incomplete batch at the end of an epoch is left out.
    """

    images: Images
    targets: Floats
    config: TrainConfig
    augmentation: Augmentation
    epoch: int
    order: NDArray[np.integer]

    def __len__(self) -> int:
        return steps_per_epoch(len(self.images), self.config)

    def __getitem__(self, i: int) -> tuple[Tensor, Tensor]:
        """One batch."""
        config = self.config
        index = self.order[i * config.batch : (i + 1) * config.batch]
        rng = np.random.default_rng([config.seed, self.epoch, i])
        images = augment_batch(self.images[index], self.augmentation, rng, config.side(self.epoch))
        targets = self.targets[index]
        if config.mixup and not config.is_clean(self.epoch):
            images, targets = mix(images, targets, config.mixup, rng)
        return torch.from_numpy(images), torch.from_numpy(targets)


def steps_per_epoch(count: int, config: TrainConfig) -> int:
    """Complete batches in ``count`` faces, or one incomplete batch."""
    return max(count // config.batch, 1)


def load_epoch(
    faces: Faces, config: TrainConfig, full: Augmentation, epoch: int
) -> DataLoader[tuple[Tensor, Tensor]]:
    """The batches of ``epoch`` in order, ``config.workers`` processes working ahead."""
    order = np.random.default_rng([config.seed, epoch]).permutation(len(faces))
    targets = vote_targets(faces, config)
    batches = Epoch(faces.images, targets, config, config.augmentation(epoch, full), epoch, order)
    mine = distributed.share(len(batches))
    return DataLoader(batches, batch_size=None, sampler=mine, num_workers=config.workers)


def vote_targets(faces: Faces, config: TrainConfig) -> Floats:
    """Smoothed label mixed with the FER+ votes; rows [7] sum to the trust in the face."""
    classes = len(EMOTIONS)
    smooth = np.eye(classes)[faces.labels] * (1 - config.smoothing) + config.smoothing / classes
    mixed = (1 - config.votes_mix) * smooth + config.votes_mix * faces.votes
    has_votes = (faces.trust > 0)[:, None]
    return np.where(has_votes, mixed * faces.trust[:, None], smooth).astype(np.float32)


def mix(
    images: Images, targets: Floats, alpha: float, rng: np.random.Generator
) -> tuple[Images, Floats]:
    """Each face with another of the batch, in a proportion ~ Beta (mixup, Zhang et al. 2018)."""
    share = rng.beta(alpha, alpha)
    other = rng.permutation(len(images))
    mixed = share * images + (1 - share) * images[other]
    both = share * targets + (1 - share) * targets[other]
    return mixed.round().astype(np.uint8), both.astype(np.float32)
