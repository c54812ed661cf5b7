# SPDX-License-Identifier: MIT
"""Image in, faces with emotions out: detect → track → crop → classify.

The vision node, the replay and the benchmarks share it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from time import perf_counter

import numpy as np

from emotion_ros.core.observations import FaceObservation, person_id_of
from emotion_ros.core.stamp_check import CLOCK_JUMP_S
from emotion_ros.core.state import NO_PROBABILITIES
from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.crop import AS_IS, CROP_SIDE, CROPS, crop_face, face_quality
from emotion_ros.perception.face.detectors.detector import FaceBox, FaceDetector
from emotion_ros.perception.face.detectors.factory import make_detector
from emotion_ros.perception.face.lip_activity import LipActivity
from emotion_ros.perception.face.template_tracker import TemplateTracker
from emotion_ros.perception.face.tracker import Box, FaceTracker
from emotion_ros.perception.image.decode import ImageArray, rotate_image

MAX_FACES = 16  # the best scores are kept; bounds the time that one image can take
FRAME_S = 0.03  # a little less than a frame of 30 Hz; slower cameras are searched more often


SelectPaused = Callable[[Sequence[str], float], Collection[str]]
"""Gets the person_ids in an image and its stamp (s); returns who may not be analysed."""


@dataclass(frozen=True)
class FaceReport:
    """The faces of one image, by id, and its size in px after ``rotate``.

    ``timings`` are the seconds per stage of ``process``, a deferred detection included.
    """

    faces: tuple[FaceObservation, ...]
    image_width: int
    image_height: int
    timings: Mapping[str, float]


class FacePipeline:
    """The state of one camera: tracked faces, and when the next detection is due.

    Give the images of one camera in order, from one thread. A backward jump of the clock resets
    it, so that a recording that is played again gives the same results. The faces of those whom
    ``select_paused`` returns are tracked, but not classified: their probabilities are NaN.
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
        self.select_paused: SelectPaused = lambda people, stamp_s: ()  # noqa: ARG005
        self.reset()

    def reset(self) -> None:
        """Drop every face, as after a backward jump of the clock or for another camera."""
        self._tracker = FaceTracker()
        self._templates = TemplateTracker()
        self._lips = LipActivity()
        self._until_detection = 0
        self._detected_s = float('-inf')
        self._has_lost_face = False
        self._deferred: ImageArray | None = None
        self._stamp_s = float('-inf')

    def process(self, image_bgr: ImageArray, stamp_s: float) -> FaceReport:
        """Return the faces in a BGR uint8 image, turned by ``rotate`` first.

        An image without faces gives none. InvalidInput('bad_output') when the network fails. The
        image must stay unchanged until ``run_deferred_detection`` or the next one.
        """
        start = self._clock()
        self.run_deferred_detection()
        if stamp_s < self._stamp_s - CLOCK_JUMP_S:
            self.reset()
        self._stamp_s = stamp_s
        image = rotate_image(image_bgr, self.config.rotate)
        height, width = image.shape[:2]
        faces = self._locate(image)
        tracks = self._tracker.update(
            [_relative_box(face, width, height) for face in faces], stamp_s
        )
        self._has_lost_face = len(self._tracker.tracks) > len(tracks)
        paused = self.select_paused([person_id_of(track.face_id) for track in tracks], stamp_s)
        not_analysed = [
            FaceObservation(track.face_id, track.box_xyxy, face.score, 0.0, NO_PROBABILITIES)
            for face, track in zip(faces, tracks, strict=True)
            if person_id_of(track.face_id) in paused
        ]
        if not_analysed:
            is_shown = [person_id_of(track.face_id) not in paused for track in tracks]
            faces, tracks = list(compress(faces, is_shown)), list(compress(tracks, is_shown))
        located = self._clock()
        side, _ = self.classifier.crop_size
        grey = getattr(self.classifier, 'colour', 'gray') == 'gray'
        crops = [crop_face(image, face, self._crop, side, grey=grey) for face in faces]
        grey_crops = crops  # of the size for which the quality was measured
        if not grey or side != CROP_SIDE:
            grey_crops = [crop_face(image, face, self._crop) for face in faces]
        rows = self.classifier.classify(np.stack(crops)) if crops else ()
        observations = [
            FaceObservation(
                face_id=track.face_id,
                box_xyxy=track.box_xyxy,
                detection_score=face.score,
                quality=face_quality(face, crop),
                probabilities=tuple(float(p) for p in row),
                speaking=self._lips.update(track.face_id, crop, stamp_s),
            )
            for face, track, crop, row in zip(faces, tracks, grey_crops, rows, strict=True)
        ]
        self._lips.keep(track.face_id for track in tracks)
        observations += not_analysed
        observations.sort(key=lambda observation: observation.face_id)
        timings = {'detect': located - start, 'classify': self._clock() - located}
        return FaceReport(tuple(observations), width, height, timings)

    def run_deferred_detection(self) -> None:
        """Detect in the last image if that was due but its faces could be tracked.

        ``process`` begins with it: a call between two images only takes the detection out of the
        time that an answer needs. The faces are tracked from there.
        """
        image, self._deferred = self._deferred, None
        if image is not None:
            self._detect(image)

    def _locate(self, image: ImageArray) -> list[FaceBox]:
        """Track the known faces; detect when one is lost, and in every n-th image, deferred.

        While a lost face may come back, every image is searched; when there is no face at all,
        every n-th at 30 Hz, and at lower rates as many a second.
        """
        tracked = self._templates.update(image) if self.config.detect_every > 1 else None
        is_due = self._until_detection <= 0 or self._has_lost_face
        since_s = self._stamp_s - self._detected_s
        if tracked is None or (
            not tracked and (is_due or since_s >= self.config.detect_every * FRAME_S)
        ):
            return self._detect(image)
        if is_due:
            self._deferred = image
        self._until_detection -= 1
        return tracked

    def _detect(self, image: ImageArray) -> list[FaceBox]:
        self._templates = TemplateTracker()  # if detection fails, the next image begins with it
        faces = [
            face for face in self.detector.detect(image) if face.size_px >= self.config.min_face_px
        ][:MAX_FACES]
        self._templates.init(image, faces)
        self._detected_s = self._stamp_s
        self._until_detection = self.config.detect_every - 1
        return faces


def make_face_pipeline(config: VisionConfig, threads: int = 2) -> FacePipeline:
    """Build detector and classifier as configured; their EmotionRosErrors pass."""
    detector = make_detector(config.face_detector, config.detector_model, config.detect_width)
    classifier = FaceClassifier.load(config.face_model, config.device, threads)
    return FacePipeline(detector, classifier, config)


def _relative_box(face: FaceBox, width: int, height: int) -> Box:
    """Return the box as fractions of the image, clipped at its border."""
    sides = zip(face.box_xyxy, (width, height, width, height), strict=True)
    x1, y1, x2, y2 = (min(max(value / side, 0.0), 1.0) for value, side in sides)
    return x1, y1, x2, y2
