# SPDX-License-Identifier: MIT
"""Train the network that finds covered and turned faces: ``python -m training.face.coverage``.

Faces of FER2013 Training, of which copies get a bar over the mouth or the eyes: of one colour, of
the face's own mean, or with the texture of another picture; with noise, shading and soft edges.
Other copies are turned by 90, 180 and 270 degrees.
``--check`` measures ``emotion_ros/weights/face_coverage.json`` on PublicTest and trains nothing.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.face.quality import classify_view, coverage_features
from training.command import as_json, log, run
from training.face.augment import Augmentation, warp
from training.face.data import SIDE, load_faces

Rng = np.random.Generator
Images = NDArray[np.uint8]
JITTER = Augmentation(flip=True, rotate_deg=6.0, shift=0.04, scale=0.05)
HIDDEN, EPOCHS, BATCH, RATE, DECAY = 32, 15, 512, 3e-3, 1e-5
ORDINARY_WEIGHT = 6.0  # most faces are neither covered nor turned
DIGITS = 4
TEXTURED = 0.33


def cover(face: NDArray[np.uint8], part: str, textures: Images, rng: Rng) -> NDArray[np.uint8]:
    """Return a copy of a face with a bar over its ``mouth`` or ``eyes``."""
    is_mouth = part == 'mouth'
    height = int(rng.integers(14, 22) if is_mouth else rng.integers(11, 17))
    raised = int(rng.integers(0, 5)) if rng.random() < 0.4 else 0
    top = SIDE - height - raised if is_mouth else int(rng.integers(7, 13))
    if rng.random() < TEXTURED:
        zoom = int(rng.integers(2, 6)) * SIDE
        texture = cv2.resize(np.rot90(rng.choice(textures), rng.integers(4)), (zoom, zoom))
        y, x = rng.integers(0, zoom - height), rng.integers(0, zoom - SIDE)
        bar = texture[y : y + height, x : x + SIDE].astype(np.float32)
    else:
        own = float(face.mean() + rng.normal() * 20)
        grey = own if rng.random() < 0.5 else float(rng.integers(0, 256))
        bar = np.full((height, SIDE), grey, np.float32)
    bar += rng.normal(0, rng.choice([1, 4, 10]), bar.shape)
    bar += np.linspace(-1, 1, SIDE)[None] * rng.normal() * 25
    bar += np.linspace(-1, 1, height)[:, None] * rng.normal() * 15
    mask = np.zeros((SIDE, SIDE), np.float32)
    mask[top : top + height, int(rng.integers(0, 9)) : SIDE - int(rng.integers(0, 9))] = 1.0
    mask = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.4, 1.2))
    over = np.zeros((SIDE, SIDE), np.float32)
    over[top : top + height] = bar
    return np.clip(face * (1.0 - mask) + over * mask, 0, 255).astype(np.uint8)


def examples(faces: Images, textures: Images, rng: Rng) -> tuple[Any, Any, Any]:
    """Return features [6 n, 272], whether each is covered, and quarter turns clockwise, [6 n].

    Of each face: upright, covered twice, and turned three times.
    """
    rows = []
    for face in faces:
        moved = warp(face, JITTER, rng, SIDE)
        views = [moved, *(cover(moved, part, textures, rng) for part in ('mouth', 'eyes'))]
        views += [np.ascontiguousarray(np.rot90(moved, -turns)) for turns in (1, 2, 3)]
        rows += [coverage_features(view) for view in views]
    covered = torch.tensor([0.0, 1.0, 1.0, 0.0, 0.0, 0.0]).repeat(len(faces))
    turns = torch.tensor([0, 0, 0, 1, 2, 3]).repeat(len(faces))
    return torch.from_numpy(np.stack(rows)), covered, turns


def train(faces: Images, seed: int) -> dict[str, Any]:
    """Return the weights, with the normalisation of the features folded in."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    inputs, covered, turns = examples(faces, faces, rng)
    mean, deviation = inputs.mean(0), inputs.std(0) + 1e-3
    scaled = (inputs - mean) / deviation
    first = torch.nn.Linear(inputs.shape[1], HIDDEN)
    last = torch.nn.Linear(HIDDEN, 5)
    model = torch.nn.Sequential(first, torch.nn.ReLU(), last)
    optimizer = torch.optim.Adam(model.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    weights = torch.where((covered == 0) & (turns == 0), ORDINARY_WEIGHT, 1.0)
    upright = (turns == 0).float()
    for epoch in range(EPOCHS):
        for batch in torch.randperm(len(scaled)).split(BATCH):
            outputs = model(scaled[batch])
            of_cover = torch.nn.functional.binary_cross_entropy_with_logits(
                outputs[:, 0], covered[batch], reduction='none'
            )
            of_turn = torch.nn.functional.cross_entropy(
                outputs[:, 1:], turns[batch], reduction='none'
            )
            # Whether a turned face is covered does not matter.
            loss = (weights[batch] * (of_cover * upright[batch] + of_turn)).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        schedule.step()
        log(f'epoch {epoch + 1}/{EPOCHS}: loss {loss.item():.3f}')
    with torch.no_grad():
        hidden = (first.weight / deviation).T
        bias = first.bias - (first.weight / deviation) @ mean
        return {
            'hidden': rounded(hidden.numpy()),
            'hidden_bias': rounded(bias.numpy()),
            'output': rounded(last.weight.T.numpy()),
            'output_bias': rounded(last.bias.numpy()),
        }


def rounded(values: NDArray[np.float32]) -> Any:
    """Return the values as lists of few digits."""
    return np.round(values.astype(np.float64), DIGITS).tolist()


def check(faces: Images, seed: int) -> dict[str, Any]:
    """Return how often faces are called covered and turned (probability above 0.5)."""
    rng = np.random.default_rng(seed)
    views: dict[str, list[NDArray[np.uint8]]] = {'ordinary': list(faces)}
    for part in ('mouth', 'eyes'):
        views[part] = [cover(face, part, faces, rng) for face in faces]
    for turns in (1, 2, 3):
        views[f'{90 * turns} degrees'] = [np.rot90(face, -turns).copy() for face in faces]
    figures: dict[str, Any] = {'n': len(faces)}
    for name, of_kind in views.items():
        found = [classify_view(view) for view in of_kind]
        figures[name] = {
            'covered': round(float(np.mean([view.covered > 0.5 for view in found])), 3),
            'turned': round(float(np.mean([view.turned > 0.5 for view in found])), 3),
        }
    return figures


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog='python -m training.face.coverage', description=__doc__)
    parser.add_argument('--data', type=Path, required=True, help='fer2013 as parquet or csv')
    parser.add_argument('--out', type=Path, default=packaged_weights() / 'face_coverage.json')
    parser.add_argument('--count', type=int, default=20_000, help='faces to train on')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--check', action='store_true', help='only measure what is there')
    args = parser.parse_args(argv)
    if args.check:
        print(as_json(check(load_faces(args.data, 'PublicTest').images, args.seed)))
        return
    faces = load_faces(args.data, 'Training').images
    chosen = np.random.default_rng(args.seed).permutation(len(faces))[: args.count]
    args.out.write_text(json.dumps(train(faces[chosen], args.seed)) + '\n', encoding='utf-8')


if __name__ == '__main__':
    run(main)
