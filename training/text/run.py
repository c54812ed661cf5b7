# SPDX-License-Identifier: MIT
"""One text training run: what changes while training, and how it is kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor

from training import checkpoint
from training.text.network import TextNetwork

Tensors = dict[str, Tensor]


@dataclass
class Run:
    """The network, its tokenizer and the optimizer; ``part`` counts parts of epochs."""

    network: TextNetwork
    tokenizer: Tokenizer
    optimizer: torch.optim.AdamW
    part: int = 0
    best: float = 0.0

    def parameters(self) -> Iterator[Tensor]:
        """Those that are trained, in the order of the optimizer."""
        return (p for group in self.optimizer.param_groups for p in group['params'])


def start_from(run: Run, path: Path) -> None:
    """Take the weights of a finished checkpoint."""
    checkpoint.fill(run.network, checkpoint.load(path)[0], path)


def save_run(run: Run, folder: Path, about: dict[str, Any]) -> None:
    """Write ``last.safetensors``: all that ``resume`` needs."""
    tensors = {f'network/{k}': v for k, v in run.network.state_dict().items()}
    for i, parameter in enumerate(run.parameters()):
        state = run.optimizer.state[parameter]
        tensors |= {f'optimizer/{i}/{k}': v for k, v in state.items()}
    progress = {'part': run.part, 'best': run.best}
    checkpoint.save(folder / 'last.safetensors', tensors, about | progress)


def resume(run: Run, folder: Path) -> None:
    """Go on from ``last.safetensors`` of the same network and recipe."""
    path = folder / 'last.safetensors'
    tensors, about = checkpoint.load(path)
    checkpoint.fill(run.network, _part(tensors, 'network'), path)
    for i, parameter in enumerate(run.parameters()):
        run.optimizer.state[parameter] = _part(tensors, f'optimizer/{i}')
    run.part, run.best = about['part'], about['best']


def _part(tensors: Tensors, name: str) -> Tensors:
    return {k.removeprefix(f'{name}/'): v for k, v in tensors.items() if k.startswith(f'{name}/')}
