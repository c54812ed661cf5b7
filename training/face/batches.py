# SPDX-License-Identifier: MIT
"""The augmented batches of one epoch, made in this process or in worker processes."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from training.face.augment import Augmentation, augment_batch
from training.face.data import Faces
from training.face.recipe import Recipe, augmentation_of, soft_targets

Images = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Epoch(Dataset[tuple[Tensor, Tensor]]):
    """Batch ``i``: faces uint8 [N, side, side] and targets float [N, 7].

    What is in it follows from seed, epoch and ``i``, whoever makes it. The remainder of an
    epoch is left out.
    """

    images: Images
    targets: Floats
    recipe: Recipe
    augmentation: Augmentation
    epoch: int
    order: NDArray[np.integer]

    def __len__(self) -> int:
        return steps_per_epoch(len(self.images), self.recipe)

    def __getitem__(self, i: int) -> tuple[Tensor, Tensor]:
        """One batch."""
        recipe = self.recipe
        index = self.order[i * recipe.batch : (i + 1) * recipe.batch]
        rng = np.random.default_rng([recipe.seed, self.epoch, i])
        images = augment_batch(self.images[index], self.augmentation, rng, recipe.side(self.epoch))
        targets = self.targets[index]
        if recipe.mixup and not recipe.is_clean(self.epoch):
            images, targets = mix(images, targets, recipe.mixup, rng)
        return torch.from_numpy(images), torch.from_numpy(targets)


def steps_per_epoch(count: int, recipe: Recipe) -> int:
    """Whole batches in ``count`` faces, or one that is not whole."""
    return max(count // recipe.batch, 1)


def load_epoch(
    faces: Faces, recipe: Recipe, full: Augmentation, epoch: int
) -> DataLoader[tuple[Tensor, Tensor]]:
    """The batches of ``epoch`` in order, ``recipe.workers`` processes working ahead."""
    augmentation = augmentation_of(epoch, recipe, full)
    order = np.random.default_rng([recipe.seed, epoch]).permutation(len(faces))
    targets = soft_targets(faces, recipe)
    batches = Epoch(faces.images, targets, recipe, augmentation, epoch, order)
    return DataLoader(batches, batch_size=None, num_workers=recipe.workers)


def mix(
    images: Images, targets: Floats, alpha: float, rng: np.random.Generator
) -> tuple[Images, Floats]:
    """Each face with another of the batch, in a proportion ~ Beta (mixup, Zhang et al. 2018)."""
    share = rng.beta(alpha, alpha)
    other = rng.permutation(len(images))
    mixed = share * images + (1 - share) * images[other]
    both = share * targets + (1 - share) * targets[other]
    return mixed.round().astype(np.uint8), both.astype(np.float32)
