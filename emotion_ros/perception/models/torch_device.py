# SPDX-License-Identifier: MIT
"""Where torch computes; imports torch, which is optional, only when called."""

from emotion_ros.errors import ConfigError


def choose_torch_device(device: str) -> str:
    """Return torch's name for one of our devices; ConfigError when it cannot be had."""
    import torch

    has_cuda = torch.cuda.is_available()
    if device == 'auto':
        return 'cuda' if has_cuda else 'cpu'
    if device == 'cpu' or (device == 'cuda' and has_cuda):
        return device
    raise ConfigError(f'device: {device!r} cannot be had from this torch; use cpu or auto')
