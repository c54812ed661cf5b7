# SPDX-License-Identifier: MIT
"""Detect → track → crop → classify, with small real parts in place of networks."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from emotion_ros.errors import InvalidInput
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.crop import CROPS, crop_aligned
from emotion_ros.perception.face.detectors.detector import FaceBox
from emotion_ros.perception.face.pipeline import MAX_FACES, FacePipeline, make_face_pipeline

Box = tuple[float, float, float, float]


class Finding:
    """A detector that returns the given faces, image after image (the last for ever)."""

    name = 'yunet'

    def __init__(self, *found: Sequence[Box]) -> None:
        self.found = list(found)
        self.calls = 0

    def detect(self, image_bgr: NDArray[np.uint8]) -> list[FaceBox]:
        boxes = self.found[min(self.calls, len(self.found) - 1)]
        self.calls += 1
        return [FaceBox(box, 0.9) for box in boxes]


class Brightness:
    """A classifier whose belief in 'angry' is the brightness of the crop."""

    crop_size = (48, 48)

    def __init__(self) -> None:
        self.batches: list[int] = []

    def classify(self, crops: NDArray[np.uint8]) -> NDArray[np.float64]:
        self.batches.append(len(crops))
        angry = crops.mean(axis=(1, 2))[:, None] / 255
        return np.concatenate([angry, np.repeat((1 - angry) / 6, 6, axis=1)], axis=1)


class Broken(Brightness):
    """A classifier that has gone mad."""

    def classify(self, crops: NDArray[np.uint8]) -> NDArray[np.float64]:
        raise InvalidInput('bad_output', 'NaN')


class FindingInHalf(Finding):
    """A detector that finds its faces only in a bright image of half its width."""

    detect_width = 640

    def detect(self, image_bgr: NDArray[np.uint8]) -> list[FaceBox]:
        if image_bgr.shape != (240, 320, 3) or image_bgr.mean() < 60:
            return []
        return super().detect(image_bgr)


LEFT, RIGHT = (100.0, 100.0, 180.0, 180.0), (400.0, 200.0, 480.0, 280.0)


def scene() -> NDArray[np.uint8]:
    """A textured image, 640x480, dark on the left and bright on the right."""
    noise = np.random.default_rng(0).integers(0, 140, (60, 80, 3), np.uint8)
    noise[:, 40:] += 110
    return cv2.resize(noise, (640, 480), interpolation=cv2.INTER_LINEAR)


def moving(k: int) -> NDArray[np.uint8]:
    """The scene while a camera turns to the left."""
    return np.roll(scene(), 6 * k, axis=1)


def pipeline(*found: Sequence[Box], **options: object) -> FacePipeline:
    return FacePipeline(Finding(*found), Brightness(), VisionConfig(**options))  # type: ignore[arg-type]


def searched(*found: Sequence[Box], every: int = 3) -> tuple[FacePipeline, Finding]:
    detector = Finding(*found)
    return FacePipeline(detector, Brightness(), VisionConfig(detect_every=every)), detector  # type: ignore[arg-type]


def test_nobody_is_an_empty_report() -> None:
    vision = pipeline([])
    report = vision.process(scene(), 0.0)
    assert report.faces == ()
    assert (report.image_width, report.image_height) == (640, 480)
    assert vision.classifier.batches == []  # type: ignore[attr-defined]


def test_a_dark_image_is_searched_again_in_half_the_width_and_brightened() -> None:
    half = tuple(edge / 2 for edge in LEFT)
    vision = FacePipeline(FindingInHalf([half]), Brightness())  # type: ignore[arg-type]
    (face,) = vision.process(scene() // 10, 0.0).faces
    np.testing.assert_allclose(face.box_xyxy, (100 / 640, 100 / 480, 180 / 640, 180 / 480))
    assert face.probabilities[0] > 0.2  # the crop is brightened too: without, 0.03


def test_one_face() -> None:
    (face,) = pipeline([LEFT]).process(scene(), 0.0).faces
    assert face.face_id == 1
    np.testing.assert_allclose(face.box_xyxy, (100 / 640, 100 / 480, 180 / 640, 180 / 480))
    assert face.detection_score == 0.9
    assert 0 <= face.quality <= 0.9  # noise may look like a face that is turned
    assert len(face.probabilities) == 7
    assert sum(face.probabilities) == pytest.approx(1)


def test_each_face_gets_its_own_probabilities_in_one_batch() -> None:
    vision = pipeline([RIGHT, LEFT], [LEFT, RIGHT], detect_every=1)
    for stamp_s in (0.0, 0.5):
        faces = vision.process(scene(), stamp_s).faces
        assert [face.face_id for face in faces] == [1, 2]
        assert faces[0].probabilities[0] > 0.6 > 0.5 > faces[1].probabilities[0]
        assert faces[0].box_xyxy[0] == 400 / 640
    assert vision.classifier.batches == [4]  # type: ignore[attr-defined]


@pytest.mark.parametrize('every', [1, 2, 3, 5])
def test_detection_runs_on_every_nth_image(every: int) -> None:
    vision, detector = searched([LEFT], every=every)
    for k in range(15):
        assert len(vision.process(moving(k), k / 30).faces) == 1
    vision.run_deferred()
    assert detector.calls == -(-15 // every)


@pytest.mark.parametrize('every', [2, 3, 5])
def test_where_nothing_changes_it_runs_on_a_fifth_of_these(every: int) -> None:
    noise = np.random.default_rng(0)
    vision, detector = searched([LEFT], every=every)
    for k in range(60):
        image = cv2.add(scene(), noise.integers(0, 6, (480, 640, 3), np.uint8))
        assert len(vision.process(image, k / 30).faces) == 1
    vision.run_deferred()
    assert detector.calls == pytest.approx(60 / (5 * every), abs=1)


def test_who_comes_into_a_still_scene_is_searched_at_once() -> None:
    vision, detector = searched([LEFT], [LEFT, RIGHT])
    other = scene()
    other[200:280, 400:480] //= 2
    counts = [len(vision.process(scene(), k / 30).faces) for k in range(12)]
    counts += [len(vision.process(other, k / 30).faces) for k in range(12, 14)]
    assert counts == 13 * [1] + [2]
    assert detector.calls == 2


def test_a_known_face_is_answered_before_its_image_is_searched() -> None:
    vision, detector = searched([LEFT])
    calls = []
    for k in range(7):
        vision.process(moving(k), k / 30)
        calls.append(detector.calls)
        vision.run_deferred()
    assert calls == [1, 1, 1, 1, 2, 2, 2]
    assert detector.calls == 3


@pytest.mark.parametrize('every', [1, 2, 3])
def test_when_it_catches_up_makes_no_difference(every: int) -> None:
    moving = [np.roll(scene(), 3 * k, axis=1) for k in range(9)]
    found = [LEFT], [LEFT, RIGHT], [RIGHT], []
    (at_once, one), (later, other) = searched(*found, every=every), searched(*found, every=every)
    for k, image in enumerate(moving):
        first = at_once.process(image, k / 30)
        at_once.run_deferred()
        # since Python 3.13 a dataclass with a NaN is not equal to its copy
        assert repr(later.process(image, k / 30).faces) == repr(first.faces)
    later.run_deferred()
    assert one.calls == other.calls > 2


@pytest.mark.parametrize('every', [1, 3])
def test_located_while_the_one_before_is_classified_it_gives_the_same(every: int) -> None:
    found = [LEFT], [LEFT, RIGHT], [RIGHT], []
    (in_turn, _), (ahead, _) = searched(*found, every=every), searched(*found, every=every)
    stamps = [*np.arange(9) / 30, 0.0, 1 / 30]  # the clock jumps back by less than CLOCK_JUMP_S
    stamps += [-5.0, -4.9]  # and by more
    moving = [np.roll(scene(), 3 * k, axis=1) for k in range(len(stamps))]
    images = list(zip(moving, stamps, strict=True))
    reports = [in_turn.process(image, stamp_s).faces for image, stamp_s in images]
    located = [ahead.locate(image, stamp_s) for image, stamp_s in images]
    assert repr([ahead.classify(faces).faces for faces in located]) == repr(reports)
    assert len({len(faces) for faces in reports}) == 3


def test_who_joins_is_seen_in_the_image_after_the_search() -> None:
    vision, _ = searched([LEFT], [LEFT, RIGHT])
    assert [len(vision.process(moving(k), k / 30).faces) for k in range(5)] == [1, 1, 1, 1, 2]


def test_with_nobody_known_the_search_comes_first() -> None:
    vision, detector = searched([], [LEFT])
    assert [len(vision.process(moving(k), k / 30).faces) for k in range(5)] == [0, 0, 0, 1, 1]
    assert detector.calls == 2


DARK = np.zeros((480, 640, 3), np.uint8)


class Watching(Finding):
    """Finds the given faces in every image that is not black."""

    def detect(self, image_bgr: NDArray[np.uint8]) -> list[FaceBox]:
        faces = super().detect(image_bgr)
        return faces if image_bgr.any() else []


@pytest.mark.parametrize(
    ('rate', 'lit'),
    [
        pytest.param(10, '10111', id='one dark image'),
        pytest.param(30, '10111', id='one dark image at 30 Hz'),
        pytest.param(30, '101010101', id='every other image dark'),
        pytest.param(5, '1101111011110111', id='one in five dark'),
        pytest.param(30, '1' + 15 * '0' + '11', id='half a second dark'),
        pytest.param(10, '0011', id='a dark start'),
        pytest.param(5, 20 * '0' + '11', id='somebody comes, 5 Hz'),
        pytest.param(1, 7 * '0' + '11', id='somebody comes, 1 Hz'),
        pytest.param(0.2, '00011', id='somebody comes, 0.2 Hz'),
    ],
)
@pytest.mark.parametrize('every', [1, 2, 3])
def test_an_image_after_one_without_a_face_is_searched(rate: float, lit: str, every: int) -> None:
    vision = FacePipeline(Watching([LEFT]), Brightness(), VisionConfig(detect_every=every))  # type: ignore[arg-type]
    images = [scene() if c == '1' else DARK for c in lit]
    reports = [vision.process(image, 50.0 + k / rate) for k, image in enumerate(images)]
    assert ''.join(str(len(report.faces)) for report in reports) == lit


@pytest.mark.parametrize(('rate', 'searches'), [(60, 20), (30, 10), (15, 8), (10, 10), (5, 5)])
def test_an_empty_room_costs_no_more_searches_a_second_than_at_30_hz(
    rate: int, searches: int
) -> None:
    vision, detector = searched([])
    for k in range(10 * rate):
        vision.process(moving(k), 50.0 + k / rate)
    assert detector.calls == pytest.approx(10 * searches, rel=0.1)


def test_a_lost_face_is_searched_while_another_is_in_view() -> None:
    vision, _ = searched([LEFT, RIGHT], [LEFT], [LEFT], [LEFT, RIGHT], every=10)
    hidden = scene()
    hidden[:, 320:] = 0
    images = [scene(), hidden, hidden, scene(), scene(), scene()]
    counts = [len(vision.process(image, k / 30).faces) for k, image in enumerate(images)]
    assert counts == [2, 1, 1, 1, 2, 2]


def test_after_a_search_that_failed_comes_another() -> None:
    vision, detector = searched([LEFT])
    for k in range(4):
        vision.process(moving(k), k / 30)
    detector.found = []  # nothing to take: an IndexError
    for k in range(4, 7):
        with pytest.raises(IndexError):
            vision.process(moving(k), k / 30)


def test_between_detections_the_box_follows_the_face() -> None:
    vision = pipeline([LEFT], detect_every=10)
    for k in range(5):
        (face,) = vision.process(np.roll(scene(), 8 * k, axis=1), k / 30).faces
        assert face.face_id == 1
        assert face.box_xyxy[0] == pytest.approx((100 + 8 * k) / 640, abs=0.004)


@pytest.mark.parametrize(
    'other', [np.zeros((480, 640, 3), np.uint8), np.zeros((240, 320, 3), np.uint8)]
)
def test_a_lost_face_is_searched_at_once(other: NDArray[np.uint8]) -> None:
    vision, detector = searched([LEFT], [], [LEFT], every=10)
    assert len(vision.process(scene(), 0.0).faces) == 1
    assert vision.process(other, 0.1).faces == ()
    assert detector.calls == 2


def test_small_faces_are_left_out() -> None:
    boxes = [LEFT, (300.0, 300.0, 323.0, 323.0)]
    assert len(pipeline(boxes, min_face_px=24).process(scene(), 0.0).faces) == 1
    assert len(pipeline(boxes, min_face_px=20).process(scene(), 0.0).faces) == 2


def test_a_crowd_is_bounded() -> None:
    crowd = [(10.0 * k, 10.0, 10.0 * k + 40, 50.0) for k in range(60)]
    assert len(pipeline(crowd).process(scene(), 0.0).faces) == MAX_FACES


def test_boxes_stay_inside_the_image() -> None:
    (face,) = pipeline([(-20.0, 400.0, 80.0, 500.0)]).process(scene(), 0.0).faces
    assert face.box_xyxy == (0.0, 400 / 480, 80 / 640, 1.0)


def test_the_image_is_turned_first() -> None:
    report = pipeline([LEFT], rotate=90).process(scene(), 0.0)
    assert (report.image_width, report.image_height) == (480, 640)
    assert report.faces[0].box_xyxy[0] == 100 / 480


def test_promise_41_a_mad_network_is_a_named_refusal_and_not_the_end() -> None:
    vision = FacePipeline(Finding([LEFT]), Broken())  # type: ignore[arg-type]
    for stamp_s in (0.0, 0.1):
        with pytest.raises(InvalidInput) as error:
            vision.process(scene(), stamp_s)
        assert error.value.reason == 'bad_output'
    vision.classifier = Brightness()  # type: ignore[assignment]
    assert vision.process(scene(), 0.2).faces[0].face_id == 1


def test_reset_forgets_everybody() -> None:
    vision = pipeline([LEFT, RIGHT], [RIGHT])
    vision.process(scene(), 100.0)
    vision.reset()
    (face,) = vision.process(scene(), 1.0).faces
    assert (face.face_id, face.box_xyxy[0]) == (1, 400 / 640)


def test_promise_63_a_recording_played_again_gives_the_same() -> None:
    vision = pipeline([LEFT, RIGHT], [LEFT], [RIGHT])
    rounds = []
    for _ in range(2):
        vision.detector.calls = 0  # type: ignore[attr-defined]
        reports = [vision.process(scene(), 100.0 + k) for k in range(3)]
        rounds.append([[(f.face_id, f.box_xyxy) for f in r.faces] for r in reports])
    assert rounds[0] == rounds[1]


def test_timings_are_seconds_per_stage() -> None:
    ticks = iter((10.0, 10.5, 11.75))
    vision = FacePipeline(Finding([LEFT]), Brightness(), clock=lambda: next(ticks))  # type: ignore[arg-type]
    assert vision.process(scene(), 0.0).timings == {'detect': 0.5, 'classify': 1.25}


def test_promise_55_the_same_images_give_the_same_report() -> None:
    runs = []
    for _ in range(2):
        vision = pipeline([LEFT, RIGHT])
        reports = [vision.process(np.roll(scene(), 3 * k, axis=1), k / 30) for k in range(6)]
        runs.append([[(f.face_id, f.box_xyxy, f.quality) for f in r.faces] for r in reports])
    assert runs[0] == runs[1]


class Redness(Brightness):
    """A classifier of colour crops, larger than those by which the quality is measured."""

    crop_size = (64, 64)
    colour = 'rgb'

    def classify(self, crops: NDArray[np.uint8]) -> NDArray[np.float64]:
        assert crops.shape[1:] == (64, 64, 3)
        return super().classify(crops[..., 2])


def test_a_network_for_colours_gets_colours_and_the_quality_stays() -> None:
    image = scene()
    image[..., 2] = 255
    vision = FacePipeline(Finding([LEFT]), Redness())  # type: ignore[arg-type]
    (face,) = vision.process(image, 0.0).faces
    assert face.probabilities[0] == 1.0
    (grey,) = pipeline([LEFT]).process(image, 0.0).faces
    assert face.quality == grey.quality


class Tilted(Finding):
    """A detector that sees every face tilted by 20 degrees."""

    def detect(self, image_bgr: NDArray[np.uint8]) -> list[FaceBox]:
        """Return the boxes with landmarks."""
        eyes = ((410.0, 210.0), (447.6, 223.7))
        found = super().detect(image_bgr)
        return [replace(face, landmarks_xy=(*eyes, *eyes, *eyes)) for face in found]


class Recorded(Brightness):
    """A classifier that keeps its crops."""

    def classify(self, crops: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Keep and classify."""
        self.crops = crops
        return super().classify(crops)


def test_the_network_gets_tilted_faces_aligned() -> None:
    image = scene()
    level, tilted = (FacePipeline(detector([RIGHT]), Recorded()) for detector in (Finding, Tilted))
    reports = [line.process(image, 0.0) for line in (level, tilted)]
    before, after = (line.classifier.crops[0].astype(int) for line in (level, tilted))
    assert np.abs(before - after).max() > 20
    expected = crop_aligned(image, Tilted([RIGHT]).detect(image)[0], CROPS['yunet'])
    np.testing.assert_array_equal(after, expected)
    assert reports[0].faces[0].sharpness == reports[1].faces[0].sharpness


def test_a_changed_width_reaches_the_detector() -> None:
    pipeline = make_face_pipeline(VisionConfig(face_detector='haar', detect_width=320))
    pipeline.configure(VisionConfig(face_detector='haar', detect_width=160))
    assert pipeline.detector.detect_width == 160
    assert pipeline.process(np.zeros((480, 640, 3), np.uint8), 1.0).faces == ()
