# SPDX-License-Identifier: MIT
"""Measure the fusion from end to end and write the page about it.

``python -m training.fusion.report --data-folder DIR --out docs/fusion_measured.md`` runs what the
commands ``evaluate``, ``weights``, ``sequences`` and ``quality`` run, with the shipped models and
the shipped fusion card, and writes the page with its pictures (``figures/fusion_*.svg`` beside
it). It changes no weights. ``--json`` prints everything measured; ``--use FILE`` writes the page
from that.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.fusion.card import FusionCard, load_fusion_card
from emotion_ros.errors import ConfigError
from training.command import as_json, log, run
from training.fusion import plots, quality, sequences, weights
from training.fusion.evaluate import evaluate, load_parameters
from training.fusion.page import write_page
from training.fusion.scenes import Scenes, make_scenes, run_variant
from training.fusion.sequence_metrics import Run
from training.fusion.validation import Validation, add_options, load_validation
from training.fusion.votes import load_votes

VOTES = 'cremad_votes_even_actors.parquet'
MEASURED = {'card', 'votes', 'weights', 'sequences', 'temperature', 'example', 'quality'}


def measure(args: argparse.Namespace, card: FusionCard) -> dict[str, Any]:
    """Return the figures of every experiment under the name of its command."""
    of = load_validation(args)
    scenes = make_scenes(of, args.sequences)
    return {
        'card': {'weights': dict(card.weights), 'temperature': card.temperature},
        'votes': measure_votes(args.data_folder / VOTES),
        'weights': measure_weights(of, card),
        'sequences': sequences.experiment(scenes, card),
        'temperature': sequences.fit_temperature(scenes, card),
        'example': example(scenes, card),
        'quality': quality.measure(of, card, args.faces),
    }


def measure_votes(path: Path) -> dict[str, Any]:
    """Return the committed fit with its cross-fitted figures, and its figures on all clips."""
    fitted = json.loads(weights.CREMAD.read_text())
    return {
        **evaluate(load_votes(path), load_parameters(weights.CREMAD)),
        'file': path.name,
        'fit': fitted,
    }


def measure_weights(of: Validation, card: FusionCard) -> dict[str, Any]:
    """Return what ``training.fusion.weights`` finds, without writing it."""
    spoilt = weights.spoil(of, card.sentiment_given_emotion)
    return weights.experiment(spoilt, card, weights.sharpest())


def example(scenes: Scenes, card: FusionCard) -> dict[str, Any]:
    """Return the first sequence: as shown, frame by frame, and as the stable label has it."""
    one = Scenes(scenes.plans[:1], scenes.one_face[:1], [], scenes.heard)
    before, after = (
        run_variant(one, one.one_face, variant, card)[0] for variant in ('before', 'hmm')
    )
    p = one.plans[0]
    return {
        'at_s': p.at_s.tolist(),
        'words_s': [at_s for at_s, _ in p.words],
        'shown': _shown(before),
        'each frame': before.track.emotion.tolist(),
        'stable label': after.track.emotion.tolist(),
    }


def _shown(of: Run) -> list[int]:
    truth = np.array([segment.emotion for segment in of.segments])
    return [int(emotion) for emotion in truth[of.track.segment]]


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
    """Draw every picture of the page."""
    one_face = measured['sequences']['one_face']
    plots.draw_methods(measured['votes']['fit']['cross_fitted'], folder / 'fusion_votes.svg')
    plots.draw_situations(measured['weights']['situations'], folder / 'fusion_situations.svg')
    plots.draw_example(measured['example'], EMOTIONS, folder / 'fusion_example.svg')
    plots.draw_reliability(
        {'each frame': one_face['before'], 'stable label': one_face['hmm']},
        folder / 'fusion_reliability.svg',
    )


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog='python -m training.fusion.report', description=__doc__)
    add_options(parser)
    parser.add_argument('--out', type=Path, required=True, help='the page (.md) to write')
    parser.add_argument('--use', type=Path, help='what --json printed: measure nothing')
    parser.add_argument('--sequences', type=int, default=sequences.COUNT)
    parser.add_argument('--faces', type=int, default=quality.COUNT, help='for the quality')
    args = parser.parse_args(argv)
    measured = read(args.use) if args.use else measure(args, load_fusion_card(args.card))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    draw(measured, args.out.parent / 'figures')
    write_page(args.out, measured)
    log(f'{args.out} written')
    if args.json:
        print(as_json(measured))


if __name__ == '__main__':
    run(main)
