# SPDX-License-Identifier: MIT
"""Writing model cards: the JSON that ships beside the weights."""

import json
import os
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotion_ros.errors import ModelError
from training.command import log

AGREEMENT = 1e-3


def write_card(path: Path, card: dict[str, Any]) -> None:
    """Replace the card at ``path`` in one step."""
    part = path.with_suffix('.part')
    part.write_text(json.dumps(card, indent=2) + '\n')
    os.replace(part, path)


def file_sha256(path: Path) -> str:
    """Hash of a file, as cards hold it."""
    return sha256(path.read_bytes()).hexdigest()


def metric(name: str, value: float, n: int, split: str, command: str) -> dict[str, Any]:
    """One measured figure and the command that repeats it."""
    return {'name': name, 'value': round(value, 4), 'n': n, 'split': split, 'command': command}


def replace_metrics(path: Path, metrics: Iterable[dict[str, Any]], command: str) -> None:
    """Put the metrics of a command on a card, in place of its older ones."""
    card: dict[str, Any] = json.loads(path.read_text())
    others = [entry for entry in card['metrics'] if entry['command'] != command]
    write_card(path, card | {'metrics': [*others, *metrics]})


def require_agreement(
    ours: NDArray[np.floating], onnx: NDArray[np.floating], path: Path, limit: float = AGREEMENT
) -> None:
    """ModelError unless torch and ONNX Runtime gave the same logits to within ``limit``."""
    if ours.shape != onnx.shape:
        raise ModelError(f'{path}: ONNX gives shape {onnx.shape}, torch {ours.shape}')
    apart = float(np.abs(ours - onnx).max())
    if not apart <= limit:
        raise ModelError(f'{path}: ONNX Runtime and torch differ by {apart:g}, allowed {limit:g}')
    log(f'{path.name}: ONNX Runtime and torch agree to {apart:.1e}')
