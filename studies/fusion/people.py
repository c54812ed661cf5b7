# SPDX-License-Identifier: MIT
"""Do the discounts for talking and resting faces help?

``python -m studies.fusion.people --data-folder DIR --json`` lets validation faces talk (the lower
part of the crop moves down, and a dark mouth opens) and measures the accuracy with every share of
the discount; and it plays sequences to the fusion with and without a resting face, of people
whose face at rest looks angry or sad (a part of that emotion is mixed into every frame), and of
people as they are.

Measured: the discount for talking makes the accuracy of talking faces worse (0.594 without it,
0.583 with half of it), so there is none. A resting face of 45 % anger: 0.25 right without the
baseline, 0.43 with it; of 45 % sadness 0.27 and 0.47; people as they are 0.62 and 0.64.
"""

import argparse
from typing import Any

import cv2
import numpy as np

from emotion_ros.core.emotions import EMOTIONS, Emotion
from emotion_ros.core.people.resting_face import RestingFace
from training.command import as_json, run
from training.fusion.predictions import (
    Floats,
    Images,
    Predictions,
    ValidationSet,
    add_options,
    load_validation_set,
    predict_faces,
)
from training.fusion.synthetic_sequences import Sequences, make_sequences

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
OPENINGS = (0.03, 0.07, 0.1)
"""How far the mouth opens, as a share of the crop."""
MOUTH_Y, MOUTH_HALF_WIDTH = 0.76, 0.15
SPEAKING = 0.8
FACES = 1500
SEQUENCES = 24
FROWN = 0.45
"""The share of the emotion at rest in every frame."""


def open_mouth(image: Images, opening: float) -> Images:
    """Return a face whose chin is lower, with a dark mouth of that height (share of the crop)."""
    side = image.shape[0]
    top, gap = round(MOUTH_Y * side), max(round(opening * side), 1)
    moved = image.copy()
    moved[top + gap :] = image[top : side - gap]
    moved[top : top + gap] = image[top]
    dark = float(image[top - 2 : top + 2].mean()) * 0.35
    axes = round(MOUTH_HALF_WIDTH * side), max(round(gap * 0.6), 1)
    centre = side // 2, top + gap // 2
    cv2.ellipse(moved, centre, axes, 0, 0, 360, dark, cv2.FILLED, cv2.LINE_AA)
    return cv2.GaussianBlur(moved, (0, 0), 0.5)


def talking(of: ValidationSet, rng: np.random.Generator) -> dict[str, Any]:
    """Return the accuracy of talking faces per share of the discount, and what it costs."""
    rows = rng.choice(len(of.faces.images), FACES, replace=False)
    labels = of.faces.labels[rows]
    still = of.face_predictions.take(rows)
    frames = [
        predict_faces(
            of.face_model, np.stack([open_mouth(i, o) for i in of.faces.images[rows]]), labels
        ).probabilities
        for o in OPENINGS
    ]
    return {
        'still': _accuracy(still.probabilities, labels),
        'share': {
            f'{share:g}': _accuracy(
                np.concatenate([_discounted(frame, share) for frame in frames]),
                np.tile(labels, len(frames)),
            )
            for share in SHARES
        },
    }


def _discounted(probabilities: Floats, share: float) -> Floats:
    """Let what an open mouth looks like count less while a person talks."""
    scaled = probabilities.copy()
    scaled[:, [Emotion.HAPPY, Emotion.SURPRISE]] *= 1.0 - share * SPEAKING
    return np.asarray(scaled / scaled.sum(axis=1, keepdims=True))


def _accuracy(probabilities: Floats, labels: Any) -> dict[str, float]:
    found = probabilities.argmax(axis=1)
    recalls = [np.mean(found[labels == i] == i) for i in range(len(EMOTIONS))]
    mouth = np.isin(labels, (Emotion.HAPPY, Emotion.SURPRISE))
    likelihood = probabilities[np.arange(len(labels)), labels]
    return {
        'accuracy': float(np.mean(found == labels)),
        'uar': float(np.mean(recalls)),
        'nll': float(-np.log(np.maximum(likelihood, 1e-6)).mean()),
        'falsely_happy_or_surprised': float(
            np.isin(found[~mouth], (Emotion.HAPPY, Emotion.SURPRISE)).mean()
        ),
    }


def resting(sequences: Sequences) -> dict[str, Any]:
    """Return the accuracy per frame after the learning, with and without the discount."""
    results: dict[str, Any] = {}
    for name, emotion in (('as they are', None), ('angry', Emotion.ANGRY), ('sad', Emotion.SAD)):
        before, after = [], []
        for plan, frames in zip(sequences.plans, sequences.one_face, strict=True):
            truth = np.array([s.emotion for s in plan.segments])[plan.segment]
            shown = _with_frown(frames, emotion)
            face = RestingFace()
            pairs = zip(plan.at_s.tolist(), shown.tolist(), strict=True)
            learned = np.array([face.discount(p, at_s) for at_s, p in pairs])
            counts = (plan.at_s > 10.0) & (truth != (-1 if emotion is None else emotion))
            before.append(shown[counts].argmax(axis=1) == truth[counts])
            after.append(learned[counts].argmax(axis=1) == truth[counts])
        results[name] = {
            'without': float(np.concatenate(before).mean()),
            'with': float(np.concatenate(after).mean()),
        }
    return results


def _with_frown(frames: Predictions, emotion: Emotion | None) -> Floats:
    if emotion is None:
        return np.asarray(frames.probabilities, np.float64)
    mixed = frames.probabilities * (1.0 - FROWN)
    mixed[:, emotion] += FROWN
    return np.asarray(mixed, np.float64)


def main(argv: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser)
    args = parser.parse_args(argv)
    of = load_validation_set(args)
    rng = np.random.default_rng(0)
    print(
        as_json({'talking': talking(of, rng), 'resting': resting(make_sequences(of, SEQUENCES))})
    )


if __name__ == '__main__':
    run(main)
