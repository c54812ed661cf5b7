# SPDX-License-Identifier: MIT
"""Train the networks that find covered, turned and cut off faces.

``python -m training.face.coverage --crops FILE``. The crops are faces of FER2013 Training as a
detector finds them in upright, turned and cut images, written by
``python -m studies.crop_and_detectors.face_quality --crops FILE``. In each epoch they are moved,
relit and degraded anew. Some get a bar over the mouth or the eyes: of one colour, of the face's
own mean, or with the texture of another picture; others what covers nothing: glasses, a hat, a
beard, shade.
``--check DATA`` measures ``emotion_ros/weights/face_coverage.json`` on PublicTest.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.face.detectors.detector import FaceBox
from emotion_ros.perception.face.quality import (
    COVERED,
    FILTER_SIDES,
    TURNED,
    border_features,
    classify_view,
    view_pixels,
)
from training.command import as_json, log, run
from training.face.augment import DEGRADATIONS, Augmentation, relight, warp
from training.face.data import SIDE, load_faces

Rng = np.random.Generator
Image = NDArray[np.uint8]
Crops = dict[str, NDArray[Any]]

MOVED = Augmentation(rotate_deg=8.0, shift=0.06, scale=0.10)
TILTED = Augmentation(rotate_deg=32.0, shift=0.05, scale=0.08)
AS_FOUND = Augmentation(rotate_deg=5.0, shift=0.02, scale=0.04)
CHANNELS, HIDDEN, BORDER_HIDDEN, DROPOUT = (16, 32), 40, 24, 0.1
EPOCHS, PER_EPOCH, BATCH, RATE, DECAY = 24, 15_000, 256, 8e-3, 1e-3
BORDER_EPOCHS, BORDER_RATE = 15, 1e-2
ORDINARY, DRAWN, FOUND_COVERED, CUT = 0.45, 0.20, 0.07, 0.08
"""Shares of an epoch; the rest are faces found in turned images."""
DIGITS = 4
TEXTURED = 0.33


def glasses(face: Image, rng: Rng) -> Image:
    """Return a copy with two dark rims and a bridge."""
    out, grey, width = face.copy(), int(rng.integers(0, 70)), int(rng.integers(1, 3))
    y, middle = int(rng.integers(15, 22)), 24 + int(rng.integers(-2, 3))
    apart, radius = int(rng.integers(8, 11)), int(rng.integers(5, 9))
    for x in (middle - apart, middle + apart):
        cv2.ellipse(out, (x, y), (radius, max(3, radius - 1)), 0, 0, 360, grey, width)
    ends = (middle - apart + radius, y), (middle + apart - radius, y)
    cv2.line(out, *ends, grey, width)
    return out


def hat(face: Image, rng: Rng) -> Image:
    """Return a copy with a bar over the forehead."""
    out, height = face.copy(), int(rng.integers(4, 12))
    noise = rng.normal(0, rng.choice([1, 6]), (height, SIDE))
    out[:height] = np.clip(rng.integers(0, 256) + noise, 0, 255)
    return out


def beard(face: Image, rng: Rng) -> Image:
    """Return a copy with a dark chin and cheeks; the mouth stays as it is."""
    mask = np.zeros((SIDE, SIDE), np.float32)
    size = int(rng.integers(13, 19)), int(rng.integers(11, 16))
    cv2.ellipse(mask, (24, int(rng.integers(33, 37))), size, 0, 0, 180, 1.0, -1)
    mouth = int(rng.integers(5, 9)), int(rng.integers(2, 5))
    cv2.ellipse(mask, (24, int(rng.integers(35, 39))), mouth, 0, 0, 360, 0.0, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), 1.2)
    dark = face * (1.0 - mask * (1.0 - rng.uniform(0.25, 0.7)))
    grain = mask * rng.normal(0, 6, mask.shape)
    return np.asarray(np.clip(dark + grain, 0, 255), np.uint8)


def shade(face: Image, rng: Rng) -> Image:
    """Return a copy of which one side lies in the shade."""
    angle, edge = rng.uniform(0, 2 * np.pi), rng.uniform(2, 12)
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    side = 1 / (1 + np.exp(-edge * (np.cos(angle) * x + np.sin(angle) * y + rng.normal(0, 0.3))))
    least = rng.uniform(0.15, 0.6)
    return np.asarray(face * (least + (1 - least) * side), np.uint8)


HARMLESS: tuple[Callable[[Image, Rng], Image], ...] = (glasses, hat, beard, shade)


def cover(face: Image, part: str, textures: Image, rng: Rng) -> Image:
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
    return np.asarray(np.clip(face * (1.0 - mask) + over * mask, 0, 255), np.uint8)


def load_crops(paths: list[Path]) -> Crops:
    """Return the rows of several files of crops, those of turned images turned back upright."""
    files = [dict(np.load(path)) for path in paths]
    joined: Crops = {name: np.concatenate([file[name] for file in files]) for name in files[0]}
    pairs = zip(joined['crops'], joined['turns'].tolist(), strict=True)
    joined['crops'] = np.stack([np.rot90(crop, turns) for crop, turns in pairs])
    return joined


def epoch(crops: Crops, count: int, rng: Rng) -> tuple[torch.Tensor, torch.Tensor]:
    """Return upright views [count, 1, 24, 24], and 1 for covered, 0 for not, -1 for either."""
    is_cut = np.char.startswith(crops['condition'], 'a third')
    turned, covered = crops['turns'] > 0, crops['covered']
    ordinary = crops['crops'][~turned & ~covered]
    sideways = turned & (crops['turns'] != 2)  # of which detectors find fewer
    groups = {
        'covered': crops['crops'][covered & ~is_cut],
        'cut': crops['crops'][is_cut],
        'turned': np.concatenate([crops['crops'][turned], crops['crops'][sideways]]),
    }
    views, labels = [], []
    shares = (ORDINARY, DRAWN, FOUND_COVERED, CUT, 1.0 - ORDINARY - DRAWN - FOUND_COVERED - CUT)
    for kind in rng.choice(['ordinary', 'drawn', *groups], count, p=shares):
        if kind == 'ordinary':
            face = warp(rng.choice(ordinary), TILTED if rng.random() < 0.35 else MOVED, rng, SIDE)
            if rng.random() < 0.35:
                face = HARMLESS[rng.integers(len(HARMLESS))](face, rng)
        elif kind == 'drawn':
            part = rng.choice(['mouth', 'mouth', 'eyes'])
            face = cover(warp(rng.choice(ordinary), MOVED, rng, SIDE), part, ordinary, rng)
        else:
            face = warp(
                rng.choice(groups[kind]), MOVED if kind == 'turned' else AS_FOUND, rng, SIDE
            )
        face = relight(face, 0.25, rng)
        if rng.random() < 0.2:
            face = DEGRADATIONS[rng.integers(len(DEGRADATIONS))](face, rng)
        views.append(view_pixels(face))
        labels.append({'ordinary': 0.0, 'drawn': 1.0, 'covered': 1.0}.get(kind, -1.0))
    return torch.from_numpy(np.stack(views))[:, None], torch.tensor(labels)


def train_view(crops: Crops, epochs: int, per_epoch: int, rng: Rng) -> dict[str, Any]:
    """Return the weights of the network that rates the four rotations of a crop.

    The same network rates all four: an upright face must win over itself, turned.
    """
    (few, many), (first_side, second_side) = CHANNELS, FILTER_SIDES
    model = nn.Sequential(
        nn.Conv2d(1, few, first_side, stride=2),
        nn.ReLU(),
        nn.Conv2d(few, many, second_side, stride=2),
        nn.ReLU(),
        nn.Flatten(),
        nn.Dropout(DROPOUT),
        nn.Linear(many * 16, HIDDEN),
        nn.ReLU(),
        nn.Linear(HIDDEN, 2),
    )
    optimizer = torch.optim.AdamW(model.parameters(), RATE, weight_decay=DECAY)
    steps = epochs * -(-per_epoch // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    for number in range(epochs):
        views, covered = epoch(crops, per_epoch, rng)
        for batch in torch.randperm(len(views)).split(BATCH):
            turned = [torch.rot90(views[batch], quarters, (2, 3)) for quarters in range(4)]
            ratings = model(torch.cat(turned)).view(4, len(batch), 2)
            upright = torch.zeros(len(batch), dtype=torch.long)
            is_known = covered[batch] >= 0
            loss = cross_entropy(ratings[:, :, 0].T, upright) + binary_cross_entropy_with_logits(
                ratings[0, :, 1], covered[batch].clamp(0), is_known.float()
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        log(f'epoch {number + 1}/{epochs}: loss {loss.item():.3f}')
    first, second, third, last = (layer for layer in model if hasattr(layer, 'weight'))
    with torch.no_grad():
        hidden = third.weight.view(HIDDEN, many, 4, 4).permute(2, 3, 1, 0).reshape(-1, HIDDEN)
        return {
            'filters_0': rounded(first.weight.reshape(few, -1).T),
            'filters_0_bias': rounded(first.bias),
            'filters_1': rounded(second.weight.reshape(many, -1).T),
            'filters_1_bias': rounded(second.bias),
            'hidden': rounded(hidden),
            'hidden_bias': rounded(third.bias),
            'output': rounded(last.weight.T),
            'output_bias': rounded(last.bias),
        }


def train_cut(crops: Crops) -> dict[str, Any]:
    """Return the weights of the network that finds faces cut off by the border of the image."""
    rows = (crops['turns'] == 0) & (crops['condition'] != 'mouth covered')
    columns = (crops[name][rows] for name in ('box', 'score', 'landmarks', 'size'))
    features = torch.from_numpy(
        np.stack(
            [
                border_features(
                    FaceBox(tuple(box), float(score), tuple(map(tuple, points))), *size
                )
                for box, score, points, size in zip(*columns, strict=True)
            ]
        )
    )
    is_cut = torch.from_numpy(crops['covered'][rows].astype(np.float32))
    mean, deviation = features.mean(0), features.std(0) + 1e-3
    scaled = (features - mean) / deviation
    first, last = nn.Linear(features.shape[1], BORDER_HIDDEN), nn.Linear(BORDER_HIDDEN, 1)
    model = nn.Sequential(first, nn.ReLU(), last)
    optimizer = torch.optim.Adam(model.parameters(), BORDER_RATE)
    for _ in range(BORDER_EPOCHS):
        for batch in torch.randperm(len(scaled)).split(BATCH):
            loss = binary_cross_entropy_with_logits(model(scaled[batch])[:, 0], is_cut[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        return {
            'hidden': rounded((first.weight / deviation).T),
            'hidden_bias': rounded(first.bias - (first.weight / deviation) @ mean),
            'output': rounded(last.weight.T),
            'output_bias': rounded(last.bias),
        }


def rounded(values: torch.Tensor) -> Any:
    """Return the values as lists of few digits."""
    return np.round(values.numpy().astype(np.float64), DIGITS).tolist()


def check(faces: Image, seed: int) -> dict[str, Any]:
    """Return how often faces are called covered and turned."""
    rng = np.random.default_rng(seed)
    views: dict[str, list[Image]] = {'ordinary': list(faces)}
    views['tilted by up to 32 degrees'] = [warp(face, TILTED, rng, SIDE) for face in faces]
    for draw in HARMLESS:
        views[draw.__name__] = [draw(face, rng) for face in faces]
    for part in ('mouth', 'eyes'):
        views[f'{part} covered'] = [cover(face, part, faces, rng) for face in faces]
    for turns in (1, 2, 3):
        views[f'{90 * turns} degrees'] = [np.rot90(face, -turns).copy() for face in faces]
    figures: dict[str, Any] = {'n': len(faces)}
    for name, of_kind in views.items():
        found = [classify_view(view) for view in of_kind]
        figures[name] = {
            'covered': round(float(np.mean([view.covered > COVERED[1] for view in found])), 3),
            'turned': round(float(np.mean([view.turned > TURNED[1] for view in found])), 3),
        }
    return figures


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog='python -m training.face.coverage', description=__doc__)
    parser.add_argument(
        '--crops', type=Path, nargs='+', help='crops of studies.crop_and_detectors'
    )
    parser.add_argument('--out', type=Path, default=packaged_weights() / 'face_coverage.json')
    parser.add_argument('--epochs', type=int, default=EPOCHS)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--check', type=Path, metavar='DATA', help='fer2013 as parquet or csv')
    args = parser.parse_args(argv)
    if args.check:
        print(as_json(check(load_faces(args.check, 'PublicTest').images, args.seed)))
    if args.crops:
        torch.manual_seed(args.seed)
        crops = load_crops(args.crops)
        weights = {
            'view': train_view(crops, args.epochs, PER_EPOCH, np.random.default_rng(args.seed)),
            'cut': train_cut(crops),
        }
        args.out.write_text(json.dumps(weights) + '\n', encoding='utf-8')
    elif not args.check:
        parser.error('give --crops to train, --check to measure')


if __name__ == '__main__':
    run(main)
