# SPDX-License-Identifier: MIT
"""Runs the real face pipeline on synthetic frames with one face each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import nan

import numpy as np

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.observations import FaceObservation
from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.crop import FaceCrop, crop_face
from emotion_ros.perception.face.detectors.detector import FaceBox, FaceDetector
from emotion_ros.perception.face.pipeline import FacePipeline
from emotion_ros.perception.image.decode import ImageArray
from studies.crop_and_detectors.frames.corruption import Corruption
from studies.crop_and_detectors.frames.synthetic_frames import HEIGHT, WIDTH, SyntheticFrame, paste
from studies.crop_and_detectors.trials.crop_score import Bools, Trials
from training.face.data import Faces

BATCH = 64
MISSED = FaceObservation(0, (nan,) * 4, nan, nan, (nan,) * len(EMOTIONS))


class TrialRunner:
    """The pipeline of one detector and classifier.

    Faces of one size always lie at the same places, whichever pipeline processes them.
    """

    def __init__(
        self, detector: FaceDetector, classifier: FaceClassifier, surround: str = 'border'
    ) -> None:
        self.detector = detector
        self._surround = surround
        self._classifier = classifier
        self._pipeline = FacePipeline(detector, classifier, VisionConfig(detect_every=1))

    def run(self, faces: Faces, side: int, camera: Corruption | None = None) -> Trials:
        """Return the results on the faces, enlarged to ``side`` px."""
        squares, seen = [], []
        for frame in synthetic_frames(faces, side, self._surround, camera):
            squares.append(crop_face(frame.image, frame.square))
            seen.append(self.observe(frame))
        return Trials(
            labels=faces.labels,
            own=self.is_right(faces, list(faces.images)),
            square=self.is_right(faces, squares),
            live=np.array([face.probabilities for face in seen]).reshape(-1, len(EMOTIONS)),
            quality=np.array([face.quality for face in seen]),
        )

    def crop(self, faces: Faces, side: int, crops: Mapping[str, FaceCrop]) -> dict[str, Bools]:
        """Return, for every crop, which of the found faces were classified correctly."""
        found: list[int] = []
        cuts: dict[str, list[ImageArray]] = {name: [] for name in crops}
        for i, frame in enumerate(synthetic_frames(faces, side, self._surround)):
            hit = frame.best_hit(self.detector.detect(frame.image))
            if hit is None:
                continue
            found.append(i)
            for name, crop in crops.items():
                cuts[name].append(crop_face(frame.image, hit, crop))
        those = faces.take(np.array(found, int))
        return {name: self.is_right(those, row) for name, row in cuts.items()}

    def observe(self, frame: SyntheticFrame) -> FaceObservation:
        """Return the pipeline's observation of the face; ``MISSED`` when it is not found."""
        self._pipeline.reset()
        seen = self._pipeline.process(frame.image, 0.0).faces
        boxes = [_to_box(face) for face in seen]
        hit = frame.best_hit(boxes)
        return MISSED if hit is None else seen[boxes.index(hit)]

    def is_right(self, faces: Faces, crops: Sequence[ImageArray]) -> Bools:
        """Return which crops, one per face, are classified correctly."""
        starts = range(0, len(crops), BATCH)
        parts = [self._classifier.classify(np.stack(crops[i : i + BATCH])) for i in starts]
        predicted = [part.argmax(axis=1) for part in parts]
        return np.asarray(np.concatenate([np.empty(0, int), *predicted]) == faces.labels, np.bool_)


def synthetic_frames(
    faces: Faces, side: int, surround: str, camera: Corruption | None = None
) -> Iterator[SyntheticFrame]:
    """Yield one frame per face, ``side`` px large."""
    place, grain = np.random.default_rng(side).spawn(2)
    for face in faces.images:
        frame = paste(face, side, place, surround)
        yield replace(frame, image=camera(frame.image, grain)) if camera else frame


def _to_box(face: FaceObservation) -> FaceBox:
    x1, y1, x2, y2 = face.box_xyxy
    box = (x1 * WIDTH, y1 * HEIGHT, x2 * WIDTH, y2 * HEIGHT)
    return FaceBox(box, face.detection_score)
