# SPDX-License-Identifier: MIT
"""What is noise in a reaction: ``python -m studies.fusion.reactions --data-folder DIR``.

Generated sequences, as in ``training.fusion.synthetic_sequences``: validation faces with small
changes of box, light, focus and noise from frame to frame. ``constant``: one face for the whole
time, of each emotion in turn; how far mean and peak of the window come from the baseline is
noise. The others begin with a neutral face that becomes happy (or sad) after a second, for good
or for 1.5 s. Heads that turn and mouths that speak are not in it.
"""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.fusion.card import FusionCard, load_fusion_card
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.people.reaction import Reaction, StateHistory, Verdict
from training.command import as_json, run
from training.fusion.predictions import ValidationSet, add_options, load_validation_set
from training.fusion.synthetic_sequences import (
    FPS,
    Ints,
    SequencePlan,
    frames_of_one_face,
    run_fusion,
)

BEGINS_S, WINDOW_S, DELAY_S, SHORT_S = 4.0, 5.0, 1.0, 1.5
QUANTILES = (0.5, 0.9, 0.95, 0.99)
CHANGES: dict[str, tuple[tuple[Emotion, float], ...]] = {
    'smile': ((Emotion.NEUTRAL, BEGINS_S + DELAY_S), (Emotion.HAPPY, WINDOW_S)),
    'short smile': (
        (Emotion.NEUTRAL, BEGINS_S + DELAY_S),
        (Emotion.HAPPY, SHORT_S),
        (Emotion.NEUTRAL, WINDOW_S),
    ),
    'sad': ((Emotion.NEUTRAL, BEGINS_S + DELAY_S), (Emotion.SAD, WINDOW_S)),
    'angry': ((Emotion.NEUTRAL, BEGINS_S + DELAY_S), (Emotion.ANGRY, WINDOW_S)),
    'smile ends': ((Emotion.HAPPY, BEGINS_S + DELAY_S), (Emotion.NEUTRAL, WINDOW_S)),
}


def plan_change(rows: Sequence[int], lengths_s: Sequence[float]) -> SequencePlan:
    """Return a sequence that shows the faces of these rows one after the other."""
    ends_s = np.cumsum(lengths_s)[:-1]  # the last one stays
    at_s = np.arange(int((BEGINS_S + WINDOW_S) * FPS) + 1) / FPS
    segment = np.searchsorted(ends_s, at_s, side='right')
    return SequencePlan((), np.array(rows), at_s, segment, ())


def observe(
    of: ValidationSet, plans: Sequence[SequencePlan], card: FusionCard, seed: int
) -> Iterator[Reaction]:
    """Yield the reaction in every sequence to a behaviour that begins at BEGINS_S."""
    rng = np.random.default_rng(seed)
    frames = frames_of_one_face(of.face_model, of.faces.images, plans, rng)
    for plan, predictions in zip(plans, frames, strict=True):
        history = StateHistory()
        states = run_fusion(plan, predictions, of.text_observations, FusionConfig(), card)
        for at_s, state in zip(plan.at_s.tolist(), states, strict=True):
            history.add([state], at_s)
            if at_s < BEGINS_S:
                observer = history.observe(state.person_id, at_s, WINDOW_S)
            else:
                observer.update([state], at_s)
        yield observer.result(float(plan.at_s[-1]))


def experiment(of: ValidationSet, count: int, card: FusionCard) -> dict[str, Any]:
    """Return the noise of constant faces, and how often each verdict is given."""
    rng = np.random.default_rng(0)
    predictions = of.face_predictions
    is_right = predictions.probabilities.argmax(axis=1) == predictions.labels
    right: list[Ints] = [
        np.flatnonzero(is_right & (predictions.labels == emotion)) for emotion in range(7)
    ]
    any_rows = [int(rng.choice(np.flatnonzero(predictions.labels == i % 7))) for i in range(count)]
    plans = {'constant': [plan_change([row], [BEGINS_S + WINDOW_S]) for row in any_rows]}
    for name, shown in CHANGES.items():
        lengths_s = [seconds for _, seconds in shown]
        plans[name] = [
            plan_change([int(rng.choice(right[emotion])) for emotion, _ in shown], lengths_s)
            for _ in range(count // 4)
        ]
    figures: dict[str, Any] = {'sequences': {name: len(p) for name, p in plans.items()}}
    for seed, (name, of_kind) in enumerate(plans.items()):
        reactions = [*observe(of, of_kind, card, seed)]
        if name == 'constant':
            known = [r for r in reactions if r.verdict is not Verdict.UNKNOWN]
            figures['noise'] = {
                'mean': _quantiles([abs(r.change_valence) for r in known]),
                'peak': _quantiles([abs(r.peak_valence - r.baseline_valence) for r in known]),
            }
        counts = Counter(reaction.verdict.label for reaction in reactions)
        figures[name] = {verdict: round(n / len(reactions), 3) for verdict, n in counts.items()}
    return figures


def _quantiles(values: Sequence[float]) -> dict[str, float]:
    return {f'{q:g}': round(float(np.quantile(values, q)), 3) for q in QUANTILES}


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog='python -m studies.fusion.reactions', description=__doc__
    )
    add_options(parser)
    parser.add_argument('--sequences', type=int, default=400, help='of one constant face')
    args = parser.parse_args(argv)
    figures = experiment(load_validation_set(args), args.sequences, load_fusion_card(args.card))
    print(as_json(figures))


if __name__ == '__main__':
    run(main)
