# SPDX-License-Identifier: MIT
"""The steps that all detectors share."""

import cv2
import numpy as np
import pytest

from emotion_ros.errors import InvalidInput
from emotion_ros.perception.face.detectors.detector import (
    FaceBox,
    check_faces,
    keep_best,
    pad_to_multiple,
    scale_to_width,
    to_blob,
    to_faces,
)


@pytest.mark.parametrize(
    ('shape', 'expected', 'scale'),
    [
        ((480, 640, 3), (240, 320, 3), 0.5),
        ((640, 480, 3), (427, 320, 3), 2 / 3),
        ((100, 320, 3), (100, 320, 3), 1.0),
        ((100, 200, 3), (100, 200, 3), 1.0),
        ((4, 8000, 3), (1, 320, 3), 0.04),
    ],
)
def test_scaling(shape: tuple[int, ...], expected: tuple[int, ...], scale: float) -> None:
    small, by = scale_to_width(np.zeros(shape, np.uint8), 320)
    assert small.shape == expected
    assert by == pytest.approx(scale)


@pytest.mark.parametrize('shape', [(480, 640), (720, 1280), (451, 1280)])
def test_scaling_takes_the_mean_of_the_pixels(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    small, _ = scale_to_width(image, 320)
    size = (small.shape[1], small.shape[0])
    at_once = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - at_once).max() <= 1


@pytest.mark.parametrize('shape', [(1080, 1920), (600, 800), (768, 1366)])
def test_scaling_by_another_factor_averages_noise_and_shifts_nothing(
    shape: tuple[int, int],
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    smooth = cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 20.0), None, 0, 255, cv2.NORM_MINMAX)
    for image in (noise, np.asarray(smooth, np.uint8)):
        small, _ = scale_to_width(image, 320)
        area = cv2.resize(image, small.shape[1::-1], interpolation=cv2.INTER_AREA)
        if image is noise:
            assert small.std() <= area.std()
        else:
            assert np.abs(small.astype(int) - area).mean() < 2.0


def test_padding_is_at_right_and_bottom() -> None:
    image = np.full((33, 64, 3), 9, np.uint8)
    padded = pad_to_multiple(image, 32)
    assert padded.shape == (64, 64, 3)
    np.testing.assert_array_equal(padded[:33], image)
    assert not padded[33:].any()
    assert pad_to_multiple(padded, 32) is padded


def test_blob_is_planes_in_the_order_of_the_image() -> None:
    image = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    blob = to_blob(image)
    assert (blob.shape, blob.dtype) == ((1, 3, 2, 3), np.float32)
    np.testing.assert_array_equal(blob[0, 1], image[:, :, 1])


@pytest.mark.parametrize(
    ('boxes', 'scores', 'kept'),
    [
        ([], [], []),
        ([[0, 0, 10, 10]], [0.5], [0]),
        ([[0, 0, 10, 10], [1, 0, 11, 10]], [0.5, 0.6], [1]),
        ([[0, 0, 10, 10], [8, 0, 18, 10]], [0.5, 0.6], [1, 0]),
        ([[0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 10, 10]], [0.5, 0.5, 0.5], [0]),
        ([[0, 0, 0, 0], [0, 0, 0, 0]], [0.5, 0.4], [0, 1]),
        ([[0, 0, 10, 10], [3, 0, 13, 10], [6, 0, 16, 10]], [0.9, 0.8, 0.7], [0, 2]),
    ],
)
def test_suppression(boxes: list[list[float]], scores: list[float], kept: list[int]) -> None:
    xyxy = np.array(boxes, np.float32).reshape(-1, 4)
    assert keep_best(xyxy, np.array(scores, np.float32), 0.3) == kept


def test_faces_are_in_pixels_of_the_original() -> None:
    boxes, points = np.array([[1, 2, 3, 4]], np.float32), np.full((1, 5, 2), 2, np.float32)
    (face,) = to_faces(boxes, np.array([1.01], np.float32), points, 0.5)
    assert face == FaceBox((2.0, 4.0, 6.0, 8.0), 1.0, ((4.0, 4.0),) * 5)
    assert all(type(v) is float for v in (*face.box_xyxy, face.score))
    (bare,) = to_faces(boxes, np.array([0.5]), None, 1.0)
    assert bare.landmarks_xy is None


@pytest.mark.parametrize(
    ('box', 'size'), [((0, 0, 4, 9), 6.0), ((5, 5, 5, 9), 0.0), ((5, 5, 4, 9), 0.0)]
)
def test_size(box: tuple[float, float, float, float], size: float) -> None:
    assert FaceBox(box, 1.0).size_px == size


@pytest.mark.parametrize(
    ('box', 'score', 'problem'),
    [
        pytest.param((140, 40, 80, 120), 0.9, 'is not x1, y1, x2, y2 in px', id='x, y, w, h'),
        pytest.param((np.nan,) * 4, 0.9, 'is not x1, y1', id='NaN'),
        pytest.param((-1e9, -1e9, 1e9, 1e9), 0.9, 'is not x1, y1', id='any amount of memory'),
        pytest.param((0.1, 0.2, 0.1, 0.4), 0.9, 'is not x1, y1', id='no area'),
        pytest.param((10, 10, 60, 60), 93.0, 'mine: score 93 is not 0..1', id='percent'),
        pytest.param((10, 10, 60, 60), np.nan, 'score nan', id='no score'),
    ],
)
def test_what_a_detector_must_not_give(box, score: float, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem) as error:
        check_faces([FaceBox(box, score)], 400, 300, 'mine')
    assert error.value.reason == 'bad_output'


def test_faces_in_the_image_are_kept() -> None:
    faces = [FaceBox((-20, -20, 40, 40), 1.0), FaceBox((390, 290, 480, 380), 0.1)]
    assert check_faces([*faces, FaceBox((-90, 0, -10, 80), 0.9)], 400, 300, 'mine') == faces
