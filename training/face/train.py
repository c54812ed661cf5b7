# SPDX-License-Identifier: MIT
"""Train the face network: ``python -m training.face.train --data fer2013_train_valid.parquet``.

Every epoch ends in a checkpoint (``last``; ``best`` by PublicTest accuracy) and a CSV line, and
``--resume`` goes on from it. Weights are averaged (EMA) and only the average is ever judged.
"""

import argparse
import dataclasses
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.perception.models.torch_device import choose_torch_device
from training import checkpoint, command, metrics
from training.face.augment import Augmentation
from training.face.batches import load_epoch, steps_per_epoch
from training.face.data import Faces, load_faces
from training.face.initial import IMAGENET, start_from, start_from_imagenet
from training.face.network import FaceNetwork, logits_of, to_input
from training.face.recipe import Recipe, without_non_faces
from training.face.run import Run, resume, save_run, start
from training.face.teachers import Teachers, load_teachers
from training.losses import class_weights, distillation, soft_cross_entropy
from training.options import add_options, read_options
from training.run_log import log_line, progress

SOME_FACES = 512


@dataclass(frozen=True)
class Task:
    """What stays the same while training; ``weights`` [7] balance the classes."""

    train: Faces
    valid: Faces
    recipe: Recipe
    augmentation: Augmentation
    mean: float
    std: float
    device: str
    weights: Tensor
    teachers: Teachers | None = None

    @property
    def steps(self) -> int:
        """Optimizer steps of the whole run."""
        return self.recipe.epochs * steps_per_epoch(len(self.train), self.recipe)

    def loss(self, logits: Tensor, target: Tensor, teacher_logs: Tensor | None) -> Tensor:
        """Mean balanced cross-entropy; with teachers their share of distillation in it."""
        plain = soft_cross_entropy(logits, target, self.weights) / (target * self.weights).sum()
        if teacher_logs is None:
            return plain
        taught = distillation(logits, teacher_logs, self.recipe.kd_temperature)
        return plain + self.recipe.kd_share * (taught - plain)


def train_epoch(run: Run, task: Task) -> float:
    """One pass over the training faces; returns the mean loss."""
    recipe = task.recipe
    torch.manual_seed(recipe.seed * 1000 + run.epoch)
    loader = load_epoch(task.train, recipe, task.augmentation, run.epoch)
    run.network.train()
    losses = []
    for images, target in progress(loader, f'epoch {run.epoch + 1}/{recipe.epochs}'):
        run.optimizer.param_groups[0]['lr'] = recipe.learning_rate(run.step, task.steps)
        losses.append(step(run, task, images.to(task.device), target.to(task.device)))
        run.update_average(recipe.ema)
    run.epoch += 1
    return float(torch.stack(losses).mean())


def step(run: Run, task: Task, images: Tensor, target: Tensor) -> Tensor:
    """One optimizer step on faces uint8 [N, H, W]; returns the loss."""
    with torch.autocast(task.device, torch.bfloat16, enabled=task.recipe.bf16):
        logits = run.network(to_input(images, task.mean, task.std))
        teacher_logs = task.teachers.teach(images) if task.teachers else None
    loss = task.loss(logits.float(), target, teacher_logs)
    run.optimizer.zero_grad(set_to_none=True)
    loss.backward()
    run.optimizer.step()
    run.step += 1
    return loss.detach()


def scores_of(run: Run, task: Task) -> dict[str, float]:
    """Validation figures of the averaged weights."""
    logits = logits_of(run.average, task.valid.images, task.mean, task.std)
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


def describe(task: Task, layout: FaceNetwork, args: argparse.Namespace) -> dict[str, Any]:
    """What is saved beside every checkpoint."""
    return {
        'network': dataclasses.asdict(layout),
        'recipe': dataclasses.asdict(task.recipe),
        'augmentation': dataclasses.asdict(task.augmentation),
        'commit': command.git_commit(),
        'mean': task.mean,
        'std': task.std,
        'init_from': IMAGENET if args.pretrained else str(args.init_from or ''),
        'teachers': [str(path) for path in args.teachers],
    }


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(prog='python -m training.face.train', description=__doc__)
    parser.add_argument('--data', type=Path, required=True, help='parquet, csv or Kaggle folder')
    parser.add_argument('--out', type=Path, default=Path('runs/face'))
    parser.add_argument('--resume', action='store_true', help='go on from OUT/last.safetensors')
    parser.add_argument('--teachers', type=Path, nargs='+', default=[], help='checkpoints')
    source = parser.add_mutually_exclusive_group()
    source.add_argument('--init-from', type=Path, help='weights, .safetensors or shipped .onnx')
    source.add_argument('--pretrained', action='store_true', help='ImageNet; needs internet')
    for settings in (FaceNetwork, Recipe, Augmentation):
        add_options(parser, settings)
    return parser.parse_args(argv)


def prepare(args: argparse.Namespace) -> Task:
    """Read the faces, the teachers and the settings."""
    recipe = read_options(args, Recipe)
    device = choose_torch_device(recipe.device)
    train = without_non_faces(load_faces(args.data, 'Training'))
    valid = load_faces(args.data, 'PublicTest')
    counts = np.bincount(train.labels, minlength=len(EMOTIONS))
    return Task(
        train,
        valid,
        recipe,
        read_options(args, Augmentation),
        mean=float(train.images.mean()),
        std=float(train.images.std()),
        device=device,
        weights=class_weights(counts, recipe.class_power).to(device),
        teachers=load_teachers(args.teachers, valid, device) if args.teachers else None,
    )


def some_inputs(task: Task) -> Tensor:
    """A few training faces as the network takes them."""
    some = np.random.default_rng(task.recipe.seed).permutation(len(task.train))[:SOME_FACES]
    images = torch.from_numpy(task.train.images[some]).to(task.device)
    return to_input(images, task.mean, task.std)


def begin(args: argparse.Namespace, layout: FaceNetwork, task: Task) -> Run:
    """The run as the options want it to start."""
    run = start(layout, task.recipe.seed, task.recipe.weight_decay, task.device)
    if args.init_from:
        start_from(run, args.init_from, some_inputs(task))
    if args.pretrained:
        start_from_imagenet(run, layout)
    if args.resume:
        resume(run, args.out)
    if task.recipe.compile:
        run.network.compile()
    return run


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    args = parse(argv)
    layout = read_options(args, FaceNetwork)
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(1)
    task = prepare(args)
    fit(begin(args, layout, task), task, describe(task, layout, args), args.out)


if __name__ == '__main__':
    command.run(main)
