# SPDX-License-Identifier: MIT
"""Crops: what they show, at borders too, and what their quality says."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from emotion_ros.perception.face.crop import (
    CROPS,
    FaceCrop,
    brighten,
    crop_aligned,
    crop_face,
    face_quality,
    relative_sharpness,
    sharpness,
)
from emotion_ros.perception.face.detectors.detector import FaceBox
from emotion_ros.perception.face.detectors.factory import KINDS


@pytest.fixture
def ramp() -> NDArray[np.uint8]:
    """Grey that grows by one per pixel to the right, 200 px wide."""
    return np.repeat(np.tile(np.arange(200, dtype=np.uint8), (100, 1))[:, :, None], 3, axis=2)


def test_every_detector_has_its_crop() -> None:
    assert set(CROPS) == set(KINDS) - {'auto'}


def test_within_the_image_the_crop_is_that_part_of_it(ramp: NDArray[np.uint8]) -> None:
    image = np.ascontiguousarray(ramp[:, :100] + ramp[:, :100].transpose(1, 0, 2))
    cut = crop_face(image, FaceBox((30, 20, 78, 68), 1.0), FaceCrop(1.0, 0.0, 0.0), grey=False)
    np.testing.assert_array_equal(cut, image[20:68, 30:78])


@pytest.mark.parametrize(
    ('crop', 'left', 'right'),
    [
        (FaceCrop(1.0, 0.0, 0.0), 76, 123),
        (FaceCrop(2.0, 0.0, 0.0), 52, 147),
        (FaceCrop(1.0, 0.5, 0.0), 100, 147),
        (FaceCrop(1.0, -0.5, 0.3), 52, 99),
    ],
)
def test_the_square_is_scaled_and_moved(
    ramp: NDArray[np.uint8], crop: FaceCrop, left: int, right: int
) -> None:
    cut = crop_face(ramp, FaceBox((76, 26, 124, 74), 1.0), crop)
    assert (cut.shape, cut.dtype) == ((48, 48), np.uint8)
    assert abs(int(cut[24, 0]) - left) <= 1
    assert abs(int(cut[24, -1]) - right) <= 1


@pytest.mark.parametrize('box', [(76, 14, 124, 86), (64, 26, 136, 74)])
def test_the_crop_of_an_oblong_box_is_a_square(
    ramp: NDArray[np.uint8], box: tuple[float, float, float, float]
) -> None:
    cut = crop_face(ramp, FaceBox(box, 1.0))
    assert int(cut[24, -1]) - int(cut[24, 0]) == pytest.approx(np.sqrt(48 * 72), abs=2)


@pytest.mark.parametrize(
    'box',
    [
        (-24, -24, 24, 24),
        (180, 80, 228, 128),
        (-500, -500, -400, -400),
        (900, 900, 948, 948),
        (-100, -100, 300, 300),
        (50, 50, 50, 50),
        (60, 60, 50, 50),
    ],
)
def test_promise_16_over_the_border_the_border_is_repeated(
    ramp: NDArray[np.uint8], box: tuple[float, float, float, float]
) -> None:
    cut = crop_face(ramp, FaceBox(box, 1.0))
    assert cut.shape == (48, 48)
    columns = np.clip(np.linspace(box[0], box[2], 48, endpoint=False), 0, 199)
    assert np.abs(cut.astype(int) - columns.round()).max() <= 6


def test_large_faces_are_averaged_not_sampled() -> None:
    stripes = np.zeros((480, 480, 3), np.uint8)
    stripes[:, ::2] = 255
    cut = crop_face(stripes, FaceBox((0, 0, 480, 480), 1.0))
    assert np.ptp(cut) <= 2 and 126 <= cut.mean() <= 129


def test_grey_is_luma() -> None:
    blue = np.zeros((60, 60, 3), np.uint8)
    blue[:, :, 0] = 255
    assert crop_face(blue, FaceBox((0, 0, 48, 48), 1.0)).mean() == pytest.approx(29, abs=1)


def picture(blur: float = 0.0, contrast: float = 1.0) -> NDArray[np.uint8]:
    """A busy grey crop, blurred over so many pixels."""
    noise = np.random.default_rng(0).normal(0, 1, (48, 48))
    smooth = cv2.GaussianBlur(noise, (0, 0), 1.0 + blur)
    return np.clip(127 + contrast * 40 * smooth / smooth.std(), 0, 255).astype(np.uint8)


def test_sharpness_falls_with_blur_and_ignores_contrast() -> None:
    values = [sharpness(picture(blur)) for blur in (0.0, 0.5, 1.0, 3.0)]
    assert values == sorted(values, reverse=True) and values[-1] > 0
    assert sharpness(picture(contrast=0.5)) == pytest.approx(values[0], rel=0.1)
    assert sharpness(np.full((48, 48), 90, np.uint8)) == 0.0


def box(side: float, score: float = 0.9) -> FaceBox:
    return FaceBox((0, 0, side, side), score)


@pytest.mark.parametrize(
    ('face', 'crop', 'quality'),
    [
        (box(100, score=0.0), picture(), 0.0),
        (box(0), picture(), 0.0),
        (box(100), np.zeros((48, 48), np.uint8), 0.0),
        (box(100, score=0.7), picture(), 0.7),
        (box(8, score=1.0), picture(), 0.5),
    ],
)
def test_quality_is_that_of_the_weakest_part(
    face: FaceBox, crop: NDArray[np.uint8], quality: float
) -> None:
    assert face_quality(face, relative_sharpness(crop)) == pytest.approx(quality)


def test_blur_lowers_quality() -> None:
    blurred, clear = (relative_sharpness(picture(blur=b)) for b in (6.0, 0.0))
    assert face_quality(box(100), blurred) < face_quality(box(100), clear)


@pytest.mark.parametrize('shape', [(48, 48), (48, 48, 3)])
def test_a_dark_image_is_made_as_bright_as_a_lit_one(shape: tuple[int, ...]) -> None:
    lit = np.random.default_rng(0).integers(0, 190, shape, np.uint8)
    assert brighten(lit) is lit
    again = brighten(lit // 8).astype(int)
    assert abs(np.percentile(again, 95) - 180) < 9
    assert np.abs(again - lit).max() < 16  # what // 8 has rounded off
    assert not brighten(np.zeros(shape, np.uint8)).any()


LEVEL = ((88.0, 42.0), (112.0, 42.0), (100.0, 52.0), (92.0, 62.0), (108.0, 62.0))


def tilted(ramp: NDArray[np.uint8], deg: float) -> tuple[NDArray[np.uint8], FaceBox]:
    """The ramp and a face in it, turned clockwise around the face's middle."""
    matrix = cv2.getRotationMatrix2D((100.0, 50.0), -deg, 1.0)
    points = np.array(LEVEL) @ matrix[:, :2].T + matrix[:, 2]
    turned = cv2.warpAffine(ramp, matrix, (200, 100), borderMode=cv2.BORDER_REPLICATE)
    landmarks = tuple((float(x), float(y)) for x, y in points)
    return np.asarray(turned, np.uint8), FaceBox((84, 34, 116, 66), 1.0, landmarks)


@pytest.mark.parametrize('deg', [-30.0, -9.0, 9.0, 15.0, 30.0])
@pytest.mark.parametrize('side', [48, 20])
def test_a_tilted_face_is_turned_until_its_eyes_are_level(
    ramp: NDArray[np.uint8], deg: float, side: int
) -> None:
    image, face = tilted(ramp, deg)
    upright = crop_face(ramp, face, CROPS['yunet'], side)
    found = crop_aligned(image, face, CROPS['yunet'], side)
    assert found is not None
    assert (found.shape, found.dtype) == ((side, side), np.uint8)
    assert np.abs(found.astype(int) - upright).max() <= 3
    coloured = crop_aligned(image, face, CROPS['yunet'], side, grey=False)
    assert coloured is not None
    assert np.abs(coloured[:, :, 0].astype(int) - found).max() <= 1


def test_a_level_face_and_one_without_landmarks_are_not_turned(ramp: NDArray[np.uint8]) -> None:
    image, face = tilted(ramp, 7.0)
    assert crop_aligned(image, face, CROPS['yunet']) is None
    assert crop_aligned(image, FaceBox(face.box_xyxy, 1.0), CROPS['yunet']) is None
    profile = FaceBox(face.box_xyxy, 1.0, ((100.0, 42.0), (100.2, 42.5), *LEVEL[2:]))
    assert crop_aligned(image, profile, CROPS['yunet']) is None
