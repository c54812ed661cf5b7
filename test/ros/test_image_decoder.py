# SPDX-License-Identifier: MIT
"""The built-in decoder and the real cv_bridge give the same image."""

import sys
from array import array

import numpy as np
import pytest
from sensor_msgs.msg import Image

from emotion_ros.errors import InvalidInput, MissingDependency
from emotion_ros.nodes.messages.image_decoder import make_decoder
from emotion_ros.perception.face.config import VisionConfig

WIDTH, HEIGHT = 32, 24


def picture(encoding: str, channels: int, padding: int = 0) -> Image:
    """Return noise in an encoding, each row followed by padding bytes."""
    step = WIDTH * channels + padding
    noise = np.random.default_rng(0).integers(0, 255, (HEIGHT, step), dtype=np.uint8)
    msg = Image(width=WIDTH, height=HEIGHT, encoding=encoding, step=step)
    msg.data = array('B', noise.tobytes())
    return msg


@pytest.mark.parametrize('padding', [0, 1, 64])
@pytest.mark.parametrize(
    ('encoding', 'channels'),
    [('bgr8', 3), ('rgb8', 3), ('mono8', 1), ('bgra8', 4), ('rgba8', 4), ('bayer_rggb8', 1)],
)
def test_both_decoders_are_equal(encoding, channels, padding):
    pytest.importorskip('cv_bridge', reason='cv_bridge is not installed')
    msg = picture(encoding, channels, padding)
    ours = make_decoder(VisionConfig())(msg)
    theirs = make_decoder(VisionConfig(image_decoder='cv_bridge'))(msg)
    assert ours.shape == (HEIGHT, WIDTH, 3)
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize('padding', [0, 5])
@pytest.mark.parametrize(
    ('encoding', 'row_bytes'),
    [('bgr8', 3), ('rgb8', 3), ('mono8', 1), ('bgra8', 4), ('rgba8', 4), ('bayer_rggb8', 1)],
)
def test_the_byte_order_of_8_bits_means_nothing(encoding, row_bytes, padding):
    """depthai-ros sets is_bigendian for every encoding but 16UC1."""
    pytest.importorskip('cv_bridge', reason='cv_bridge is not installed')
    msg = picture(encoding, row_bytes, padding)
    expected = make_decoder(VisionConfig())(msg)
    msg.is_bigendian = 1
    decoded = make_decoder(VisionConfig(image_decoder='cv_bridge'))(msg)
    np.testing.assert_array_equal(decoded, expected)


@pytest.mark.parametrize(('encoding', 'row_bytes'), [('mono16', 2), ('16UC1', 2), ('rgb16', 6)])
@pytest.mark.parametrize('big', [0, 1])
def test_cv_bridge_does_not_darken_the_bits_in_use(encoding, row_bytes, big):
    pytest.importorskip('cv_bridge', reason='cv_bridge is not installed')
    msg = picture(encoding, row_bytes)
    values = np.frombuffer(msg.data, '<u2') >> 6
    msg.data = array('B', values.astype('>u2' if big else '<u2').tobytes())
    msg.is_bigendian = big
    decoded = make_decoder(VisionConfig(image_decoder='cv_bridge'))(msg)
    assert decoded.max() > 200
    np.testing.assert_array_equal(decoded, make_decoder(VisionConfig())(msg))


@pytest.mark.parametrize('decoder', ['numpy', 'cv_bridge'])
@pytest.mark.parametrize(
    ('changes', 'reason'),
    [
        ({'encoding': 'odd8'}, 'unsupported_encoding'),
        ({'step': 3}, 'bad_step'),
        ({'height': 1000}, 'short_data'),
    ],
)
def test_both_decoders_reject_the_same(decoder, changes, reason):
    if decoder == 'cv_bridge':
        pytest.importorskip('cv_bridge', reason='cv_bridge is not installed')
    msg = picture('bgr8', 3)
    for name, value in changes.items():
        setattr(msg, name, value)
    with pytest.raises(InvalidInput) as refused:
        make_decoder(VisionConfig(image_decoder=decoder))(msg)
    assert refused.value.reason == reason


def test_the_error_of_a_missing_cv_bridge_names_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, 'cv_bridge', None)
    with pytest.raises(MissingDependency, match='apt'):
        make_decoder(VisionConfig(image_decoder='cv_bridge'))


def test_another_spelling_does_not_reach_cv_bridge():
    pytest.importorskip('cv_bridge', reason='cv_bridge is not installed')
    msg = picture('bgr8', 3)
    expected = make_decoder(VisionConfig())(msg)
    msg.encoding = 'BGR8'
    decoded = make_decoder(VisionConfig(image_decoder='cv_bridge'))(msg)
    np.testing.assert_array_equal(decoded, expected)
