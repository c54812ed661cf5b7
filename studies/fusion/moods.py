# SPDX-License-Identifier: MIT
"""How late and how wrong are mood and trend? ``python -m studies.fusion.moods --data-folder DIR``.

Sequences of four minutes, as in ``training.fusion.synthetic_sequences``: a person who shows
neutral and happy faces in turn, then neutral and sad ones (or the other way round), or one kind
for all the time. The truth is the rating of what is shown, put through the same means: what
remains is the error of the recognised emotions. ``lag_s`` is how long after the change of the
means of a mood more than half of the way to the other one is gone.
"""

import argparse
from typing import Any

import numpy as np

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.fusion.card import FusionCard, load_fusion_card
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.people.mood import Mood
from emotion_ros.core.valence_arousal import VALENCE_AROUSAL
from training.command import as_json, run
from training.fusion.predictions import (
    Floats,
    Ints,
    ValidationSet,
    add_options,
    load_validation_set,
)
from training.fusion.synthetic_sequences import (
    LONGEST_S,
    SHORTEST_S,
    SequencePlan,
    frames_of_one_face,
    run_fusion,
)

HALF_S, FPS = 120.0, 5.0
KINDS = {
    'happy, then sad': (Emotion.HAPPY, Emotion.SAD),
    'sad, then happy': (Emotion.SAD, Emotion.HAPPY),
    'happy': (Emotion.HAPPY, Emotion.HAPPY),
    'sad': (Emotion.SAD, Emotion.SAD),
    'neutral': (Emotion.NEUTRAL, Emotion.NEUTRAL),
}


def plan(labels: Ints, halves: tuple[Emotion, Emotion], rng: np.random.Generator) -> SequencePlan:
    """Draw a sequence in which every second face is neutral; ``labels`` [N] are the faces'."""
    shown: list[int] = []
    ends_s = [0.0]
    while ends_s[-1] < 2 * HALF_S:
        emotion = Emotion.NEUTRAL if len(shown) % 2 else halves[ends_s[-1] >= HALF_S]
        shown.append(int(rng.choice(np.flatnonzero(labels == emotion))))
        ends_s.append(ends_s[-1] + rng.uniform(SHORTEST_S, LONGEST_S))
    at_s = np.arange(int(2 * HALF_S * FPS)) / FPS
    segment = np.searchsorted(np.array(ends_s[1:]), at_s, side='right')
    return SequencePlan((), np.array(shown), at_s, segment, ())


def follow(values: Floats, at_s: Floats) -> Floats:
    """Return mood and trend [N, 2] of a person whose valence and arousal [N, 2] are these."""
    mood, found = Mood(), []
    for (valence, arousal), now_s in zip(values.tolist(), at_s.tolist(), strict=True):
        mood.add(valence, arousal, now_s)
        found.append((mood.valence, mood.valence_trend))
    return np.array(found)


def lag_s(mood: Floats, at_s: Floats) -> float:
    """Return how long after the half the mood [N] has gone half of its way; NaN for never."""
    before, after = mood[at_s < HALF_S][-1], mood[-1]
    gone = (at_s >= HALF_S) & (np.abs(mood - before) >= abs(after - before) / 2)
    return float(at_s[gone.argmax()] - HALF_S) if gone.any() else float('nan')


def figures(found: Floats, true: Floats, at_s: Floats, changes: bool) -> dict[str, float]:
    """Return error, bias and lag of mood and trend [N, 2] against the true ones."""
    known = ~np.isnan(true[:, 0]) & ~np.isnan(found[:, 0])
    error, is_moving = (found - true)[known], np.abs(true[known, 1]) > 1e-6
    same_sign = np.sign(found[known, 1]) == np.sign(true[known, 1])
    return {
        'mood_error': float(np.abs(error[:, 0]).mean()),
        'mood_bias': float(error[:, 0].mean()),
        'trend_error': float(np.abs(error[:, 1]).mean()),
        'trend_sign': float(same_sign[is_moving].mean()) if is_moving.any() else float('nan'),
        'lag_s': lag_s(found[:, 0], at_s) if changes else float('nan'),
        'true_lag_s': lag_s(true[:, 0], at_s) if changes else float('nan'),
    }


def experiment(of: ValidationSet, count: int, card: FusionCard) -> dict[str, Any]:
    """Return the means over ``count`` sequences of each kind."""
    rng, results = np.random.default_rng(0), {}
    ratings = np.array([VALENCE_AROUSAL[Emotion(i)] for i in range(len(VALENCE_AROUSAL))])
    for name, halves in KINDS.items():
        plans = [plan(of.faces.labels, halves, rng) for _ in range(count)]
        rows = []
        frames = frames_of_one_face(of.face_model, of.faces.images, plans, rng)
        for one, predictions in zip(plans, frames, strict=True):
            states = run_fusion(one, predictions, of.text_observations, FusionConfig(), card)
            found = np.array([(s.mood_valence, s.valence_trend) for s in states])
            true = follow(ratings[of.faces.labels[one.face[one.segment]]], one.at_s)
            rows.append(figures(found, true, one.at_s, halves[0] != halves[1]))
        means = {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}
        results[name] = {k: None if np.isnan(v) else round(v, 3) for k, v in means.items()}
    return results


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog='python -m studies.fusion.moods', description=__doc__)
    add_options(parser)
    parser.add_argument('--sequences', type=int, default=4, help='of each kind')
    args = parser.parse_args(argv)
    print(
        as_json(experiment(load_validation_set(args), args.sequences, load_fusion_card(args.card)))
    )


if __name__ == '__main__':
    run(main)
