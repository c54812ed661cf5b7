# SPDX-License-Identifier: MIT
"""Measure the fusion and write the results into results/ of this folder.

``python -m studies.fusion.report --data-folder DIR`` runs all experiments with the packaged
models and the packaged fusion card, and writes the tables as CSV files and the pictures
(docs/figures/fusion_*.svg). It changes no weights. ``--json`` prints everything measured;
``--use FILE`` writes tables and pictures from that.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.evidence import FACE, TEXT
from emotion_ros.core.fusion.card import FusionCard, load_fusion_card, together
from emotion_ros.errors import ConfigError
from studies.fusion import quality, sequences
from studies.fusion.output import plots
from studies.fusion.output.tables import tables
from studies.tables import write_tables
from training.command import as_json, log, run
from training.fusion import weights
from training.fusion.evaluate import evaluate, load_parameters
from training.fusion.predictions import add_options, load_validation_set
from training.fusion.sequences import COUNT, fit_temperature
from training.fusion.synthetic_sequences import Sequences, make_sequences
from training.fusion.votes import load_votes

RESULTS = Path(__file__).with_name('results')
FIGURES = Path(__file__).parents[2] / 'docs' / 'figures'
VOTES = 'cremad_votes_even_actors.parquet'
MEASURED = {'card', 'votes', 'weights', 'sequences', 'temperature', 'example', 'quality'}


def measure(args: argparse.Namespace, card: FusionCard) -> dict[str, Any]:
    """Return the figures of every experiment; the weights are fitted, but not written."""
    of = load_validation_set(args)
    drawn = make_sequences(of, args.sequences)
    votes, fitted = load_votes(args.data_folder / VOTES), json.loads(weights.CREMAD.read_text())
    conditions = weights.predict_conditions(of, card.sentiment_given_emotion)
    return {
        'card': {
            'weights': dict(card.weights[together(FACE, TEXT)]),
            'temperature': card.temperature,
        },
        'votes': {**evaluate(votes, load_parameters(weights.CREMAD)), 'fit': fitted},
        'weights': weights.experiment(conditions, card, weights.votes_sharpness()),
        'sequences': sequences.experiment(drawn, card),
        'temperature': fit_temperature(drawn, card),
        'example': example(drawn, card),
        'quality': quality.measure(of, card, args.faces),
    }


def example(drawn: Sequences, card: FusionCard) -> dict[str, Any]:
    """Return the first sequence: the truth, each frame by itself, and the stable label."""
    first = replace(drawn, plans=drawn.plans[:1], one_face=drawn.one_face[:1])
    before, after = (
        sequences.run_variant(first, first.one_face, variant, card)[0]
        for variant in ('before', 'hmm')
    )
    truth = np.array([segment.emotion for segment in before.segments])
    return {
        'at_s': before.at_s.tolist(),
        'words_s': [at_s for at_s, _ in first.plans[0].utterances],
        'shown': truth[before.segment].tolist(),
        'each frame': before.emotion.tolist(),
        'stable label': after.emotion.tolist(),
    }


def read(path: Path) -> dict[str, Any]:
    """Return what ``--json`` printed into a file; ConfigError when this is something else."""
    try:
        measured = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError) as error:
        raise ConfigError(f'{path}: is not what --json prints: {error}') from error
    if not isinstance(measured, dict) or not measured.keys() >= MEASURED:
        raise ConfigError(
            f'{path}: is not what --json prints: needs {", ".join(sorted(MEASURED))}'
        )
    return measured


def draw(measured: dict[str, Any], folder: Path) -> None:
    """Draw every picture."""
    one_face = measured['sequences']['one_face']
    plots.draw_methods(measured['votes']['fit']['cross_fitted'], folder / 'fusion_votes.svg')
    plots.draw_scenarios(measured['weights']['situations'], folder / 'fusion_situations.svg')
    plots.draw_example(measured['example'], EMOTIONS, folder / 'fusion_example.svg')
    plots.draw_reliability(
        {'each frame': one_face['before'], 'stable label': one_face['hmm']},
        folder / 'fusion_reliability.svg',
    )


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog='python -m studies.fusion.report', description=__doc__)
    add_options(parser)
    parser.add_argument('--out', type=Path, default=RESULTS, help='folder of the tables')
    parser.add_argument('--figures', type=Path, default=FIGURES, help='folder of the pictures')
    parser.add_argument('--use', type=Path, help='output of --json: measure nothing')
    parser.add_argument('--sequences', type=int, default=COUNT)
    parser.add_argument('--faces', type=int, default=quality.COUNT, help='for the quality')
    args = parser.parse_args(argv)
    measured = read(args.use) if args.use else measure(args, load_fusion_card(args.card))
    draw(measured, args.figures)
    write_tables(args.out, tables(measured))
    log(f'{args.out} written')
    if args.json:
        print(as_json(measured))


if __name__ == '__main__':
    run(main)
