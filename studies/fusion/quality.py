# SPDX-License-Identifier: MIT
"""Is quality useful as a factor of the weight?

``python -m studies.fusion.quality --data-folder DIR --json`` degrades validation faces and
utterances and compares the likelihood of the fused result with the quality that the robot
computes, and with one constant quality (the mean of clean input) for all. *ideal* is the constant
that would have fitted best, found with the labels: the mean that a perfect quality would have.
Pairs are label-matched: see ``training.fusion.pairs``.
"""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from scipy.optimize import minimize_scalar

from emotion_ros.core.evidence import FACE, TEXT
from emotion_ros.core.fusion.card import FusionCard, load_fusion_card, together
from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.face.crop import face_quality, relative_sharpness
from emotion_ros.perception.face.detectors.detector import FaceBox
from emotion_ros.perception.face.detectors.factory import make_detector
from emotion_ros.sessions import metrics
from studies.fusion.detected_faces import MAX_EXPONENT, best_exponent, by_score, detect_faces
from training.command import as_json, run
from training.face.data import SIDE, Faces
from training.fusion.pairs import Pairs, Weights, fuse_pairs, make_pairs
from training.fusion.predictions import (
    DETECTOR_SCORE,
    Images,
    Predictions,
    SentimentTable,
    ValidationSet,
    add_options,
    load_validation_set,
    observe_texts,
    predict_faces,
    text_predictions,
)
from training.fusion.weights import blur
from training.text.asr import spoken, with_word_errors

Perturbation = Callable[[Images], Images]

NOISE = 20.0
COUNT = 600
LEVELS = (0.25, 0.5, 0.75, 1.0)
"""Quality of utterances of one, two, three, and four or more known word pieces."""


def shrink(images: Images, side: int) -> Images:
    """Return faces that were ``side`` px large in the frame."""
    small = [cv2.resize(i, (side, side), interpolation=cv2.INTER_AREA) for i in images]
    return np.stack([cv2.resize(i, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR) for i in small])


def add_noise(images: Images, strength: float = NOISE) -> Images:
    """Return faces with sensor noise."""
    grain = np.random.default_rng(0).standard_normal(images.shape) * strength
    return np.clip(images + grain, 0, 255).astype(np.uint8)


FACE_CONDITIONS: dict[str, tuple[Perturbation, int]] = {
    'clean': (lambda images: images, SIDE),
    'blurred by 1 px': (lambda images: blur(images, 1.0), SIDE),
    'blurred by 2 px': (lambda images: blur(images, 2.0), SIDE),
    'blurred by 3 px': (lambda images: blur(images, 3.0), SIDE),
    '24 px large': (lambda images: shrink(images, 24), 24),
    '16 px large': (lambda images: shrink(images, 16), 16),
    '12 px large': (lambda images: shrink(images, 12), 12),
    'noisy': (add_noise, SIDE),
}
"""The perturbation of the faces, and the size in px that they then have in the frame."""


def perturb_faces(model: FaceClassifier, faces: Faces) -> dict[str, Predictions]:
    """Return the predictions for the faces in every condition."""
    results = {}
    for name, (perturb, side) in FACE_CONDITIONS.items():
        images = perturb(faces.images)
        box = FaceBox((0.0, 0.0, float(side), float(side)), DETECTOR_SCORE)
        quality = np.array([face_quality(box, relative_sharpness(image)) for image in images])
        results[name] = replace(predict_faces(model, images, faces.labels), quality=quality)
    return results


def perturb_texts(of: ValidationSet, table: SentimentTable) -> dict[str, Predictions]:
    """Return the predictions for the utterances in every condition."""
    rng = np.random.default_rng(0)
    rewrites: dict[str, Callable[[str], str]] = {
        'as spoken': spoken,
        '20 % word errors': lambda text: with_word_errors(spoken(text), 0.2, rng),
    }
    observations = {
        'as written': of.text_observations,
        **{
            name: observe_texts(of.text_pipeline, of.speech.texts, rewrite)
            for name, rewrite in rewrites.items()
        },
    }
    return {name: text_predictions(o, of.speech, table) for name, o in observations.items()}


def by_length(texts: Predictions) -> list[dict[str, float]]:
    """Return accuracy and best exponent of the utterances of each quality.

    ``ideal`` as in ``studies.fusion.detected_faces``, for text alone.
    """
    rows = [np.flatnonzero(texts.quality == quality) for quality in LEVELS]
    return [
        {
            'n': len(part),
            'quality': quality,
            'accuracy': float((texts.probabilities[part].argmax(1) == texts.labels[part]).mean()),
            'ideal': best_exponent(texts.probabilities[part], texts.labels[part]),
        }
        for quality, part in zip(LEVELS, rows, strict=True)
        if len(part)
    ]


def compare(
    faces: Predictions, texts: Predictions, weights: Weights, which: str, constant: float
) -> dict[str, float]:
    """Return the fused figures with the real quality of ``which`` and with a constant one."""
    pairs = make_pairs(faces, texts, np.random.default_rng(0), folds=1)
    degraded = faces if which == 'face' else texts

    def fused_nll(quality: float) -> float:
        flat = replace(degraded, quality=np.full(len(degraded), quality))
        return _nll(*((flat, texts) if which == 'face' else (faces, flat)), pairs, weights)

    ideal = minimize_scalar(fused_nll, bounds=(0.0, MAX_EXPONENT), method='bounded').x
    return {
        'n': len(pairs),
        'accuracy_alone': float((degraded.probabilities.argmax(axis=1) == degraded.labels).mean()),
        'quality': float(degraded.quality.mean()),
        'ideal': float(ideal),
        'nll_with_quality': _nll(faces, texts, pairs, weights),
        'nll_constant': fused_nll(constant),
        'nll_ideal': fused_nll(ideal),
    }


def _nll(faces: Predictions, texts: Predictions, pairs: Pairs, weights: Weights) -> float:
    return metrics.nll(fuse_pairs(faces, texts, pairs, [weights]), faces.labels[pairs.face])


def experiment(
    faces: Mapping[str, Predictions], texts: Mapping[str, Predictions], weights: Weights
) -> dict[str, Any]:
    """Return the comparison in every condition; the other input is clean."""
    clean, written = faces['clean'], texts['as written']
    usual_face, usual_text = float(clean.quality.mean()), float(written.quality.mean())
    return {
        'weights': {FACE: weights.face, TEXT: weights.text},
        'temperature': weights.temperature,
        'face': {n: compare(f, written, weights, 'face', usual_face) for n, f in faces.items()},
        'text': {n: compare(clean, t, weights, 'text', usual_text) for n, t in texts.items()},
        'text_by_length': by_length(written),
    }


def measure(of: ValidationSet, card: FusionCard, count: int) -> dict[str, Any]:
    """Run the experiment on ``count`` validation faces and all utterances."""
    order = np.random.default_rng(0).permutation(len(of.faces))
    some = of.faces.take(order[:count])
    texts = perturb_texts(of, card.sentiment_given_emotion)
    both = card.weights[together(FACE, TEXT)]
    weights = Weights(
        both[FACE],
        both[TEXT],
        card.temperature,
        solo=(card.weights[FACE][FACE], card.weights[TEXT][TEXT]),
    )
    detector = make_detector('auto')
    return {
        **experiment(perturb_faces(of.face_model, some), texts, weights),
        'detector': detector.name,
        'face_by_score': by_score(detect_faces(detector, of.face_model, some)),
    }


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog='python -m studies.fusion.quality', description=__doc__)
    add_options(parser)
    parser.add_argument('--faces', type=int, default=COUNT, help='how many')
    args = parser.parse_args(argv)
    card = load_fusion_card(args.card)
    print(as_json(measure(load_validation_set(args), card, args.faces)))


if __name__ == '__main__':
    run(main)
