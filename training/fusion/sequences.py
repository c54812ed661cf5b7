# SPDX-License-Identifier: MIT
"""Fit the final temperature: ``python -m training.fusion.sequences --data-folder DIR --json``.

Prints the calibration of the stable label's confidence over synthetic sequences at several
temperatures, the time just after a change included; ``--fit-temperature`` writes the likeliest
temperature into the card. Run ``training.fusion.weights`` first, which sets the weights.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from emotion_ros.core.fusion.card import FusionCard, load_fusion_card
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.sessions import metrics
from training.card import write_card
from training.command import as_json, run
from training.fusion.predictions import add_options, load_validation_set
from training.fusion.synthetic_sequences import (
    SEGMENTS,
    Sequences,
    Track,
    make_sequences,
    run_sequences,
)

COUNT = 24
TEMPERATURES = (0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.6)


def fit_temperature(sequences: Sequences, card: FusionCard) -> dict[str, Any]:
    """Return which of TEMPERATURES makes the confidence of the stable label likeliest.

    ``cross_fitted_ece15``: each half of the sequences at the temperature chosen on the other.
    """
    tracks = {
        t: run_sequences(
            sequences, sequences.one_face, FusionConfig(), replace(card, temperature=t)
        )
        for t in TEMPERATURES
    }
    halves = (slice(0, None, 2), slice(1, None, 2))
    chosen = [_likeliest({t: of[half] for t, of in tracks.items()}) for half in halves[::-1]]
    joined = [track for t, half in zip(chosen, halves, strict=True) for track in tracks[t][half]]
    return {
        'temperature': _likeliest(tracks),
        'cross_fitted_ece15': confidence_figures(joined)['ece15'],
        'by_temperature': [
            {'temperature': t, **confidence_figures(of)} for t, of in tracks.items()
        ],
    }


def confidence_figures(tracks: Sequence[Track]) -> dict[str, Any]:
    """Return how well the confidence fits how often the label is right, over all frames.

    ``log_loss`` is the mean of -log P(right or wrong, whichever it was); ``right_when_actionable``
    is None when nothing is actionable.
    """
    right = np.concatenate([track.is_right for track in tracks])
    confidence = np.concatenate([track.confidence for track in tracks])
    actionable = np.concatenate([track.actionable for track in tracks])
    sure = confidence.clip(1e-6, 1 - 1e-6)
    return {
        'log_loss': float(-np.log(np.where(right, sure, 1 - sure)).mean()),
        'accuracy': float(right.mean()),
        'confidence': float(confidence.mean()),
        'ece15': metrics.ece(confidence, right),
        'actionable': float(actionable.mean()),
        'right_when_actionable': float(right[actionable].mean()) if actionable.any() else None,
    }


def _likeliest(tracks: Mapping[float, Sequence[Track]]) -> float:
    return min(tracks, key=lambda t: confidence_figures(tracks[t])['log_loss'])


def write_temperature(path: Path, result: Mapping[str, Any], command: str) -> None:
    """Replace the temperature of a card and its provenance."""
    card = json.loads(path.read_text())
    card['temperature'] = result['temperature']
    card['provenance']['temperature'] = {
        'data': 'generated sequences of FER2013 PublicTest faces and MELD dev utterances',
        'method': "least log-loss of the stable label's confidence, after the filter",
        'cross_fitted_ece15': round(result['cross_fitted_ece15'], 4),
        'command': command,
    }
    write_card(path, card)


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog='python -m training.fusion.sequences', description=__doc__
    )
    add_options(parser)
    parser.add_argument(
        '--sequences', type=int, default=COUNT, help=f'of {SEGMENTS} segments each'
    )
    parser.add_argument('--fit-temperature', action='store_true', help='write it into the card')
    args = parser.parse_args(argv)
    sequences = make_sequences(load_validation_set(args), args.sequences)
    result = fit_temperature(sequences, load_fusion_card(args.card))
    if args.fit_temperature:
        command = 'python -m training.fusion.sequences --data-folder data --fit-temperature'
        write_temperature(args.card, result, command)
    print(as_json(result))


if __name__ == '__main__':
    run(main)
