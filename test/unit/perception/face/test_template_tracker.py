# SPDX-License-Identifier: MIT
"""Following: the box goes where the face goes, and a lost face is admitted."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from emotion_ros.perception.face.detectors.detector import FaceBox
from emotion_ros.perception.face.template_tracker import TemplateTracker, to_small_grey

FACE = FaceBox((200.0, 150.0, 280.0, 240.0), 0.9, ((220.0, 180.0),) * 5)


def scene(seed: int = 0) -> NDArray[np.uint8]:
    """A textured image, 640x480."""
    noise = np.random.default_rng(seed).integers(0, 256, (60, 80, 3), np.uint8)
    return cv2.resize(noise, (640, 480), interpolation=cv2.INTER_CUBIC)


def small(image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """What the tracker takes of an image of 640 px, or of another."""
    grey = to_small_grey(image)
    return grey, grey.shape[1] / image.shape[1]


def tracking(*faces: FaceBox, image: NDArray[np.uint8] | None = None) -> TemplateTracker:
    tracker = TemplateTracker()
    tracker.init(*small(scene() if image is None else image), list(faces))
    return tracker


def test_nobody_is_followed_to_nowhere() -> None:
    assert tracking().update(*small(scene())) == []


def test_before_any_detection_everything_is_lost() -> None:
    assert TemplateTracker().update(*small(scene())) is None


def test_a_still_face_stays_exactly() -> None:
    tracker = tracking(FACE)
    for _ in range(5):
        assert tracker.update(*small(scene())) == [FACE]


@pytest.mark.parametrize('step', [(10, 0), (-6, 8), (0, -30), (30, 30)])
def test_box_and_landmarks_move_with_the_picture(step: tuple[int, int]) -> None:
    tracker = tracking(FACE)
    for k in (1, 2):
        (face,) = tracker.update(*small(np.roll(scene(), (k * step[1], k * step[0]), (0, 1)))) or [
            None
        ]
        assert face is not None
        moved = np.array(face.box_xyxy) - FACE.box_xyxy
        np.testing.assert_allclose(moved, k * np.array(step * 2), atol=2)
        assert face.landmarks_xy is not None
        np.testing.assert_allclose(face.landmarks_xy[0], (220 + moved[0], 180 + moved[1]))
        assert face.score == FACE.score


def test_a_face_that_creeps_is_not_left_behind() -> None:
    """Red when SAME_PLACE is 0.5: after a while it would be lost instead."""
    tracker = tracking(FACE)
    for px in range(2, 22, 2):
        (face,) = tracker.update(*small(np.roll(scene(), px, 1))) or [None]
        assert face is not None and face.box_xyxy[0] == pytest.approx(200 + px, abs=1e-6)


def test_a_move_out_of_the_near_search_is_found_even_where_all_looks_alike() -> None:
    """Red when _find takes a best match on the border of the near window."""
    smooth = cv2.GaussianBlur(scene(), (0, 0), 30)
    image = cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX)
    tracker = tracking(FACE, image=image)
    (face,) = tracker.update(*small(np.roll(image, 16, 1))) or [None]
    assert face is not None and face.box_xyxy[0] == pytest.approx(216, abs=2)


def test_two_faces_keep_their_order() -> None:
    other = FaceBox((400.0, 300.0, 460.0, 360.0), 0.8)
    faces = tracking(FACE, other).update(*small(np.roll(scene(), 4, 1)))
    assert faces is not None
    assert [face.score for face in faces] == [0.9, 0.8]
    assert faces[0].box_xyxy[0] == pytest.approx(204) and faces[1].box_xyxy[0] == pytest.approx(
        404
    )


LOST = [
    ('another picture', scene(1)),
    ('darkness', np.zeros((480, 640, 3), np.uint8)),
    ('a leap', np.roll(scene(), 200, 1)),
    ('another size', cv2.resize(scene(), (320, 240))),
]


@pytest.mark.parametrize('image', [image for _, image in LOST], ids=[name for name, _ in LOST])
def test_lost_is_none(image: NDArray[np.uint8]) -> None:
    assert tracking(FACE).update(*small(image)) is None


def test_one_lost_face_of_two_is_lost() -> None:
    image = scene()
    image[290:370, 390:470] = 0
    other = FaceBox((400.0, 300.0, 460.0, 360.0), 0.8)
    assert tracking(FACE, other).update(*small(image)) is None


@pytest.mark.parametrize(
    'box', [(-30.0, -30.0, 40.0, 50.0), (600.0, 440.0, 700.0, 520.0), (0.0, 0.0, 640.0, 480.0)]
)
def test_faces_at_the_border(box: tuple[float, float, float, float]) -> None:
    (face,) = tracking(FaceBox(box, 0.9)).update(*small(scene())) or [None]
    assert face is not None
    np.testing.assert_allclose(face.box_xyxy, box, atol=1e-6)


@pytest.mark.parametrize('box', [(10.0, 10.0, 14.0, 14.0), (9e3, 9e3, 9.1e3, 9.1e3), (5.0,) * 4])
def test_nothing_to_follow_is_lost(box: tuple[float, float, float, float]) -> None:
    assert tracking(FaceBox(box, 0.9)).update(*small(scene())) is None
