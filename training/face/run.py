# SPDX-License-Identifier: MIT
"""One face training run: what changes while training, and how it is kept."""

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
class Run:
    """The network, its moving average (the only one that is judged) and the optimizer."""

    network: nn.Module
    average: nn.Module
    optimizer: torch.optim.SGD
    epoch: int = 0
    step: int = 0
    best: float = 0.0

    def begin_with(self, tensors: Tensors, name: object) -> None:
        """Take weights for network and average; ModelError naming ``name`` when they misfit."""
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


def start(layout: FaceNetwork, seed: int, weight_decay: float, device: str = 'cpu') -> Run:
    """Fresh weights and optimizer; the learning rate comes with every step."""
    torch.manual_seed(seed)
    network = layout.build().to(device, memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(
        network.parameters(), 0.1, momentum=0.9, nesterov=True, weight_decay=weight_decay
    )
    return Run(network, deepcopy(network), optimizer)


def save_run(run: Run, folder: Path, about: dict[str, Any]) -> None:
    """Write ``last.safetensors``: all that ``resume`` needs."""
    parts = {'network': run.network.state_dict(), 'average': run.average.state_dict()}
    parts['momentum'] = {
        str(i): run.optimizer.state[p]['momentum_buffer']
        for i, p in enumerate(run.network.parameters())
        if 'momentum_buffer' in run.optimizer.state[p]
    }
    tensors = {f'{part}/{k}': v for part, state in parts.items() for k, v in state.items()}
    progress = {name: getattr(run, name) for name in PROGRESS}
    checkpoint.save(folder / 'last.safetensors', tensors, about | progress)


def resume(run: Run, folder: Path) -> None:
    """Go on from ``last.safetensors`` of the same layout."""
    path = folder / 'last.safetensors'
    tensors, about = checkpoint.load(path)
    checkpoint.fill(run.network, _part(tensors, 'network'), path)
    checkpoint.fill(run.average, _part(tensors, 'average'), path)
    momentum = _part(tensors, 'momentum')
    for i, p in enumerate(run.network.parameters()):
        if str(i) in momentum:
            run.optimizer.state[p]['momentum_buffer'] = momentum[str(i)].to(p.device)
    run.epoch, run.step, run.best = (checkpoint.entry(about, k, path) for k in PROGRESS)


def _part(tensors: Tensors, name: str) -> Tensors:
    return {k.removeprefix(f'{name}/'): v for k, v in tensors.items() if k.startswith(f'{name}/')}
