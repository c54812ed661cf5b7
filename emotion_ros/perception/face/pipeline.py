# SPDX-License-Identifier: MIT
"""Image in, faces with emotions out: detect → track → crop → classify.

The vision node, the replay and the benchmarks share it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from math import inf
from time import perf_counter

import cv2
import numpy as np

from emotion_ros.core.observations import FaceObservation, person_id_of
from emotion_ros.core.stamp_check import CLOCK_JUMP_S
from emotion_ros.core.state import NO_PROBABILITIES
from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.crop import (
    AS_IS,
    CROP_SIDE,
    CROPS,
    brighten,
    crop_aligned,
    crop_face,
)
from emotion_ros.perception.face.detectors.detector import FaceBox, FaceDetector, check_faces
from emotion_ros.perception.face.detectors.factory import make_detector
from emotion_ros.perception.face.lip_activity import LipActivity
from emotion_ros.perception.face.motion_detector import MotionDetector
from emotion_ros.perception.face.quality import FaceMeter
from emotion_ros.perception.face.template_tracker import WIDTH, TemplateTracker, to_small_grey
from emotion_ros.perception.face.tracker import Box, FaceTrack, FaceTracker
from emotion_ros.perception.face.view_average import ViewAverage
from emotion_ros.perception.image.decode import ImageArray
from emotion_ros.perception.image.frame import ArrayFrame, Frame

MAX_FACES = 16  # the best scores are kept; bounds the time that one image can take
FRAME_S = 0.03  # a little less than a frame of 30 Hz; slower cameras are searched more often
STILL_FACTOR = 5  # while nothing changes, searches are so much rarer


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


@dataclass(frozen=True, eq=False)
class LocatedFaces:
    """The faces of one image before they are classified, with all that this needs.

    ``faces``: box, track, crop for the classifier and grey crop of each; ``start_s`` and
    ``located_s``: when locating began and ended.
    """

    stamp_s: float
    width: int
    height: int
    faces: Sequence[tuple[FaceBox, FaceTrack, ImageArray, ImageArray]]
    not_analysed: Sequence[FaceObservation]
    start_s: float
    located_s: float


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
        # Those of users need not have these attributes.
        self._detect_width: float = getattr(detector, 'detect_width', inf)
        self._is_grey = getattr(classifier, 'colour', 'gray') == 'gray'
        self._clock = clock
        self.select_paused: SelectPaused = lambda people, stamp_s: ()  # noqa: ARG005
        self.reset()

    def reset(self) -> None:
        """Drop every face, as after a backward jump of the clock or for another camera."""
        self._reset_tracks()
        self._lips = LipActivity()
        self._meter = FaceMeter()
        self._views = ViewAverage(lambda crops: self.classifier.classify(crops))

    def _reset_tracks(self) -> None:
        self._tracker = FaceTracker()
        self._templates = TemplateTracker()
        self._motion = MotionDetector()
        self._images_since = 0
        self._detected_s = -inf
        self._has_lost_face = False
        self._crop_width = 0.0
        self._deferred: tuple[Frame, ImageArray, float] | None = None
        self._stamp_s = -inf

    def configure(self, config: VisionConfig) -> None:
        """Take over changed dynamic options; from any thread, from the next image on."""
        factor = config.detect_width / self.config.detect_width
        if factor != 1.0 and self._detect_width < inf:
            self._detect_width = round(self._detect_width * factor)
            self.detector.detect_width = self._detect_width  # type: ignore[attr-defined]
        self.config = config

    def process(self, image: ImageArray | Frame, stamp_s: float) -> FaceReport:
        """Return the faces in an image (BGR uint8, turned by ``rotate`` first) or a frame.

        An image without faces gives none. InvalidInput('bad_output') when the network fails. The
        image must stay unchanged until ``run_deferred`` or the next one.
        """
        return self.classify(self.locate(image, stamp_s))

    def locate(self, image: ImageArray | Frame, stamp_s: float) -> LocatedFaces:
        """Do the first half of ``process``.

        The halves share nothing: while an image is classified in one thread, the next one may be
        located in another.
        """
        start = self._clock()
        if stamp_s < self._stamp_s - CLOCK_JUMP_S:
            self._reset_tracks()  # what is older than its last image, the second half takes as new
        self._search_deferred()
        self._stamp_s = stamp_s
        frame = image if isinstance(image, Frame) else ArrayFrame(image, self.config.rotate)
        faces = self._locate(frame)
        tracks = self._tracker.update(
            [_relative_box(face, frame.width, frame.height) for face in faces], stamp_s
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
        return LocatedFaces(
            stamp_s,
            frame.width,
            frame.height,
            tuple(zip(faces, tracks, *self._crop_faces(frame, faces), strict=True)),
            not_analysed,
            start,
            located,
        )

    def classify(self, located: LocatedFaces) -> FaceReport:
        """Do the second half of ``process``; give the images in order here as well."""
        self._views.run_deferred()
        stamp_s, width, height = located.stamp_s, located.width, located.height
        ids = [track.face_id for _, track, _, _ in located.faces]
        crops = [brighten(crop) for _, _, crop, _ in located.faces]
        rows = self._views.update(ids, crops, stamp_s)
        observations = list(located.not_analysed)
        for (face, track, _, grey_crop), row in zip(located.faces, rows, strict=True):
            size = width, height
            measured = self._meter.update(track.face_id, face, grey_crop, size, stamp_s)
            observation = FaceObservation(
                face_id=track.face_id,
                box_xyxy=track.box_xyxy,
                detection_score=face.score,
                quality=measured.quality,
                probabilities=tuple(row.tolist()),
                yaw=measured.yaw,
                roll=measured.roll,
                exposure=measured.exposure,
                occlusion=measured.occlusion,
                sharpness=measured.sharpness,
                speaking=self._lips.update(track.face_id, grey_crop, stamp_s),
            )
            observations.append(observation)
        self._lips.keep(ids)
        self._meter.keep(ids)
        observations.sort(key=lambda observation: observation.face_id)
        detect_s = located.located_s - located.start_s
        timings = {'detect': detect_s, 'classify': self._clock() - located.located_s}
        return FaceReport(tuple(observations), width, height, timings)

    def run_deferred(self) -> None:
        """Do in the last image what was due, but not needed for its answer.

        A detection while the faces could be tracked, and the classification of still faces.
        ``process`` begins with it: a call between two images only takes that out of the time that
        an answer needs. The faces are tracked from there.
        """
        self._views.run_deferred()
        self._search_deferred()

    def _search_deferred(self) -> None:
        deferred, self._deferred = self._deferred, None
        if deferred is not None:
            self._detect(*deferred)

    def _locate(self, frame: Frame) -> list[FaceBox]:
        """Track the known faces; detect when one is lost and, deferred, when it is due.

        While a lost face may come back, every image is searched.
        """
        self._images_since += 1
        may_track = self.config.detect_every > 1
        # What a search or the crops will need is decoded at once, if it can be foreseen.
        will_search = self._has_lost_face or not may_track or self._is_due()
        width = max(WIDTH, self._crop_width, self._detect_width if will_search else 0.0)
        if will_search:
            frame.pixels(width)
        grey = to_small_grey(frame.pixels(width, grey=self._is_grey))
        self._motion.update(grey)
        scale = grey.shape[1] / frame.width
        tracked = self._templates.update(grey, scale) if may_track else None
        is_due = self._has_lost_face or self._is_due()
        if tracked is None or (not tracked and is_due):
            return self._detect(frame, grey, scale)
        if is_due:
            self._deferred = frame, grey, scale
        return tracked

    def _is_due(self) -> bool:
        """Return whether it is time for a search: more seldom while nothing changes."""
        images = self.config.detect_every * (1 if self._motion.has_changed else STILL_FACTOR)
        since_s = self._stamp_s - self._detected_s
        return self._images_since >= images or since_s >= images * FRAME_S

    def _detect(self, frame: Frame, grey: ImageArray, scale: float) -> list[FaceBox]:
        self._templates = TemplateTracker()  # if detection fails, the next image begins with it
        faces = self._search(frame)
        self._templates.init(grey, scale, faces)
        self._motion.mark_searched()
        self._detected_s = self._stamp_s
        self._images_since = 0
        return faces

    def _search(self, frame: Frame) -> list[FaceBox]:
        """Return the faces; without any, those in half the width, brightened.

        Noise averages out there, so faces in little light are found for a quarter more work.
        """
        pixels = frame.pixels(self._detect_width)
        width, height = pixels.shape[1], pixels.shape[0]
        found = check_faces(self.detector.detect(pixels), width, height, self.detector.name)
        if not found and self._detect_width < inf:
            few = max(1, round(min(width, self._detect_width) / 2))
            size = few, max(1, round(few * height / width))
            small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
            faces = self.detector.detect(brighten(small))
            checked = check_faces(faces, few, size[1], self.detector.name)
            found = [face.scaled(width / few) for face in checked]
        faces = [face.scaled(frame.width / width) for face in found]
        return [face for face in faces if face.size_px >= self.config.min_face_px][:MAX_FACES]

    def _crop_faces(
        self, frame: Frame, faces: Sequence[FaceBox]
    ) -> tuple[list[ImageArray], list[ImageArray]]:
        """Return the crops for the classifier, aligned, and grey ones of CROP_SIDE as they are."""
        if not faces:
            return [], []
        side, _ = self.classifier.crop_size
        smallest = self._crop.scale * min(face.size_px for face in faces)
        self._crop_width = frame.width * max(side, CROP_SIDE) / max(smallest, 1.0)
        pixels = frame.pixels(self._crop_width, grey=self._is_grey)
        here = [face.scaled(pixels.shape[1] / frame.width) for face in faces]
        crops = [crop_face(pixels, face, self._crop, side, grey=self._is_grey) for face in here]
        grey_crops = crops
        if not self._is_grey or side != CROP_SIDE:
            grey_crops = [crop_face(pixels, face, self._crop) for face in here]
        aligned = [crop_aligned(pixels, f, self._crop, side, grey=self._is_grey) for f in here]
        pairs = zip(aligned, crops, strict=True)
        return [plain if level is None else level for level, plain in pairs], grey_crops


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
