# SPDX-License-Identifier: MIT
"""State of a text training run, and its checkpoints."""

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
class TrainState:
    """The network, its tokenizer and the optimizer; ``part`` counts parts of epochs."""

    network: TextNetwork
    tokenizer: Tokenizer
    optimizer: torch.optim.AdamW
    part: int = 0
    best: float = 0.0

    def parameters(self) -> Iterator[Tensor]:
        """The trained parameters, in the order of the optimizer."""
        return (p for group in self.optimizer.param_groups for p in group['params'])


def save_state(state: TrainState, folder: Path, about: dict[str, Any]) -> None:
    """Write ``last.safetensors``: all that ``resume`` needs."""
    tensors = {f'network/{k}': v for k, v in state.network.state_dict().items()}
    for i, parameter in enumerate(state.parameters()):
        of_parameter = state.optimizer.state[parameter]
        tensors |= {f'optimizer/{i}/{k}': v for k, v in of_parameter.items()}
    progress = {'part': state.part, 'best': state.best}
    checkpoint.save(folder / 'last.safetensors', tensors, about | progress)


def resume(state: TrainState, folder: Path) -> None:
    """Continue from ``last.safetensors`` of the same network and options."""
    path = folder / 'last.safetensors'
    tensors, about = checkpoint.load(path)
    checkpoint.fill(state.network, checkpoint.part(tensors, 'network'), path)
    for i, parameter in enumerate(state.parameters()):
        state.optimizer.state[parameter] = checkpoint.part(tensors, f'optimizer/{i}')
    state.part, state.best = about['part'], about['best']
