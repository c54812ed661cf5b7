# SPDX-License-Identifier: MIT
"""The trained network and the torch engine's are one: same names, same logits."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.perception.models.card import ModelCard
from emotion_ros.perception.models.signature import ImageInput, OutputHead
from emotion_ros.perception.models.torch_backend import TorchBackend
from training.face.network import FaceNetwork


@pytest.mark.parametrize('stem_stride', [1, 2])
def test_engine_repeats_the_logits_of_training(stem_stride: int) -> None:
    torch.manual_seed(0)
    network = FaceNetwork(width=8, stem_stride=stem_stride).build()
    network.train()(torch.randn(32, 1, 48, 48))
    image = torch.randn(2, 1, 48, 48)
    card = ModelCard(
        Path('face.json'),
        'face_emotion',
        'face.safetensors',
        '',
        '1',
        ImageInput('image', 48, 48, 'gray', (0.0,), (1.0,)),
        (OutputHead('emotion', EMOTIONS, 1.0),),
        training={'settings': {'stem_stride': stem_stride}},
    )
    (logits,) = TorchBackend(save(network.state_dict()), card).run({'image': image.numpy()})
    with torch.inference_mode():
        np.testing.assert_allclose(logits, network.eval()(image), atol=1e-5)
