# SPDX-License-Identifier: MIT
"""A compressed image is decoded as far as it is needed, and not twice for the same need."""

from functools import partial

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from emotion_ros.errors import InvalidInput
from emotion_ros.perception.image.compressed import open_compressed
from emotion_ros.perception.image.frame import ArrayFrame, ScaledFrame

SCENE = cv2.resize(
    np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8),
    (641, 479),
    interpolation=cv2.INTER_CUBIC,
)


def encoded(kind: str = '.jpg', image: NDArray[np.uint8] = SCENE) -> bytes:
    return cv2.imencode(kind, image)[1].tobytes()


class Recorder:
    """Decodes into black images and records how."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, bool]] = []

    def __call__(self, denominator: int, grey: bool) -> NDArray[np.uint8]:
        self.calls.append((denominator, grey))
        shape = -(-480 // denominator), -(-640 // denominator)
        return np.zeros(shape if grey else (*shape, 3), np.uint8)


@pytest.mark.parametrize(
    ('needs', 'calls'),
    [
        ([], []),
        ([(320, True)], [(2, True)]),
        ([(321, True)], [(1, True)]),
        ([(80, True), (100, True)], [(8, True), (4, True)]),
        ([(5000, False)], [(1, False)]),
        ([(320, False), (320, True), (160, True)], [(2, False)]),
        ([(320, True), (160, False)], [(2, True), (4, False)]),
        ([(160, False), (320, True)], [(4, False), (2, True)]),
    ],
)
def test_as_little_as_is_enough(
    needs: list[tuple[float, bool]], calls: list[tuple[int, bool]]
) -> None:
    decode = Recorder()
    frame = ScaledFrame(640, 480, decode)
    for width, grey in needs:
        pixels = frame.pixels(width, grey=grey)
        assert pixels.shape[1] >= min(width, 640)
        assert grey or pixels.ndim == 3
    assert decode.calls == calls


@pytest.mark.parametrize(
    ('need', 'calls'),
    [
        pytest.param((320, True), [(2, True)], id='as before'),
        pytest.param((160, True), [(2, True), (4, True)], id='less: decoded anew, not depending'),
        pytest.param((640, False), [(2, True), (1, False)], id='more'),
    ],
)
def test_decoded_in_advance_it_gives_the_same(
    need: tuple[float, bool], calls: list[tuple[int, bool]]
) -> None:
    decode, plain = Recorder(), Recorder()
    before, frame = ScaledFrame(640, 480, Recorder()), ScaledFrame(640, 480, decode, 180)
    frame.decode_like(None)
    frame.decode_like(before)
    assert decode.calls == []
    for width, grey in ((320, True), (640, False)):
        before.pixels(width, grey=grey)
    frame.decode_like(before)
    pixels = frame.pixels(need[0], grey=need[1])
    assert pixels.shape == ScaledFrame(640, 480, plain, 180).pixels(need[0], grey=need[1]).shape
    assert decode.calls == calls
    assert calls[-1:] == plain.calls


def test_what_cannot_be_decoded_in_advance_is_refused_when_it_is_needed() -> None:
    def refuse(denominator: int, grey: bool) -> NDArray[np.uint8]:
        raise InvalidInput('bad_compressed', f'{denominator}, {grey}')

    before, frame = ScaledFrame(640, 480, Recorder()), ScaledFrame(640, 480, refuse)
    before.pixels(10)
    frame.decode_like(before)
    with pytest.raises(InvalidInput):
        frame.pixels(10)


@pytest.mark.parametrize('rotate', [0, 90, 180, 270])
def test_the_size_is_that_of_the_turned_image(rotate: int) -> None:
    for frame in (
        ScaledFrame(640, 480, Recorder(), rotate),
        ArrayFrame(np.zeros((480, 640, 3), np.uint8), rotate),
    ):
        height, width = frame.pixels().shape[:2]
        assert (frame.width, frame.height) == (width, height)


@pytest.mark.parametrize(('divisor', 'grey'), [(1, False), (1, True), (2, False), (4, True)])
def test_a_smaller_jpeg_shows_the_same(divisor: int, grey: bool) -> None:
    frame = open_compressed(encoded())
    assert (frame.width, frame.height) == (641, 479)
    pixels = frame.pixels(641 // divisor, grey=grey)
    whole = cv2.imdecode(np.frombuffer(encoded(), np.uint8), cv2.IMREAD_COLOR)
    expected = cv2.resize(whole, pixels.shape[1::-1], interpolation=cv2.INTER_AREA)
    if grey:
        expected = cv2.cvtColor(expected, cv2.COLOR_BGR2GRAY)
    assert pixels.shape == expected.shape
    assert np.abs(pixels.astype(int) - expected).mean() < 3


@pytest.mark.parametrize('kind', ['.png', '.webp'])
def test_other_formats_are_decoded_whole(kind: str) -> None:
    frame = open_compressed(encoded(kind))
    assert frame.pixels(10).shape == (479, 641, 3)
    assert frame.pixels(10, grey=True).shape == (479, 641)
    assert frame.pixels(10, grey=True) is frame.pixels(grey=True)


def test_what_cannot_be_decoded_is_refused() -> None:
    with pytest.raises(InvalidInput, match='truncated'):
        open_compressed(encoded()[:-1000])
    body = bytearray(encoded())
    body[30:600] = bytes(570)
    broken = partial(open_compressed, bytes(body))
    with pytest.raises(InvalidInput) as error:
        broken().pixels(10)
    assert error.value.reason == 'bad_compressed'
