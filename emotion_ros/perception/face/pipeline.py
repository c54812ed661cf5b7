# SPDX-License-Identifier: MIT
"""Image in, faces with emotions out: detect → track → crop → classify.

Shared by the vision node, the replay and the benchmarks, so that all of them see the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from emotion_ros.core.observations import FaceObservation
from emotion_ros.core.stamp_check import CLOCK_JUMP_S
from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.crop import AS_IS, CROPS, crop_face, face_quality
from emotion_ros.perception.face.detectors.detector import FaceBox, FaceDetector
from emotion_ros.perception.face.detectors.factory import make_detector
from emotion_ros.perception.face.template_tracker import FaceFollower
from emotion_ros.perception.face.tracker import Box, FaceTrack, FaceTracker
from emotion_ros.perception.image.decode import ImageArray, rotate_image

MAX_FACES = 16  # the surest are kept; bounds the time that one image can take


@dataclass(frozen=True)
class FaceReport:
    """What one image showed, faces by id.

    ``timings`` in seconds per stage: what ``process`` took, a search that was left to it included.
    """

    faces: tuple[FaceObservation, ...]
    image_width: int
    image_height: int
    timings: Mapping[str, float]


class FacePipeline:
    """Holds the state of one camera: known faces, and when to search again.

    Give the images of one camera in order, from one thread. A jump back of the clock makes it
    start anew, so that a recording that is played again gives the same.
    """

    def __init__(
        self,
        detector: FaceDetector,
        classifier: FaceClassifier,
        config: VisionConfig | None = None,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self.detector = detector
        self.classifier = classifier
        self.config = config or VisionConfig()
        self._crop = CROPS.get(detector.name, AS_IS)
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        """Forget every face, as for a clock that jumped back or another camera."""
        self._tracker = FaceTracker()
        self._follower = FaceFollower()
        self._until_detection = 0
        self._unsearched: ImageArray | None = None
        self._stamp_s = float('-inf')

    def process(self, image_bgr: ImageArray, stamp_s: float) -> FaceReport:
        """Return the faces in a BGR uint8 image, turned by ``rotate`` first.

        Nobody in view gives no faces. InvalidInput('bad_output') when the network fails. The
        image must stay as it is until ``catch_up`` or the next one.
        """
        start = self._clock()
        self.catch_up()
        if stamp_s < self._stamp_s - CLOCK_JUMP_S:
            self.reset()
        self._stamp_s = stamp_s
        upright = rotate_image(image_bgr, self.config.rotate)
        boxes = self._find_faces(upright)
        tracks = self._track(upright, boxes, stamp_s)
        found = self._clock()
        results = self._classify(upright, boxes, tracks)
        timings = {'detect': found - start, 'classify': self._clock() - found}
        height, width = upright.shape[:2]
        return FaceReport(results, width, height, timings)

    def catch_up(self) -> None:
        """Search the last image if its turn had come and following was enough to answer it.

        ``process`` does so too: called between two images it only takes the search out of the
        time that an answer takes. What it finds is followed from there.
        """
        image, self._unsearched = self._unsearched, None
        if image is not None:
            self._search(image)

    def _find_faces(self, image: ImageArray) -> list[FaceBox]:
        """Follow the known faces while that works; search when lost, and every n-th image."""
        followed = self._follower.follow(image) if self.config.detect_every > 1 else None
        is_due = self._until_detection <= 0
        if followed is None or (is_due and not followed):
            return self._search(image)
        if is_due:
            self._unsearched = image
        self._until_detection -= 1
        return followed

    def _search(self, image: ImageArray) -> list[FaceBox]:
        self._follower = FaceFollower()  # should the search fail, the next image begins with one
        faces = [
            face for face in self.detector.detect(image) if face.size_px >= self.config.min_face_px
        ][:MAX_FACES]
        self._follower.remember(image, faces)
        self._until_detection = self.config.detect_every - 1
        return faces

    def _track(self, image: ImageArray, faces: list[FaceBox], stamp_s: float) -> list[FaceTrack]:
        boxes = [_normalise(face.box_xyxy, image) for face in faces]
        return self._tracker.update(boxes, stamp_s)

    def _classify(
        self, image: ImageArray, faces: list[FaceBox], tracks: list[FaceTrack]
    ) -> tuple[FaceObservation, ...]:
        side, _ = self.classifier.crop_size
        crops = [crop_face(image, face, self._crop, side) for face in faces]
        if not crops:
            return ()
        rows = self.classifier.classify(np.stack(crops))
        results = [
            FaceObservation(
                face_id=track.face_id,
                box_xyxy=track.box_xyxy,
                detection_score=face.score,
                quality=face_quality(face, crop),
                probabilities=tuple(float(p) for p in row),
            )
            for face, track, crop, row in zip(faces, tracks, crops, rows, strict=True)
        ]
        return tuple(sorted(results, key=lambda result: result.face_id))


def make_face_pipeline(config: VisionConfig) -> FacePipeline:
    """Build detector and classifier as configured; every EmotionRosError of theirs passes."""
    detector = make_detector(config.face_detector, config.detector_model, config.detect_width)
    return FacePipeline(detector, FaceClassifier.load(config.face_model, config.device), config)


def _normalise(box_xyxy: Box, image: ImageArray) -> Box:
    """Return a box in pixels as fractions of the image, cut at its border."""
    height, width = image.shape[:2]
    x1, y1, x2, y2 = box_xyxy
    return _clip(x1 / width), _clip(y1 / height), _clip(x2 / width), _clip(y2 / height)


def _clip(value: float) -> float:
    return min(max(value, 0.0), 1.0)
