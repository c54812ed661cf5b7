# SPDX-License-Identifier: MIT
"""Train the face network: ``python -m training.face.train --data fer2013_train_valid.parquet``.

Every epoch ends with a checkpoint (``last``; ``best`` by PublicTest accuracy) and a CSV line;
``--resume`` continues from the last one. The moving average (EMA) of the weights is what is
evaluated and exported.
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
from emotion_ros.perception.models.torch_backend import choose_torch_device
from emotion_ros.sessions import metrics
from training import checkpoint, command, distributed
from training.config import add_options, read_options
from training.face.augment import Augmentation
from training.face.batches import load_epoch, steps_per_epoch
from training.face.config import TrainConfig
from training.face.data import Faces, load_faces, without_non_faces
from training.face.initial import IMAGENET, start_from, start_from_imagenet
from training.face.network import FaceNetwork, logits_of, to_input
from training.face.state import TrainState, new_state, resume, save_state
from training.face.teachers import Teachers, load_teachers
from training.losses import class_weights, distillation, soft_cross_entropy
from training.provenance import data_of_weights, describe_data
from training.run_log import log_line, progress

SOME_FACES = 512


@dataclass(frozen=True)
class TrainContext:
    """What does not change during training; ``weights`` [7] balance the classes."""

    train: Faces
    valid: Faces
    config: TrainConfig
    augmentation: Augmentation
    mean: float
    std: float
    device: str
    weights: Tensor
    teachers: Teachers | None = None

    @property
    def steps(self) -> int:
        """Optimizer steps of the whole run."""
        batches = steps_per_epoch(len(self.train), self.config)
        return self.config.epochs * len(distributed.share(batches))

    def loss(self, logits: Tensor, target: Tensor, teacher_logs: Tensor | None) -> Tensor:
        """Mean weighted cross-entropy; with teachers mixed with the distillation loss."""
        plain = soft_cross_entropy(logits, target, self.weights) / (target * self.weights).sum()
        if teacher_logs is None:
            return plain
        distilled = distillation(logits, teacher_logs, self.config.kd_temperature)
        return plain + self.config.kd_share * (distilled - plain)


def train_epoch(state: TrainState, context: TrainContext) -> float:
    """One pass over the training faces; returns the mean loss."""
    config = context.config
    torch.manual_seed(config.seed * 1000 + state.epoch)
    loader = load_epoch(context.train, config, context.augmentation, state.epoch)
    state.network.train()
    losses = []
    for images, target in progress(loader, f'epoch {state.epoch + 1}/{config.epochs}'):
        state.optimizer.param_groups[0]['lr'] = config.learning_rate(state.step, context.steps)
        losses.append(
            train_step(state, context, images.to(context.device), target.to(context.device))
        )
        state.update_average(config.ema)
    state.epoch += 1
    return float(torch.stack(losses).mean())


def train_step(state: TrainState, context: TrainContext, images: Tensor, target: Tensor) -> Tensor:
    """One optimizer step on faces uint8 [N, H, W]; returns the loss."""
    with torch.autocast(context.device, torch.bfloat16, enabled=context.config.bf16):
        logits = state.network(to_input(images, context.mean, context.std))
        teacher_logs = context.teachers.soft_targets(images) if context.teachers else None
    loss = context.loss(logits.float(), target, teacher_logs)
    state.optimizer.zero_grad(set_to_none=True)
    loss.backward()
    distributed.average_gradients(state.network.parameters())
    state.optimizer.step()
    state.step += 1
    return loss.detach()


def validate(state: TrainState, context: TrainContext) -> dict[str, float]:
    """Validation figures of the averaged weights."""
    logits = logits_of(state.average, context.valid.images, context.mean, context.std)
    table = metrics.confusion(context.valid.labels, logits.argmax(1), len(EMOTIONS))
    return {'accuracy': metrics.accuracy(table), 'macro_f1': metrics.macro_f1(table)}


def fit(state: TrainState, context: TrainContext, about: dict[str, Any], folder: Path) -> None:
    """Train the remaining epochs, each with its checkpoint."""
    while state.epoch < context.config.epochs:
        begun = time.monotonic()
        loss = train_epoch(state, context)
        distributed.wait()
        if not distributed.is_first():
            continue
        scores = validate(state, context)
        if scores['accuracy'] > state.best:
            state.best = scores['accuracy']
            tensors = state.average.state_dict()
            checkpoint.save(
                folder / 'best.safetensors', tensors, about | scores | {'epoch': state.epoch}
            )
        save_state(state, folder, about)
        minutes = (time.monotonic() - begun) / 60
        log_line(folder, {'epoch': state.epoch, 'loss': loss, **scores, 'minutes': minutes})


def describe(
    context: TrainContext, layout: FaceNetwork, args: argparse.Namespace
) -> dict[str, Any]:
    """What is saved beside every checkpoint."""
    return {
        'network': dataclasses.asdict(layout),
        'recipe': dataclasses.asdict(context.config),
        'augmentation': dataclasses.asdict(context.augmentation),
        'commit': command.git_commit(),
        'mean': context.mean,
        'std': context.std,
        'init_from': IMAGENET if args.pretrained else str(args.init_from or ''),
        'teachers': [str(path) for path in args.teachers],
        'data_file': args.data.name,
        'data': learned_from(context.train, args),
    }


def learned_from(faces: Faces, args: argparse.Namespace) -> list[str]:
    """What the weights are learned from, teachers and initial weights included."""
    used = f'{len(faces)} faces, {int((faces.trust > 0).sum())} of them with FER+ votes'
    lines = [describe_data(args.data, used)]
    if args.pretrained:
        lines.append(f'{IMAGENET}: initial weights of torchvision (images for research use)')
    for path in [*args.teachers, *([args.init_from] if args.init_from else [])]:
        lines += data_of_weights(path)
    return list(dict.fromkeys(lines))


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(prog='python -m training.face.train', description=__doc__)
    parser.add_argument('--data', type=Path, required=True, help='parquet, csv or Kaggle folder')
    parser.add_argument('--out', type=Path, default=Path('runs/face'), help='folder of the run')
    parser.add_argument('--resume', action='store_true', help='continue from OUT/last.safetensors')
    parser.add_argument(
        '--teachers', type=Path, nargs='+', default=[], help='checkpoints to distil from'
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        '--init-from', type=Path, help='start from these weights, .safetensors or exported .onnx'
    )
    source.add_argument(
        '--pretrained',
        action='store_true',
        help='start from ImageNet; needs internet and --width 64',
    )
    for config in (FaceNetwork, TrainConfig, Augmentation):
        add_options(parser, config)
    return parser.parse_args(argv)


def prepare(args: argparse.Namespace) -> TrainContext:
    """Read the faces, the teachers and the options."""
    config = read_options(args, TrainConfig)
    device = choose_torch_device(config.device)
    train = without_non_faces(load_faces(args.data, 'Training'))
    valid = load_faces(args.data, 'PublicTest')
    counts = np.bincount(train.labels, minlength=len(EMOTIONS))
    return TrainContext(
        train,
        valid,
        config,
        read_options(args, Augmentation),
        mean=float(train.images.mean()),
        std=float(train.images.std()),
        device=device,
        weights=class_weights(counts, config.class_power).to(device),
        teachers=load_teachers(args.teachers, valid, device) if args.teachers else None,
    )


def some_inputs(context: TrainContext) -> Tensor:
    """Some training faces as network inputs."""
    some = np.random.default_rng(context.config.seed).permutation(len(context.train))[:SOME_FACES]
    images = torch.from_numpy(context.train.images[some]).to(context.device)
    return to_input(images, context.mean, context.std)


def initial_state(
    args: argparse.Namespace, layout: FaceNetwork, context: TrainContext
) -> TrainState:
    """The state that the options ask to start from."""
    state = new_state(layout, context.config.seed, context.config.weight_decay, context.device)
    if args.init_from:
        start_from(state, args.init_from, some_inputs(context))
    if args.pretrained:
        start_from_imagenet(state, layout)
    if args.resume:
        resume(state, args.out)
    if context.config.compile:
        state.network.compile()
    return state


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    args = parse(argv)
    layout = read_options(args, FaceNetwork)
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(1)
    context = prepare(args)
    state, about = initial_state(args, layout, context), describe(context, layout, args)
    with distributed.processes():
        fit(state, context, about, args.out)


if __name__ == '__main__':
    command.run(main)
