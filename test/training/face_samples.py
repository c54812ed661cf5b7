# SPDX-License-Identifier: MIT
"""Tiny random face data and networks that the face tests share."""

from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import torch

from emotion_ros.core.emotions import EMOTIONS
from training.face.network import FaceNetwork, ResNet18

torch.set_num_threads(1)  # several only wait for each other on so little

TINY = ['--width', '8', '--batch', '14', '--threads', '1', '--small-share', '0.5']
"""Options of a training in which an epoch is one step."""


def write_faces(folder: Path) -> Path:
    """Two faces per class and usage: noise around a brightness of its own.

    The first face of PublicTest is the first of Training again.
    """
    rng = np.random.default_rng(0)
    rows = []
    for usage in ('Training', 'PublicTest'):
        for i, name in enumerate(EMOTIONS * 2):
            face = rng.integers(i * 14, i * 14 + 60, (48, 48)).astype(np.uint8)
            votes = [float(i == 3) * 10] + [0.0] * 8 + [10.0 if i == 5 else 0.0]
            image = cv2.imencode('.png', face)[1].tobytes()
            rows.append({'image': image, 'emotion': name, 'usage': usage, 'ferplus_votes': votes})
    rows[len(rows) // 2]['image'] = rows[0]['image']
    path = folder / 'faces.parquet'
    pd.DataFrame(rows).to_parquet(path)
    return path


def used_network(stem_stride: int = 2, width: int = 8, seed: int = 0) -> ResNet18:
    """A network whose batch norms have seen something, in eval mode."""
    torch.manual_seed(seed)
    network = FaceNetwork(width, stem_stride, dropout=0.0).build()
    for norm in network.modules():
        if isinstance(norm, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(norm.weight, 0.5, 1.5)
            torch.nn.init.normal_(norm.bias, std=0.3)
    network.train()(torch.randn(32, 1, 48, 48) + 0.5)
    return network.eval()


def random_faces(count: int) -> np.ndarray:
    """Noise uint8 [count, 48, 48]."""
    return np.random.default_rng(1).integers(0, 256, (count, 48, 48)).astype(np.uint8)
