# SPDX-License-Identifier: MIT
"""Fit the weights of the voice, alone and beside face and text, and write them into the card.

``python -m training.fusion.voice_weights --data-folder DIR --json``.
No public set has the face, the words and the voice of real people with labels, so each number
comes from what there is:

- *Alone.* ``voice_confusion.json`` has two confusions [7][7] (rows: true) of the voice network.
  ``known`` is of other speakers of the corpora that it was trained on: so sure is the network of
  each label that it gives. ``elsewhere`` is of corpora that were left out of the training: so
  often it is right in another room. The weight is the exponent that makes the one fit the other.
- *Beside a face.* Clips with those labels are paired with faces of the same emotion. Such pairs
  err independently, those of a person do not: the sum of the weights has the limit of face and
  text, and a voice weighs at most as much of a face as in CREMA-D's votes on real clips, whose
  raters had the voice, the face, or both.
- *Beside text.* Voice and words of one person at one time are one utterance: together they weigh
  at most 1, so that they do not corroborate each other.

Run ``training.fusion.fit`` and ``training.fusion.weights`` first. Needs no torch.
"""

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import floor
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize, minimize_scalar

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.evidence import FACE, TEXT, VOICE
from emotion_ros.core.fusion.card import FusionCard, load_fusion_card, together
from emotion_ros.errors import ConfigError, ModelError
from emotion_ros.files.checked import read_json
from emotion_ros.sessions import metrics
from training.card import write_card
from training.command import as_json, log, run
from training.fusion.evaluate import load_parameters
from training.fusion.pairs import make_pairs, pool_rows
from training.fusion.predictions import (
    UNIFORM,
    Floats,
    Ints,
    Predictions,
    add_options,
    load_validation_set,
    text_predictions,
)
from training.fusion.weights import CREMAD, MAX_SOLO

MAX_UTTERANCE = 1.0
"""Largest sum of the weights of a voice and its words."""
CLIPS = 4000
CONFUSIONS = Path(__file__).parent / 'voice_confusion.json'
NAMES = (FACE, TEXT, VOICE)


@dataclass(frozen=True)
class Limits:
    """``sharpness`` of all weights, ``utterance`` of text and voice, ``voice`` per face."""

    sharpness: float
    voice_per_face: float
    utterance: float = MAX_UTTERANCE


@dataclass(frozen=True)
class Triples:
    """Opinions [P, 7] of face, text and voice with their quality [P], and the labels int [P]."""

    opinions: Mapping[str, Floats]
    quality: Mapping[str, Floats]
    labels: Ints

    def loss(self, weights: Mapping[str, float]) -> float:
        """Return the negative log-likelihood of the pool of those that have a weight."""
        opinions = [self.opinions[name] for name in weights]
        exponents = [w * self.quality[name] for name, w in weights.items()]
        return metrics.nll(pool_rows(opinions, exponents, UNIFORM), self.labels)

    def accuracy(self, weights: Mapping[str, float]) -> float:
        """Return how often the likeliest emotion of the pool is the label."""
        opinions = [self.opinions[name] for name in weights]
        exponents = [w * self.quality[name] for name, w in weights.items()]
        fused = pool_rows(opinions, exponents, UNIFORM)
        return float((fused.argmax(axis=1) == self.labels).mean())


def load_confusions(path: Path) -> tuple[Floats, Floats]:
    """Return ``known`` and ``elsewhere`` [7, 7] of a JSON file, each row summing to 1.

    One is added to each count. ConfigError for a file that has none.
    """
    try:
        raw = read_json(path).mapping()
        counts = np.array(
            [
                [
                    row.numbers(len(EMOTIONS), low=0, high=1e9)
                    for row in raw[name].items(len(EMOTIONS))
                ]
                for name in ('known', 'elsewhere')
            ]
        )
    except ModelError as error:
        raise ConfigError(str(error)) from error
    known, elsewhere = (counts + 1.0) / (counts + 1.0).sum(axis=2, keepdims=True)
    return known, elsewhere


def voice_predictions(said: Floats, real: Floats, labels: Ints, seed: int = 0) -> Predictions:
    """Return predictions for clips of these ``labels`` [N], each a group by itself.

    The label that the network gives is drawn from ``real``; the probabilities that it gives with
    that label are those of ``said``, all emotions being equally frequent.
    """
    rng = np.random.default_rng(seed)
    given = (real[labels].cumsum(axis=1) > rng.random((len(labels), 1))).argmax(axis=1)
    probabilities = (said / said.sum(axis=0)).T[given]
    rows = np.arange(len(labels))
    return Predictions(probabilities, np.ones(len(labels)), labels, rows)


def make_triples(faces: Predictions, texts: Predictions, voices: Predictions) -> Triples:
    """Return each face with three texts and voices of the same emotion."""
    rng = np.random.default_rng(0)
    with_text = make_pairs(faces, texts, rng)
    of_emotion = [np.flatnonzero(voices.labels == emotion) for emotion in range(len(EMOTIONS))]
    labels = faces.labels[with_text.face]
    voice = np.array([rng.choice(of_emotion[emotion]) for emotion in labels])
    rows = {FACE: (faces, with_text.face), TEXT: (texts, with_text.text), VOICE: (voices, voice)}
    return Triples(
        {name: of.probabilities[row] for name, (of, row) in rows.items()},
        {name: of.quality[row] for name, (of, row) in rows.items()},
        labels,
    )


def fit_solo(of: Triples) -> float:
    """Return the weight of a voice alone."""
    found = minimize_scalar(
        lambda weight: of.loss({VOICE: weight}), bounds=(0.0, MAX_SOLO), method='bounded'
    )
    return float(found.x)


def fit_together(of: Triples, names: tuple[str, ...], limits: Limits) -> dict[str, float]:
    """Return the weights of least loss of the modalities ``names`` within the limits."""

    def excess(free: Floats) -> list[float]:
        w = dict.fromkeys(NAMES, 0.0) | dict(zip(names, free.tolist(), strict=True))
        below = [limits.sharpness - sum(free), limits.utterance - w[TEXT] - w[VOICE]]
        return [*below, limits.voice_per_face * w[FACE] - w[VOICE]] if FACE in names else below

    def loss(free: Floats) -> float:
        return of.loss(dict(zip(names, np.maximum(free, 0.0).tolist(), strict=True)))

    found = minimize(
        loss,
        np.full(len(names), 0.2),
        method='SLSQP',
        bounds=[(0.0, limits.sharpness)] * len(names),
        constraints={'type': 'ineq', 'fun': excess},
    )
    return dict(zip(names, np.clip(found.x, 0.0, None).tolist(), strict=True))


def experiment(of: Triples, card: FusionCard, limits: Limits) -> dict[str, Any]:
    """Return the weights of each combination with a voice and what the voice adds."""
    weights = {VOICE: {VOICE: fit_solo(of)}}
    for names in ((FACE, VOICE), (TEXT, VOICE), NAMES):
        weights[together(*names)] = fit_together(of, names, limits)
    others = {name: dict(w) for name, w in card.weights.items() if VOICE not in w}
    return {
        'pairs': len(of.labels),
        'weights': weights,
        'limits': vars(limits),
        'figures': {
            name: {'accuracy': of.accuracy(w), 'nll': of.loss(w)}
            for name, w in (others | weights).items()
        },
    }


def write_weights(path: Path, result: Mapping[str, Any], source: str, command: str) -> None:
    """Replace the weights of the combinations with a voice, and their provenance."""
    card = json.loads(path.read_text())
    for combination, weights in result['weights'].items():  # rounded down: sums have limits
        card['weights'][combination] = {n: floor(1000 * w) / 1000 for n, w in weights.items()}
    limits = result['limits']
    card['provenance']['voice_weights'] = {
        'data': f'{result["pairs"]} FER2013 PublicTest faces and MELD dev utterances of the same '
        f'emotion, with voices drawn from {source}',
        'method': 'least negative log-likelihood; alone at most 1; all together at most '
        f'{limits["sharpness"]}; voice and words of one utterance at most '
        f'{limits["utterance"]}; a voice at most {limits["voice_per_face"]:.3f} of a face, as in '
        'the CREMA-D votes (training/fusion/cremad_pool.json)',
        'caution': 'optimistic: paired by label, the modalities err independently',
        'command': command,
    }
    write_card(path, card)


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog='python -m training.fusion.voice_weights',
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_options(parser)
    parser.add_argument(
        '--confusions', type=Path, default=CONFUSIONS, help='JSON with known and elsewhere'
    )
    parser.add_argument(
        '--cremad', type=Path, default=CREMAD, help='written by training.fusion.fit'
    )
    args = parser.parse_args(argv)
    said, real = load_confusions(args.confusions)
    votes = load_parameters(args.cremad)['pool']['weights']
    card = load_fusion_card(args.card)
    of = load_validation_set(args)
    texts = text_predictions(of.text_observations, of.speech, card.sentiment_given_emotion)
    labels = np.arange(CLIPS) % len(EMOTIONS)
    triples = make_triples(of.face_predictions, texts, voice_predictions(said, real, labels))
    limits = Limits(card.sharpness, votes['voice'] / votes['face'])
    result = experiment(triples, card, limits)
    command = 'python -m training.fusion.voice_weights --data-folder data --json'
    write_weights(args.card, result, 'the confusions in voice_confusion.json', command)
    if not args.json:
        log(as_table(result))
    print(as_json(result))


def as_table(result: Mapping[str, Any]) -> str:
    """Return the figures as readable lines."""
    return '\n'.join(
        f'{name:<16} accuracy {f["accuracy"]:.3f}  nll {f["nll"]:.3f}'
        for name, f in result['figures'].items()
    )


if __name__ == '__main__':
    run(main)
