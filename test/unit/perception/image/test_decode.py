# SPDX-License-Identifier: MIT
"""Raw images: every encoding, every padding, and a reason for everything refused."""

import tracemalloc
from array import array
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camera_images import ENCODINGS, EXACT_ENCODINGS, GREY_ENCODINGS, grey, message, picture
from emotion_ros.errors import ConfigError, InvalidInput
from emotion_ros.perception.image.decode import (
    MAX_PIXELS,
    MAX_SIDE,
    REJECT_REASONS,
    SUPPORTED_ENCODINGS,
    RawImage,
    decode_image,
    rotate_image,
    validate_image,
)

GOOD = message(picture(), 'bgr8')


def test_the_pictures_cover_every_supported_encoding() -> None:
    assert set(ENCODINGS) == set(SUPPORTED_ENCODINGS)


@pytest.mark.parametrize('encoding', ENCODINGS)
def test_promise_8_every_encoding_gives_the_same_picture(encoding: str) -> None:
    bgr = picture()
    expected = np.repeat(grey(bgr)[:, :, None], 3, axis=2) if encoding in GREY_ENCODINGS else bgr
    image = decode_image(message(bgr, encoding))
    assert (image.shape, image.dtype) == (bgr.shape, np.uint8)
    assert image.flags.c_contiguous and image.flags.writeable
    difference = np.abs(image.astype(int) - expected)
    limit = 0 if encoding in EXACT_ENCODINGS else 3
    inside = difference[2:-2, 2:-2]  # demosaicing repeats the border
    assert inside.mean() <= limit
    assert inside.max() <= 4 * limit


@pytest.mark.parametrize('encoding', ENCODINGS)
@pytest.mark.parametrize('padding', [1, 2, 3, 7, 64])
@pytest.mark.parametrize('trim', [False, True])
def test_promise_9_row_padding_changes_nothing(encoding: str, padding: int, trim: bool) -> None:
    plain = decode_image(message(picture(), encoding))
    padded = decode_image(message(picture(), encoding, padding=padding, trim=trim))
    np.testing.assert_array_equal(padded, plain)


def test_promise_10_mono16_of_either_byte_order() -> None:
    little = decode_image(message(picture(), 'mono16'))
    np.testing.assert_array_equal(decode_image(message(picture(), 'mono16', big=True)), little)
    padded = message(picture(), 'mono16', big=True, padding=5)
    np.testing.assert_array_equal(decode_image(padded), little)


@pytest.mark.parametrize('encoding', ['mono8', 'mono16', 'bgr8', 'bayer_rggb8', 'rgba8'])
def test_odd_sizes(encoding: str) -> None:
    assert decode_image(message(picture(33, 23), encoding)).shape == (23, 33, 3)


@pytest.mark.parametrize('kind', [bytes, bytearray, memoryview, lambda d: array('B', d)])
def test_any_buffer_holds_the_data(kind: Any) -> None:
    image = decode_image(replace(GOOD, data=kind(GOOD.data)))
    np.testing.assert_array_equal(image, picture())


def test_the_result_owns_its_memory() -> None:
    data = bytearray(GOOD.data)
    image = decode_image(replace(GOOD, data=data))
    view = decode_image(replace(GOOD, data=data), copy=False)
    np.testing.assert_array_equal(view, picture())
    data[:] = bytes(len(data))
    np.testing.assert_array_equal(image, picture())
    assert not view.any()


HUGE = 2**32 - 1
REFUSED = [
    ({'data': b''}, 'short_data'),
    ({'data': GOOD.data[:-1]}, 'short_data'),
    ({'encoding': ''}, 'unsupported_encoding'),
    ({'encoding': 'BGR9'}, 'unsupported_encoding'),
    ({'encoding': 'bgr8' + ' ' * 99}, 'unsupported_encoding'),
    ({'encoding': 'mono12', 'step': 48}, 'unsupported_encoding'),
    ({'encoding': '32FC1'}, 'unsupported_encoding'),
    ({'encoding': '16SC1'}, 'unsupported_encoding'),
    ({'encoding': 'x' * 100_000}, 'unsupported_encoding'),
    ({'width': 0}, 'bad_size'),
    ({'height': 0}, 'bad_size'),
    ({'width': -1}, 'bad_size'),
    ({'width': 1, 'height': 1}, 'bad_size'),
    ({'encoding': 'uyvy', 'width': 31}, 'bad_size'),
    ({'encoding': 'nv12', 'height': 23}, 'bad_size'),
    ({'encoding': 'nv21', 'width': 31}, 'bad_size'),
    ({'width': HUGE}, 'too_large'),
    ({'width': HUGE, 'height': HUGE, 'step': HUGE}, 'too_large'),
    ({'width': MAX_SIDE + 1, 'step': HUGE}, 'too_large'),
    ({'width': MAX_SIDE, 'height': MAX_PIXELS // MAX_SIDE + 1, 'step': HUGE}, 'too_large'),
    ({'step': 0}, 'bad_step'),
    ({'step': 32 * 3 - 1}, 'bad_step'),
    ({'step': HUGE}, 'short_data'),
    ({'encoding': 'bgra8', 'step': 32 * 4}, 'short_data'),
]


@pytest.mark.parametrize(('changes', 'reason'), REFUSED)
def test_promise_11_bad_messages_are_refused_by_name(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidInput) as error:
        decode_image(replace(GOOD, **changes))
    assert error.value.reason == reason
    assert len(str(error.value)) < 200


def test_promise_11_refusing_touches_no_pixels() -> None:
    wide = replace(GOOD, width=4096, height=4096, step=3 * 4096, data=bytes(4096))
    tracemalloc.start()
    for changes, _ in REFUSED:
        with pytest.raises(InvalidInput):
            decode_image(replace(wide, **changes))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000


def test_every_reason_is_listed() -> None:
    assert {reason for _, reason in REFUSED} <= set(REJECT_REASONS)


MESSAGES = st.builds(
    RawImage,
    width=st.integers(-1, 70) | st.just(HUGE),
    height=st.integers(-1, 40) | st.just(HUGE),
    encoding=st.sampled_from(SUPPORTED_ENCODINGS) | st.text(max_size=12),
    step=st.integers(0, 300) | st.just(HUGE),
    is_bigendian=st.booleans(),
    data=st.integers(0, 20_000).map(bytes) | st.binary(max_size=4_000),
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(MESSAGES)
def test_promise_17_an_image_or_a_named_refusal(raw: RawImage) -> None:
    try:
        image = decode_image(raw)
    except InvalidInput as error:
        assert error.reason in REJECT_REASONS
    else:
        layout = validate_image(raw)
        assert image.shape == (layout.height, layout.width, 3)
        assert layout.width == raw.width
        assert layout.height == raw.height or layout.encoding.chroma


@pytest.mark.parametrize(
    ('degrees', 'corner'), [(0, (0, 0)), (90, (0, -1)), (180, (-1, -1)), (270, (-1, 0))]
)
def test_rotation_is_clockwise(degrees: int, corner: tuple[int, int]) -> None:
    turned = rotate_image(picture(), degrees)
    np.testing.assert_array_equal(turned[corner], picture()[0, 0])
    assert turned.shape[:2] == ((24, 32) if degrees % 180 == 0 else (32, 24))


@pytest.mark.parametrize('degrees', [1, -90, 360])
def test_other_angles_are_refused(degrees: int) -> None:
    with pytest.raises(ConfigError, match=str(degrees)):
        rotate_image(picture(), degrees)
