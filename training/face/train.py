"""Train the face network: ``python -m training.face.train --data fer2013_train_valid.parquet``.

Every epoch ends in a checkpoint (``last``; ``best`` by PublicTest accuracy) and a CSV line, and
``--resume`` goes on from it. Weights are averaged (EMA) and only the average is ever judged.
"""

import argparse
import dataclasses
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from emotion_ros.core.emotions import EMOTIONS
from training import checkpoint, command, metrics
from training.face.augment import Augmentation, augment_batch
from training.face.data import SIDE, Faces, load_faces
from training.face.network import FaceNetwork
from training.face.run import Run, resume, save_run, start, start_from
from training.losses import class_weights, soft_cross_entropy
from training.options import add_options, read_options
from training.run_log import log_line


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
    ema: float = 0.995
    small_side: int = 36
    small_share: float = 0.0
    clean_epochs: int = 1
    seed: int = 0
    threads: int = 2
    compile: bool = False


@dataclass(frozen=True)
class Task:
    """What stays the same while training."""

    train: Faces
    valid: Faces
    recipe: Recipe
    augmentation: Augmentation
    mean: float
    std: float

    @property
    def steps(self) -> int:
        """Optimizer steps of the whole run."""
        return self.recipe.epochs * max(len(self.train) // self.recipe.batch, 1)


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


def learning_rate(step: int, steps: int, recipe: Recipe) -> float:
    """Linear warm-up, then half a cosine down to zero."""
    position, top = (step + 1) / steps, max(recipe.warmup, 1 / steps)
    if position < top:
        return recipe.lr * position / top
    return recipe.lr * 0.5 * (1 + math.cos(math.pi * (position - top) / max(1 - top, 1e-9)))


def to_tensor(images: NDArray[np.uint8], mean: float, std: float) -> Tensor:
    """uint8 [N, H, W] to normalised float [N, 1, H, W] in channels_last."""
    scaled = (images.astype(np.float32) - mean) / std
    return torch.from_numpy(scaled[:, None]).contiguous(memory_format=torch.channels_last)


def batches(count: int, size: int, rng: np.random.Generator) -> Iterator[NDArray[np.integer]]:
    """Random batches of ``size``; the remainder of an epoch is left out."""
    order = rng.permutation(count)
    for start_at in range(0, max(count - size + 1, 1), size):
        yield order[start_at : start_at + size]


def augmentation_of(epoch: int, recipe: Recipe, full: Augmentation) -> tuple[Augmentation, int]:
    """Strengths and image side of one epoch: small first, nearly clean last."""
    side = recipe.small_side if epoch < recipe.small_share * recipe.epochs else SIDE
    if epoch >= recipe.epochs - recipe.clean_epochs:
        return dataclasses.replace(full, camera=full.camera / 2, erase=0.0, scale=0.05), side
    return full, side


def train_epoch(run: Run, task: Task) -> float:
    """One pass over the training faces; returns the mean loss."""
    recipe = task.recipe
    rng = np.random.default_rng([recipe.seed, run.epoch])
    torch.manual_seed(recipe.seed * 1000 + run.epoch)
    augmentation, side = augmentation_of(run.epoch, recipe, task.augmentation)
    targets = soft_targets(task.train, recipe)
    counts = np.bincount(task.train.labels, minlength=len(EMOTIONS))
    weights = class_weights(counts, recipe.class_power)
    run.network.train()
    losses = []
    for index in batches(len(task.train), recipe.batch, rng):
        images = augment_batch(task.train.images[index], augmentation, rng, side)
        run.optimizer.param_groups[0]['lr'] = learning_rate(run.step, task.steps, recipe)
        target = torch.from_numpy(targets[index])
        losses.append(step(run, to_tensor(images, task.mean, task.std), target, weights))
        run.update_average(recipe.ema)
    run.epoch += 1
    return float(np.mean(losses))


def step(run: Run, images: Tensor, target: Tensor, weights: Tensor) -> float:
    """One optimizer step; returns the loss."""
    total = soft_cross_entropy(run.network(images), target, weights)
    loss = total / (target * weights).sum()
    run.optimizer.zero_grad(set_to_none=True)
    loss.backward()
    run.optimizer.step()
    run.step += 1
    return float(loss.detach())


@torch.inference_mode()
def logits_of(network: nn.Module, faces: Faces, mean: float, std: float) -> NDArray[np.float32]:
    """Logits [N, 7] of the faces as they are."""
    network.eval()
    parts = [
        network(to_tensor(faces.images[i : i + 256], mean, std)) for i in range(0, len(faces), 256)
    ]
    return torch.cat(parts).numpy()


def scores_of(run: Run, task: Task) -> dict[str, float]:
    """Validation figures of the averaged weights."""
    logits = logits_of(run.average, task.valid, task.mean, task.std)
    table = metrics.confusion(task.valid.labels, logits.argmax(1), len(EMOTIONS))
    return {'accuracy': metrics.accuracy(table), 'macro_f1': metrics.macro_f1(table)}


def fit(run: Run, task: Task, about: dict[str, Any], folder: Path) -> None:
    """All epochs that are left, each with its checkpoint."""
    while run.epoch < task.recipe.epochs:
        begun = time.monotonic()
        loss = train_epoch(run, task)
        scores = scores_of(run, task)
        if scores['accuracy'] > run.best:
            run.best = scores['accuracy']
            tensors = run.average.state_dict()
            checkpoint.save(
                folder / 'best.safetensors', tensors, about | scores | {'epoch': run.epoch}
            )
        save_run(run, folder, about)
        minutes = (time.monotonic() - begun) / 60
        log_line(folder, {'epoch': run.epoch, 'loss': loss, **scores, 'minutes': minutes})


def describe(task: Task, layout: FaceNetwork, init_from: Path | None) -> dict[str, Any]:
    """What is saved beside every checkpoint."""
    return {
        'network': dataclasses.asdict(layout),
        'recipe': dataclasses.asdict(task.recipe),
        'augmentation': dataclasses.asdict(task.augmentation),
        'commit': command.git_commit(),
        'mean': task.mean,
        'std': task.std,
        'init_from': str(init_from or ''),
    }


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(prog='python -m training.face.train', description=__doc__)
    parser.add_argument('--data', type=Path, required=True, help='parquet, csv or Kaggle folder')
    parser.add_argument('--out', type=Path, default=Path('runs/face'))
    parser.add_argument('--resume', action='store_true', help='go on from OUT/last.safetensors')
    parser.add_argument('--init-from', type=Path, help='safetensors weights to start from')
    for settings in (FaceNetwork, Recipe, Augmentation):
        add_options(parser, settings)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    args = parse(argv)
    layout, recipe = read_options(args, FaceNetwork), read_options(args, Recipe)
    torch.set_num_threads(recipe.threads)
    cv2.setNumThreads(1)
    train = without_non_faces(load_faces(args.data, 'Training'))
    valid = load_faces(args.data, 'PublicTest')
    mean, std = float(train.images.mean()), float(train.images.std())
    task = Task(train, valid, recipe, read_options(args, Augmentation), mean, std)
    run = start(layout, recipe.seed, recipe.weight_decay)
    if args.init_from:
        start_from(run, args.init_from)
    if args.resume:
        resume(run, args.out)
    if recipe.compile:
        run.network.compile()
    fit(run, task, describe(task, layout, args.init_from), args.out)


if __name__ == '__main__':
    command.run(main)
