# SPDX-License-Identifier: MIT
"""Is quality worth its place as a factor of the weight?

``python -m training.fusion.quality --data-folder DIR --json`` spoils validation faces and
utterances and compares the likelihood of the fused result with the quality that the robot would
compute, and with one constant quality (the mean of unspoilt input) for all. *ideal* is the one
constant that would have fitted best, found with the labels: what a perfect quality would say on
average. Pairs are label-matched: see ``training.fusion.matched``.
"""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from scipy.optimize import minimize_scalar

from emotion_ros.core.evidence import FACE, TEXT
from emotion_ros.core.fusion.card import FusionCard, load_fusion_card
from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.face.crop import face_quality
from emotion_ros.perception.face.detectors.detector import FaceBox
from emotion_ros.perception.face.detectors.factory import make_detector
from training import metrics
from training.command import as_json, log, run
from training.face.data import SIDE, Faces
from training.fusion.beliefs import (
    DETECTOR_SCORE,
    Beliefs,
    Images,
    SentimentTable,
    believe,
    hear,
    see,
)
from training.fusion.found_faces import MOST_FACTOR, best_exponent, by_score, find
from training.fusion.matched import Pairs, Weights, fuse, pair
from training.fusion.validation import Validation, add_options, load_validation
from training.fusion.weights import blur, by_name
from training.text.asr import spoken, with_word_errors

Spoil = Callable[[Images], Images]

NOISE = 20.0
COUNT = 600
LEVELS = (0.25, 0.5, 0.75, 1.0)
"""Qualities of utterances of one, two, three and more known pieces of words."""


def shrink(images: Images, side: int) -> Images:
    """Return faces that were ``side`` px large in the frame."""
    small = [cv2.resize(i, (side, side), interpolation=cv2.INTER_AREA) for i in images]
    return np.stack([cv2.resize(i, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR) for i in small])


def add_noise(images: Images, strength: float = NOISE) -> Images:
    """Return faces with the grain of a dark room."""
    grain = np.random.default_rng(0).standard_normal(images.shape) * strength
    return np.clip(images + grain, 0, 255).astype(np.uint8)


SPOILT_FACES: dict[str, tuple[Spoil, int]] = {
    'clean': (lambda images: images, SIDE),
    'blurred by 1 px': (lambda images: blur(images, 1.0), SIDE),
    'blurred by 2 px': (lambda images: blur(images, 2.0), SIDE),
    'blurred by 3 px': (lambda images: blur(images, 3.0), SIDE),
    '24 px large': (lambda images: shrink(images, 24), 24),
    '16 px large': (lambda images: shrink(images, 16), 16),
    '12 px large': (lambda images: shrink(images, 12), 12),
    'noisy': (add_noise, SIDE),
}
"""How to spoil faces, and how large they then were in the frame, in px."""


def spoil_faces(model: FaceClassifier, faces: Faces) -> dict[str, Beliefs]:
    """Return what the model says of the faces in every condition."""
    spoilt = {}
    for name, (spoil, side) in SPOILT_FACES.items():
        images = spoil(faces.images)
        box = FaceBox((0.0, 0.0, float(side), float(side)), DETECTOR_SCORE)
        quality = np.array([face_quality(box, image) for image in images])
        spoilt[name] = replace(see(model, images, faces.labels), quality=quality)
    return spoilt


def spoil_words(of: Validation, table: SentimentTable) -> dict[str, Beliefs]:
    """Return what the model says of the utterances in every condition."""
    rng = np.random.default_rng(0)
    rewrites: dict[str, Callable[[str], str]] = {
        'as spoken': spoken,
        '20 % word errors': lambda text: with_word_errors(spoken(text), 0.2, rng),
    }
    heard = {n: hear(of.pipeline, of.speech.texts, rewrite) for n, rewrite in rewrites.items()}
    heard = {'as written': of.heard, **heard}
    return {name: believe(h, of.speech, table) for name, h in heard.items()}


def by_length(texts: Beliefs) -> list[dict[str, float]]:
    """Return what utterances of each quality are worth; below 1 it counts the pieces of words.

    ``ideal`` as in ``training.fusion.found_faces``: words alone, all emotions as often as said.
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
    faces: Beliefs, texts: Beliefs, weights: Weights, which: str, constant: float
) -> dict[str, float]:
    """Return the fused figures with the real quality of ``which`` and with a constant one."""
    pairs = pair(faces, texts, np.random.default_rng(0), folds=1)
    spoilt = faces if which == 'face' else texts

    def fused_nll(quality: float) -> float:
        flat = replace(spoilt, quality=np.full(len(spoilt), quality))
        return _nll(*((flat, texts) if which == 'face' else (faces, flat)), pairs, weights)

    ideal = minimize_scalar(fused_nll, bounds=(0.0, MOST_FACTOR), method='bounded').x
    return {
        'n': len(pairs),
        'accuracy_alone': float((spoilt.probabilities.argmax(axis=1) == spoilt.labels).mean()),
        'quality': float(spoilt.quality.mean()),
        'ideal': float(ideal),
        'nll_with_quality': _nll(faces, texts, pairs, weights),
        'nll_constant': fused_nll(constant),
        'nll_ideal': fused_nll(ideal),
    }


def _nll(faces: Beliefs, texts: Beliefs, pairs: Pairs, weights: Weights) -> float:
    return metrics.nll(fuse(faces, texts, pairs, [weights]), faces.labels[pairs.face])


def experiment(
    faces: Mapping[str, Beliefs], texts: Mapping[str, Beliefs], weights: Weights
) -> dict[str, Any]:
    """Return the comparison in every condition; the other source is as it should be."""
    clean, written = faces['clean'], texts['as written']
    usual_face, usual_text = float(clean.quality.mean()), float(written.quality.mean())
    return {
        'weights': by_name((weights.face, weights.text)),
        'temperature': weights.temperature,
        'face': {n: compare(f, written, weights, 'face', usual_face) for n, f in faces.items()},
        'text': {n: compare(clean, t, weights, 'text', usual_text) for n, t in texts.items()},
        'text_by_length': by_length(written),
    }


def measure(of: Validation, card: FusionCard, count: int) -> dict[str, Any]:
    """Run the experiment on ``count`` validation faces and all utterances."""
    some = of.some_faces(count)
    texts = spoil_words(of, card.sentiment_given_emotion)
    weights = Weights(
        card.weights[FACE],
        card.weights[TEXT],
        card.temperature,
        alone=(card.solo_weights[FACE], card.solo_weights[TEXT]),
    )
    detector = make_detector('auto')
    return {
        **experiment(spoil_faces(of.model, some), texts, weights),
        'detector': detector.name,
        'face_by_score': by_score(find(detector, of.model, some)),
    }


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog='python -m training.fusion.quality', description=__doc__)
    add_options(parser)
    parser.add_argument('--faces', type=int, default=COUNT, help='how many')
    args = parser.parse_args(argv)
    result = measure(load_validation(args), load_fusion_card(args.card), args.faces)
    if not args.json:
        log(as_table(result))
    print(as_json(result))


def as_table(result: Mapping[str, Any]) -> str:
    """Return the comparisons as lines for people."""
    return '\n'.join(
        f'{source} {name:<18}' + ''.join(f'  {key} {value:.3f}' for key, value in of.items())
        for source in ('face', 'text')
        for name, of in result[source].items()
    )


if __name__ == '__main__':
    run(main)
