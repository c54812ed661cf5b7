# SPDX-License-Identifier: MIT
"""State of a face training run, and its checkpoints."""

from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from training import checkpoint
from training.face.network import FaceNetwork

Tensors = dict[str, Tensor]
PROGRESS = ('epoch', 'step', 'best')


@dataclass
class TrainState:
    """The network, its moving average (the one evaluated and exported) and the optimizer."""

    network: nn.Module
    average: nn.Module
    optimizer: torch.optim.SGD
    epoch: int = 0
    step: int = 0
    best: float = 0.0

    def load_weights(self, tensors: Tensors, name: object) -> None:
        """Load network and average; ModelError naming ``name`` when the weights do not fit."""
        checkpoint.fill(self.network, tensors, name)
        checkpoint.fill(self.average, tensors, name)

    def update_average(self, decay: float) -> None:
        """Exponential moving average of weights and batch statistics, quick to start."""
        decay = min(decay, (1 + self.step) / (10 + self.step))
        pairs = zip(
            self.average.state_dict().values(), self.network.state_dict().values(), strict=True
        )
        for mean, value in pairs:
            if mean.dtype.is_floating_point:
                mean.lerp_(value, 1 - decay)
            else:
                mean.copy_(value)


def new_state(
    layout: FaceNetwork, seed: int, weight_decay: float, device: str = 'cpu'
) -> TrainState:
    """Fresh weights and optimizer; the learning rate is set before every step."""
    torch.manual_seed(seed)
    network = layout.build().to(device, memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(
        network.parameters(), 0.1, momentum=0.9, nesterov=True, weight_decay=weight_decay
    )
    return TrainState(network, deepcopy(network), optimizer)


def save_state(state: TrainState, folder: Path, about: dict[str, Any]) -> None:
    """Write ``last.safetensors``: all that ``resume`` needs."""
    parts = {'network': state.network.state_dict(), 'average': state.average.state_dict()}
    parts['momentum'] = {
        str(i): state.optimizer.state[p]['momentum_buffer']
        for i, p in enumerate(state.network.parameters())
        if 'momentum_buffer' in state.optimizer.state[p]
    }
    tensors = {
        f'{part}/{k}': v for part, tensors_of in parts.items() for k, v in tensors_of.items()
    }
    progress = {name: getattr(state, name) for name in PROGRESS}
    checkpoint.save(folder / 'last.safetensors', tensors, about | progress)


def resume(state: TrainState, folder: Path) -> None:
    """Continue from ``last.safetensors`` of the same layout."""
    path = folder / 'last.safetensors'
    tensors, about = checkpoint.load(path)
    checkpoint.fill(state.network, checkpoint.part(tensors, 'network'), path)
    checkpoint.fill(state.average, checkpoint.part(tensors, 'average'), path)
    momentum = checkpoint.part(tensors, 'momentum')
    for i, p in enumerate(state.network.parameters()):
        if str(i) in momentum:
            state.optimizer.state[p]['momentum_buffer'] = momentum[str(i)].to(p.device)
    state.epoch, state.step, state.best = (checkpoint.entry(about, k, path) for k in PROGRESS)
