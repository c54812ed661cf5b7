# SPDX-License-Identifier: MIT
"""Training in several processes, started by ``torchrun``; without it, one process as usual.

Each process takes its share of the batches, and the gradients are averaged before every step
(gloo: CPUs, on one machine or more). Only the first process validates, saves and prints.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import distributed, nn

from emotion_ros.errors import ConfigError


@contextmanager
def processes() -> Iterator[None]:
    """Join the other processes, if there are any, until the training is over."""
    if int(os.environ.get('WORLD_SIZE', '1')) == 1 or distributed.is_initialized():
        yield
        return
    distributed.init_process_group('gloo')
    try:
        yield
        distributed.barrier()  # who left earlier would close the connections that others still use
    finally:
        distributed.destroy_process_group()


def is_first() -> bool:
    """Return whether this is the only process or the first of several."""
    return not distributed.is_initialized() or distributed.get_rank() == 0


def count() -> int:
    """Return the number of processes."""
    return distributed.get_world_size() if distributed.is_initialized() else 1


def share(batches: int) -> range:
    """Return the indices of this process's batches: all processes have equally many.

    ConfigError when there are fewer batches than processes.
    """
    if batches < count():
        raise ConfigError(f'{batches} batches for {count()} processes: use a smaller --batch')
    first = distributed.get_rank() if distributed.is_initialized() else 0
    return range(first, batches - batches % count(), count())


def average_gradients(parameters: Iterable[nn.Parameter]) -> None:
    """Replace the gradients by their mean over all processes."""
    if count() == 1:
        return
    gradients = [p.grad for p in parameters if p.grad is not None]
    together = torch.cat([gradient.flatten() for gradient in gradients]) / count()
    distributed.all_reduce(together)
    for gradient, mean in zip(
        gradients, together.split([g.numel() for g in gradients]), strict=True
    ):
        gradient.copy_(mean.view_as(gradient))


def wait() -> None:
    """Return when every process is here."""
    if count() > 1:
        distributed.barrier()
