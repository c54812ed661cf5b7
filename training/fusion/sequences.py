# SPDX-License-Identifier: MIT
"""Measure the fusion over time: ``python -m training.fusion.sequences --data-folder DIR --json``.

A generated person shows one emotion after the other, 2 to 6 s each, before a 15 fps camera, and
says something now and then. Each segment is one validation face under small jitter, blur and
noise that differ from frame to frame (``one_face``, the headline), or another face of the same
emotion in every frame (``new_faces``: optimistic, as errors of single faces average out). Words
are utterances of the emotion shown (optimistic: see ``training.fusion.matched``). All goes through
the core's ``Fusion``; the time of camera, detector and networks comes on top.

``--fit-temperature`` writes the temperature into the card at which the confidence of the stable
label is the likeliest (headline sequences), after ``training.fusion.weights`` has set the weights.
"""

import argparse
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from emotion_ros.core.fusion.card import FusionCard, load_fusion_card
from training.card import write_card
from training.command import as_json, log, run
from training.fusion.scenes import SEGMENTS, VARIANTS, Scenes, make_scenes, run_variant
from training.fusion.sequence_metrics import Run, action, calibration, log_loss, summary
from training.fusion.validation import add_options, load_validation

COUNT = 24
SETTLED_AFTER_S = 1.0
TEMPERATURES = (0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.6)


def judge(runs: list[Run]) -> dict[str, Any]:
    """Return every figure of one variant."""
    return {
        'targets': summary(runs),
        'all': summary(runs, targets_only=False),
        'calibration': calibration(runs),
        'calibration_settled': calibration(runs, SETTLED_AFTER_S),
        **action(runs),
    }


def experiment(scenes: Scenes, card: FusionCard) -> dict[str, Any]:
    """Return the figures of every variant on both kinds of film."""
    films = {'one_face': scenes.one_face, 'new_faces': scenes.new_faces}
    return {
        'sequences': len(scenes.plans),
        'segments': sum(len(p.segments) for p in scenes.plans),
        'frames': sum(len(p.at_s) for p in scenes.plans),
        'utterances': sum(len(p.words) for p in scenes.plans),
        'weights': dict(card.weights),
        'temperature': card.temperature,
        **{
            name: {v: judge(run_variant(scenes, film, v, card)) for v in VARIANTS}
            for name, film in films.items()
        },
    }


def fit_temperature(scenes: Scenes, card: FusionCard) -> dict[str, Any]:
    """Return the temperature of TEMPERATURES that makes the stable label's confidence likeliest.

    ``cross_fitted_ece15``: each half of the sequences at the temperature chosen on the other.
    """
    runs = {
        t: run_variant(scenes, scenes.one_face, 'hmm', replace(card, temperature=t))
        for t in TEMPERATURES
    }
    halves = (slice(0, None, 2), slice(1, None, 2))
    chosen = [_likeliest({t: r[half] for t, r in runs.items()}) for half in halves[::-1]]
    judged = [run for t, half in zip(chosen, halves, strict=True) for run in runs[t][half]]
    return {
        'temperature': _likeliest(runs),
        'cross_fitted_ece15': calibration(judged)['ece15'],
        'by_temperature': [{'temperature': t, **_in_short(r)} for t, r in runs.items()],
    }


def _likeliest(runs: Mapping[float, list[Run]]) -> float:
    return min(runs, key=lambda t: log_loss(runs[t]))


def _in_short(runs: list[Run]) -> dict[str, Any]:
    of = calibration(runs)
    keys = ('accuracy', 'confidence', 'ece15')
    return {'log_loss': log_loss(runs), **{key: of[key] for key in keys}, **action(runs)}


def write_temperature(path: Path, result: Mapping[str, Any], command: str) -> None:
    """Replace the temperature of a card, and what it says about it."""
    card = json.loads(path.read_text())
    card['temperature'] = result['temperature']
    card['provenance']['temperature'] = {
        'data': 'generated sequences of FER2013 PublicTest faces and MELD dev utterances',
        'method': "least log-loss of the stable label's confidence, after the filter",
        'cross_fitted_ece15': round(result['cross_fitted_ece15'], 4),
        'command': command,
    }
    write_card(path, card)


def as_table(variants: Mapping[str, Any]) -> str:
    """Return the figures of one kind of film as lines for people."""
    return '\n'.join(
        f'{name:<18}'
        + ''.join(f'  {key} {value}' for key, value in of['targets'].items())
        + f'  ece {of["calibration"]["ece15"]:.3f}'
        for name, of in variants.items()
    )


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog='python -m training.fusion.sequences', description=__doc__
    )
    add_options(parser)
    parser.add_argument(
        '--sequences', type=int, default=COUNT, help=f'of {SEGMENTS} segments each'
    )
    parser.add_argument('--fit-temperature', action='store_true', help='and write it to the card')
    args = parser.parse_args(argv)
    card = load_fusion_card(args.card)
    scenes = make_scenes(load_validation(args), args.sequences)
    fitted = {}
    if args.fit_temperature:
        fitted = {'fit': fit_temperature(scenes, card)}
        command = 'python -m training.fusion.sequences --data-folder data --fit-temperature'
        write_temperature(args.card, fitted['fit'], command)
        card = load_fusion_card(args.card)
    result = {**experiment(scenes, card), **fitted}
    if not args.json:
        log(as_table(result['one_face']))
    print(as_json(result))


if __name__ == '__main__':
    run(main)
