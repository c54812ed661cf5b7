"""ResNet18's layout (2-2-2-2 of torchvision's BasicBlock) for one 48-px grey face."""

from dataclasses import dataclass

from torch import Tensor, nn

from emotion_ros.core.emotions import EMOTIONS
from training.vision_ops import import_torchvision


@dataclass(frozen=True)
class FaceNetwork:
    """What it takes to build the network again; travels with every checkpoint."""

    width: int = 32
    stem_stride: int = 2
    dropout: float = 0.2

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
