# SPDX-License-Identifier: MIT
"""Checkpoints: a safetensors file for the weights, a JSON beside it for everything else."""

import json
import os
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from emotion_ros.errors import ModelError


def save(path: Path, tensors: dict[str, Tensor], about: dict[str, Any]) -> None:
    """Write ``path`` (.safetensors) and its JSON; a crash half-way leaves the old pair."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix('.part')
    contiguous = {k: v.detach().contiguous() for k, v in tensors.items()}
    save_file(contiguous, draft, {'about': json.dumps(about)})
    os.replace(draft, path)
    path.with_suffix('.json').write_text(json.dumps(about, indent=2) + '\n')


def load(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors of a checkpoint and the JSON beside them."""
    try:
        tensors = load_file(path)
        return tensors, json.loads(path.with_suffix('.json').read_text())
    except (OSError, SafetensorError, ValueError) as error:
        line = ' '.join(str(error).split())
        raise ModelError(f'{path}: not a checkpoint ({line})') from error


def entry(about: dict[str, Any], key: str, path: Path) -> Any:
    """The value of ``key`` in the JSON beside ``path``; ModelError when it is absent."""
    if key not in about:
        raise ModelError(f'{path.with_suffix(".json")}: has no {key}; not of this training?')
    return about[key]


def fill(network: nn.Module, tensors: dict[str, Tensor], name: object) -> None:
    """Copy ``tensors`` into ``network``; another shape or another key is a ModelError."""
    own = network.state_dict()
    for key in sorted(own.keys() | tensors.keys()):
        has, needs = (str(tuple(t[key].shape)) if key in t else 'absent' for t in (tensors, own))
        if has != needs:
            raise ModelError(f'{name}: {key} is {has}, this network needs {needs}')
    network.load_state_dict(tensors)


def part(tensors: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    """The tensors whose keys begin with ``name/``, without it."""
    return {k.removeprefix(f'{name}/'): v for k, v in tensors.items() if k.startswith(f'{name}/')}
