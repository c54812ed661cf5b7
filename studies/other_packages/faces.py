# SPDX-License-Identifier: MIT
"""Faces: fer, and our pipeline with its detectors, on the same crops and the same frames."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from time import process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.figure import NotMeasured
from benchmarks.synthetic_frames import paint_heads, swaying, with_noise
from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.errors import MissingDependency
from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.detectors.detector import FaceBox, FaceDetector
from emotion_ros.perception.face.detectors.factory import KINDS, make_detector
from emotion_ros.perception.face.pipeline import FacePipeline
from emotion_ros.perception.image.decode import ImageArray
from studies.crop_and_detectors.frames.synthetic_frames import (
    HEIGHT,
    WIDTH,
    SyntheticFrame,
    load_public_test,
)
from studies.crop_and_detectors.trials.pipeline_trials import TrialRunner, synthetic_frames
from studies.other_packages.comparison import FaceRow
from studies.other_packages.package import Package
from training.face.data import Faces

COUNT = 300  # faces shown in frames
SIDE = 160  # px, of FER2013's square in the frame
TIMED = 90  # frames
FPS = 30.0
SURROUND = 'border'


@dataclass(frozen=True)
class FaceQuestion:
    """All of PublicTest as crops, some of it in frames, and frames for the speed."""

    crops: Faces
    shown: Faces
    speed: Sequence[ImageArray]

    def write(self, path: Path) -> None:
        """Write the question for a package; frames are grey, to be small."""
        frames = [frame.image[:, :, 0] for frame in self.frames()]
        np.savez(path, crops=self.crops.images, frames=frames, speed=self.speed)

    def frames(self) -> Sequence[SyntheticFrame]:
        """Return the frames with the shown faces, always the same."""
        return list(synthetic_frames(self.shown, SIDE, SURROUND))


def make_face_question(count: int = COUNT) -> FaceQuestion:
    """Return the question; ConfigError when the data is missing."""
    faces = load_public_test()
    speed = swaying(list(with_noise(paint_heads(WIDTH, HEIGHT, 1))))
    return FaceQuestion(faces, faces.take(np.arange(min(count, len(faces)))), speed)


def compare_faces(
    question: FaceQuestion, fer: Package, folder: Path
) -> tuple[list[FaceRow], list[str]]:
    """Return our rows, the default first, then that of fer; and what could not be measured."""
    rows, notes = our_rows(question), []
    path = folder / 'faces.npz'
    question.write(path)
    try:
        rows.append(fer_row(fer.ask(path), question))
    except NotMeasured as problem:
        notes.append(str(problem))
    return rows, notes


def our_rows(question: FaceQuestion) -> list[FaceRow]:
    """Return our default pipeline, then the one that searches every frame, per detector."""
    classifier = FaceClassifier.load()
    default = make_detector()
    runner = TrialRunner(default, classifier)
    crops = float(runner.is_right(question.crops, list(question.crops.images)).mean())
    rows = [our_row('emotion_ros', default, classifier, question, crops)]
    for kind in KINDS[1:]:
        try:
            detector = make_detector(kind)
        except MissingDependency:
            continue
        config = VisionConfig(detect_every=1)
        rows.append(
            our_row(f'{kind} in every frame', detector, classifier, question, None, config)
        )
    return rows


def our_row(
    name: str,
    detector: FaceDetector,
    classifier: FaceClassifier,
    question: FaceQuestion,
    crops: float | None,
    config: VisionConfig | None = None,
) -> FaceRow:
    """Return the figures of a detector with our classifier."""
    pipeline = FacePipeline(detector, classifier, config)
    trials = TrialRunner(detector, classifier, SURROUND).run(question.shown, SIDE)
    ms = mean_ms(lambda frame, n: pipeline.process(frame, n / FPS), question.speed)
    return FaceRow(name, crops, float(trials.found.mean()), float(trials.right.mean()), ms)


def mean_ms(process: Callable[[ImageArray, int], object], frames: Sequence[ImageArray]) -> float:
    """Return the mean processor time of a frame, in ms: not every one is searched for faces."""
    times_s = []
    for n in range(TIMED):
        began_s = process_time()
        process(frames[n % len(frames)], n)
        times_s.append(process_time() - began_s)
    return 1e3 * mean(times_s[TIMED // 3 :])


def fer_row(answer: Mapping[str, Any], question: FaceQuestion) -> FaceRow:
    """Return the figures of fer; NotMeasured when an answer is missing."""
    try:
        crops, frames = answer['crops'], answer['frames']
        name, ms = f'fer {answer["version"]}', float(answer['ms'])
    except (KeyError, TypeError, ValueError) as error:
        raise NotMeasured(f'fer: the answer lacks {error}') from error
    if len(crops) != len(question.crops) or len(frames) != len(question.shown):
        raise NotMeasured(f'fer: answered {len(crops)} crops and {len(frames)} frames')
    predicted = [
        hit_label(frame, found) for frame, found in zip(question.frames(), frames, strict=True)
    ]
    return FaceRow(
        name,
        accuracy(to_indices(crops), question.crops.labels),
        sum(label is not None for label in predicted) / len(predicted),
        accuracy(to_indices(predicted), question.shown.labels),
        ms,
    )


def hit_label(frame: SyntheticFrame, found: Sequence[Any]) -> str | None:
    """Return the label of the face in the frame; None when it was not found."""
    boxes = [FaceBox((x, y, x + w, y + h), 1.0) for (x, y, w, h), _ in found]
    hit = frame.best_hit(boxes)
    return None if hit is None else str(found[boxes.index(hit)][1])


def to_indices(labels: Sequence[str | None]) -> NDArray[np.integer]:
    """Return the indices of the emotions; -1 for any other label."""
    return np.array([EMOTIONS.index(e) if e in EMOTIONS else -1 for e in labels], int)


def accuracy(predicted: NDArray[np.integer], labels: NDArray[np.integer]) -> float:
    """Return the share (0..1) that is right."""
    return float(np.mean(predicted == labels))
