# SPDX-License-Identifier: MIT
"""The vision options: defaults that are promised, values that are refused."""

from typing import Any

import pytest

from emotion_ros.errors import ConfigError
from emotion_ros.perception.face.config import VisionConfig

CONTRACT = {
    'image_transport': 'auto',
    'face_detector': 'auto',
    'detector_model': '',
    'detect_width': 320,
    'image_decoder': 'numpy',
    'device': 'cpu',
    'max_future': 0.5,
    'rotate': 0,
}


def test_promised_names_and_defaults() -> None:
    defaults = VisionConfig.defaults()
    assert defaults.items() >= CONTRACT.items()
    assert set(defaults) - set(CONTRACT) == {
        'detect_every',
        'min_face_px',
        'face_model',
        'max_age',
        'max_fps',
    }


@pytest.mark.parametrize('name', VisionConfig.defaults())
def test_every_option_is_described(name: str) -> None:
    assert len(VisionConfig.specs()[name].doc) > 15


@pytest.mark.parametrize(
    ('name', 'value'),
    [
        ('image_transport', 'theora'),
        ('face_detector', 'mtcnn'),
        ('detect_width', 0),
        ('detect_width', 320.0),
        ('detect_every', 0),
        ('min_face_px', -1),
        ('rotate', 45),
        ('max_age', 0.0),
        ('max_age', float('nan')),
        ('max_future', -0.1),
        ('device', 'toaster'),
    ],
)
def test_promise_3_a_bad_value_is_named(name: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=name):
        VisionConfig(**{name: value})
