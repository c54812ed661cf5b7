# SPDX-License-Identifier: MIT
"""An ensemble of trained networks, to evaluate and to distil from.

``python -m training.face.teachers --checkpoints A B --data D`` evaluates it.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from emotion_ros.perception.models.torch_backend import choose_torch_device
from training import calibrate
from training.command import as_json, run
from training.face.data import Faces, load_faces
from training.face.evaluate import CALIBRATION_SPLIT, VIEWS, figures_of, predict
from training.face.network import load_network, logits_of, to_input


@dataclass(frozen=True)
class Teacher:
    """A network with the normalisation it was trained with and its temperature."""

    network: nn.Module
    mean: float
    std: float
    temperature: float

    def log_probabilities(self, images: Tensor) -> Tensor:
        """Calibrated float [N, 7] of faces uint8 [N, H, W]."""
        logits = self.network(to_input(images, self.mean, self.std)).float()
        return (logits / self.temperature).log_softmax(1)


class Teachers:
    """Several teachers, whose log-probabilities are averaged."""

    def __init__(self, members: list[Teacher]) -> None:
        self._members = members

    @torch.no_grad()
    def log_probabilities(self, images: Tensor) -> Tensor:
        """Float [N, 7] of faces uint8 [N, H, W] on the teachers' device."""
        each = [member.log_probabilities(images) for member in self._members]
        return torch.stack(each).mean(0).log_softmax(1)

    def soft_targets(self, images: Tensor) -> Tensor:
        """The mean of each face and its mirror image: the target of a student."""
        both = [self.log_probabilities(images), self.log_probabilities(images.flip(2))]
        return torch.stack(both).mean(0).log_softmax(1)

    def classify(self, images: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Probabilities [N, 7], as a FaceClassifier gives them."""
        device = next(self._members[0].network.parameters()).device
        logs = self.log_probabilities(torch.from_numpy(np.ascontiguousarray(images)).to(device))
        return logs.exp().double().cpu().numpy()


def load_teachers(paths: list[Path], valid: Faces, device: str) -> Teachers:
    """The networks of finished checkpoints, each at the temperature that fits ``valid``."""
    return Teachers([_load(path, valid, device) for path in paths])


def _load(path: Path, valid: Faces, device: str) -> Teacher:
    network, about = load_network(path)
    network.to(device, memory_format=torch.channels_last).requires_grad_(False)
    mean, std = about['mean'], about['std']
    logits = logits_of(network, valid.images, mean, std)
    return Teacher(network, mean, std, calibrate.fit_temperature(logits, valid.labels))


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(prog='python -m training.face.teachers', description=__doc__)
    parser.add_argument('--checkpoints', type=Path, nargs='+', required=True)
    parser.add_argument('--data', type=Path, required=True, help='parquet, csv or Kaggle folder')
    parser.add_argument('--tta', choices=VIEWS, default='none')
    parser.add_argument('--device', default='cpu')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    args = parse(argv)
    faces = load_faces(args.data, CALIBRATION_SPLIT)
    teachers = load_teachers(args.checkpoints, faces, choose_torch_device(args.device))
    probabilities = predict(teachers, faces.images, args.tta)
    calibrated = calibrate.cross_fitted(np.log(probabilities), faces.labels)
    print(as_json(figures_of(probabilities, calibrated, faces.labels)))


if __name__ == '__main__':
    run(main)
