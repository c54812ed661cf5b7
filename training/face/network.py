# SPDX-License-Identifier: MIT
"""ResNet18's layout (2-2-2-2 of torchvision's BasicBlock) for one 48-px grey face."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.options import Options, option
from emotion_ros.perception.models.torch_backend import import_torchvision
from training import checkpoint
from training.config import restore

IMAGES_AT_ONCE = 256


@dataclass(frozen=True)
class FaceNetwork(Options):
    """Network; stored with every checkpoint, to build the same network again."""

    width: int = option(
        32, 'channels of the first stage; each later stage has twice as many', low=1
    )
    stem_stride: int = option(2, 'stride of the first convolution; 1 costs four times', low=1)
    dropout: float = option(0.2, 'dropout before the last layer', low=0, high=1)

    def build(self) -> 'ResNet18':
        """A freshly initialised network."""
        return ResNet18(self)


class ResNet18(nn.Module):
    """Grey faces float [N, 1, H, W], normalised, to logits [N, 7]."""

    def __init__(self, layout: FaceNetwork) -> None:
        """Random weights."""
        super().__init__()
        import_torchvision()
        from torchvision.models.resnet import BasicBlock

        width = layout.width
        self.stem = nn.Sequential(
            nn.Conv2d(1, width, 3, layout.stem_stride, 1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
        )
        self.stages = nn.Sequential(
            _stage(BasicBlock, width, width, 1),
            _stage(BasicBlock, width, 2 * width, 2),
            _stage(BasicBlock, 2 * width, 4 * width, 2),
            _stage(BasicBlock, 4 * width, 8 * width, 2),
        )
        self.head = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Dropout(layout.dropout),
            nn.Linear(8 * width, len(EMOTIONS)),
        )
        self.apply(_initialise)

    def forward(self, image: Tensor) -> Tensor:
        """Logits of normalised faces."""
        return self.head(self.stages(self.stem(image)))


def to_input(images: Tensor, mean: float, std: float) -> Tensor:
    """uint8 [N, H, W] to normalised float [N, 1, H, W] in channels_last, on the same device."""
    scaled = (images[:, None].float() - mean) / std
    return scaled.contiguous(memory_format=torch.channels_last)


def load_network(path: Path) -> tuple[ResNet18, dict[str, Any]]:
    """The network of a finished checkpoint and what was written beside it."""
    tensors, about = checkpoint.load(path)
    for key in ('mean', 'std', 'commit', 'epoch', 'init_from'):
        checkpoint.entry(about, key, path)
    network = restore(checkpoint.entry(about, 'network', path), FaceNetwork, path).build()
    checkpoint.fill(network, tensors, path)
    return network, about


@torch.inference_mode()
def logits_of(
    network: nn.Module, images: NDArray[np.uint8], mean: float, std: float
) -> NDArray[np.float32]:
    """Logits [N, 7] of faces uint8 [N, H, W] as they are; leaves ``network`` in eval mode."""
    network.eval()
    device = next(network.parameters()).device
    parts = torch.from_numpy(images).split(IMAGES_AT_ONCE)
    logits = [network(to_input(part.to(device), mean, std)) for part in parts]
    return torch.cat(logits).float().cpu().numpy()


def _stage(block: type[nn.Module], width_in: int, width_out: int, stride: int) -> nn.Module:
    shortcut = None
    if stride != 1 or width_in != width_out:
        shortcut = nn.Sequential(
            nn.Conv2d(width_in, width_out, 1, stride, bias=False), nn.BatchNorm2d(width_out)
        )
    return nn.Sequential(block(width_in, width_out, stride, shortcut), block(width_out, width_out))


def _initialise(module: nn.Module) -> None:
    """He initialisation. Zero-started blocks (Goyal et al. 2017) were slower on short runs."""
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode='fan_out', nonlinearity='relu')
