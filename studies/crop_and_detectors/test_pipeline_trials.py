# SPDX-License-Identifier: MIT
"""Faces before the real pipeline: what is found, what is cut out, what counts."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from emotion_ros.perception.face.crop import AS_IS, CROPS, FaceCrop, crop_face
from emotion_ros.perception.face.detectors.detector import FaceBox
from emotion_ros.perception.face.detectors.haar import Haar
from studies.crop_and_detectors.frames.synthetic_frames import (
    GREY,
    SURROUNDS,
    SyntheticFrame,
    paste,
)
from studies.crop_and_detectors.live_crop import crops_around, deal, score_sizes
from studies.crop_and_detectors.trials.pipeline_trials import TrialRunner, synthetic_frames
from training.face.data import Faces

PORTRAIT = Path(__file__).parents[2] / 'config/demo/astronaut.jpg'


class Brightness:
    """Judges a crop by its brightness: class 0 is dark, 6 is bright."""

    crop_size = (48, 48)

    def classify(self, crops):
        return np.eye(7)[(crops.mean(axis=(1, 2)) // 37).astype(int)]


class Watched(Brightness):
    """Keeps what it is asked to judge."""

    def __init__(self):
        self.crops = []

    def classify(self, crops):
        self.crops.append(crops)
        return super().classify(crops)


class SquareFinder:
    """Boxes whatever is not background, the box lying so that ``crop`` cuts out all of it."""

    def __init__(self, crop: FaceCrop = AS_IS, darkest: int = 0, name: str = 'exact'):
        self.crop, self.darkest, self.name = crop, darkest, name

    def detect(self, image_bgr):
        face = np.argwhere(image_bgr[:, :, 0] != GREY)
        if not len(face) or image_bgr[tuple(face[0])][0] < self.darkest:
            return []
        (top, left), (bottom, right) = face.min(axis=0), face.max(axis=0) + 1
        size = (right - left) / self.crop.scale
        x = (left + right) / 2 - self.crop.offset_x * size
        y = (top + bottom) / 2 - self.crop.offset_y * size
        return [FaceBox((x - size / 2, y - size / 2, x + size / 2, y + size / 2), 0.9)]


def flat_faces(*levels, labels=None):
    images = np.array([np.full((48, 48), level, np.uint8) for level in levels])
    count = len(levels)
    labels = np.array([level // 37 for level in levels] if labels is None else labels, int)
    return Faces(
        images.reshape(-1, 48, 48), labels, np.zeros((count, 7), np.float32), np.ones(count)
    )


def busy_face(seed=0):
    """A face-sized picture without the background's grey."""
    rough = np.random.default_rng(seed).normal(0, 1, (48, 48))
    smooth = cv2.GaussianBlur(rough, (0, 0), 1.5)
    return np.clip(185 + 25 * smooth / smooth.std(), GREY + 1, 255).astype(np.uint8)


def test_no_faces_are_no_trials():
    trials = TrialRunner(SquareFinder(), Brightness(), 'grey').run(flat_faces(), 64)
    assert len(trials.labels) == len(trials.found) == len(trials.right) == 0


def test_every_face_has_its_row_found_or_not():
    faces = flat_faces(20, 130, 200, labels=[0, 3, 0])
    trials = TrialRunner(SquareFinder(darkest=50), Brightness(), 'grey').run(faces, 64)
    assert trials.found.tolist() == [False, True, True]
    assert trials.right.tolist() == [False, True, False]
    assert trials.own.tolist() == trials.square.tolist() == [True, True, False]
    assert np.isnan(trials.quality[0]) and np.isnan(trials.live[0]).all()


def test_the_pipeline_forgets_one_face_before_the_next():
    trials = TrialRunner(SquareFinder(darkest=50), Brightness(), 'grey').run(
        flat_faces(200, 20, 200), 64
    )
    assert trials.found.tolist() == [True, False, True]


def test_a_bad_camera_is_in_front_of_the_pipeline_and_of_the_square():
    def inverted(frame, _rng):
        return np.where(frame == GREY, frame, 255 - frame).astype(np.uint8)

    trials = TrialRunner(SquareFinder(), Brightness(), 'grey').run(flat_faces(200), 64, inverted)
    assert (trials.own[0], trials.square[0], trials.right[0]) == (True, False, False)


@pytest.mark.parametrize('side', [48, 96, 160, 200])
@pytest.mark.parametrize('kind', CROPS)
def test_a_perfect_box_gives_the_datasets_own_crop(kind, side):
    face = busy_face()
    frame = paste(face, side, np.random.default_rng(4))
    (box,) = SquareFinder(CROPS[kind]).detect(frame.image)
    crop = crop_face(frame.image, box, CROPS[kind])
    # a square that lies off by 3 % of its side differs by some 10 levels
    assert np.abs(crop.astype(int) - face).mean() < 2.0
    assert np.array_equal(crop, crop_face(frame.image, frame.square))


@pytest.mark.parametrize('kind', CROPS)
def test_the_classifier_of_the_pipeline_sees_the_datasets_own_crop(kind):
    faces, classifier = flat_faces(200), Watched()
    faces.images[0] = busy_face()
    TrialRunner(SquareFinder(CROPS[kind], name=kind), classifier, 'grey').run(faces, 128)
    assert np.abs(classifier.crops[0][0].astype(int) - faces.images[0]).mean() < 2.0


def test_cut_judges_found_faces_once_per_crop():
    faces = flat_faces(20, 250)
    crops = {'whole': AS_IS, 'too wide': FaceCrop(3.0, 0.0, 0.0)}
    right = TrialRunner(SquareFinder(darkest=50), Brightness(), 'grey').crop(faces, 96, crops)
    assert {name: row.tolist() for name, row in right.items()} == {
        'whole': [True],
        'too wide': [False],
    }


@pytest.mark.parametrize('surround', SURROUNDS)
def test_scenes_of_one_size_are_the_same_for_every_camera(surround):
    faces = flat_faces(200, 130)
    plain = synthetic_frames(faces, 64, surround)
    halved = synthetic_frames(faces, 64, surround, lambda frame, rng: frame // 2)
    for frame, dark in zip(plain, halved, strict=True):
        assert (frame.left, frame.top, frame.side) == (dark.left, dark.top, dark.side)
        assert np.array_equal(dark.image, frame.image // 2)


@pytest.mark.parametrize('side', [48, 200])
def test_the_surround_changes_nothing_but_the_surround(side):
    face = busy_face()
    grey, border = (paste(face, side, np.random.default_rng(4), s) for s in SURROUNDS)
    assert grey.square == border.square
    inside = [crop_face(frame.image, frame.square, side=side) for frame in (grey, border)]
    assert np.array_equal(*inside)
    assert (grey.image == GREY).mean() > 0.5 > 0.01 > (border.image == GREY).mean()


def test_beyond_a_border_the_surround_is_like_the_border():
    face = np.repeat(np.linspace(120, 240, 48)[None], 48, axis=0).astype(np.uint8)
    frame = paste(face, 96, np.random.default_rng(4), 'border')
    middle, right = frame.top + 48, frame.left + 96
    assert int(frame.image[middle, frame.left - 8, 0]) == pytest.approx(122, abs=8)
    assert int(frame.image[middle, right + 8, 0]) == pytest.approx(238, abs=8)


def test_haar_finds_a_real_face_at_its_place():
    portrait = cv2.imread(str(PORTRAIT), cv2.IMREAD_GRAYSCALE)
    (box, *_) = Haar().detect(cv2.cvtColor(portrait, cv2.COLOR_GRAY2BGR))
    face = crop_face(cv2.cvtColor(portrait, cv2.COLOR_GRAY2BGR), box, CROPS['haar'])
    faces = Faces(face[None], np.zeros(1, int), np.zeros((1, 7), np.float32), np.ones(1))
    trials = TrialRunner(Haar(), Brightness()).run(faces, 160)
    assert trials.found.all() and trials.quality[0] > 0.1


def test_sizes_are_scored_one_by_one_and_together():
    trials = TrialRunner(SquareFinder(darkest=50), Brightness(), 'grey')
    rows = score_sizes({64: trials.run(flat_faces(20), 64), 96: trials.run(flat_faces(200), 96)})
    assert {name: row.recall for name, row in rows.items()} == {
        '64 px': 0.0,
        '96 px': 1.0,
        'all': 0.5,
    }


def test_faces_are_dealt_without_repeating_while_they_last():
    hands = deal(flat_faces(0, 1, 2, 3, 4), 2, 3)
    assert [hand.images[:, 0, 0].tolist() for hand in hands] == [[0, 1], [2, 3], [4, 0]]


def test_the_crop_in_use_comes_first():
    crops = crops_around(CROPS['yunet'])
    assert next(iter(crops.values())) == CROPS['yunet']
    assert crops['box as it is'] == AS_IS
    assert crops['× 0.9'].scale == pytest.approx(0.9 * CROPS['yunet'].scale)


def test_the_square_is_where_the_face_was_pasted():
    assert SyntheticFrame(np.empty(0), 10, 20, 64).square.box_xyxy == (10, 20, 74, 84)
