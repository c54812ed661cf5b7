# SPDX-License-Identifier: MIT
"""Measure the fusion over time: ``python -m studies.fusion.sequences --data-folder DIR --json``.

Sequences are those of ``training.fusion.synthetic_sequences``: one face per segment with small
changes from frame to frame (``one_face``, the headline), or another face of the same emotion in
every frame (``new_faces``: optimistic, as errors on single faces average out). Utterances are of
the emotion shown (optimistic: see ``training.fusion.pairs``). The time of camera, detector and
networks comes on top.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from emotion_ros.core.fusion.card import FusionCard, load_fusion_card
from emotion_ros.core.fusion.config import FusionConfig
from studies.fusion.sequence_metrics import calibration, summary
from training.command import as_json, log, run
from training.fusion.predictions import Predictions, add_options, load_validation_set
from training.fusion.sequences import COUNT, confidence_figures
from training.fusion.synthetic_sequences import (
    SEGMENTS,
    SequencePlan,
    Sequences,
    Track,
    make_sequences,
    run_fusion,
    stable_tracks,
)

SETTLED_AFTER_S = 1.0
FILTERS = {'label_only': 'none', 'ema': 'ema', 'hmm': 'hmm', 'hmm_without_words': 'hmm'}
"""The filter of each variant; ``before`` has neither a filter nor a stable label."""
VARIANTS = ('before', *FILTERS)


def run_variant(
    sequences: Sequences, frames: Sequence[Predictions], variant: str, card: FusionCard
) -> list[Track]:
    """Run one variant of the fusion over every sequence."""
    if variant == 'before':
        config = FusionConfig(filter='none')
        return [
            frame_track(p, f, sequences, config, card)
            for p, f in zip(sequences.plans, frames, strict=True)
        ]
    if variant == 'hmm_without_words':
        sequences = without_utterances(sequences)
    return stable_tracks(sequences, frames, FusionConfig(filter=FILTERS[variant]), card)


def without_utterances(sequences: Sequences) -> Sequences:
    """Return the same sequences in which nothing is said."""
    return replace(sequences, plans=[replace(p, utterances=()) for p in sequences.plans])


def frame_track(
    plan: SequencePlan,
    frames: Predictions,
    sequences: Sequences,
    config: FusionConfig,
    card: FusionCard,
) -> Track:
    """Return the likeliest emotion of each frame, as a system without memory reports it."""
    states = list(run_fusion(plan, frames, sequences.texts, config, card))
    probabilities = np.array([s.probabilities for s in states])
    confidence = probabilities.max(axis=1)
    return Track(
        plan.segments,
        plan.at_s,
        probabilities.argmax(axis=1),
        confidence,
        confidence >= config.confidence_threshold,
        plan.segment,
    )


def evaluate(tracks: Sequence[Track]) -> dict[str, Any]:
    """Return every figure of one variant."""
    figures = confidence_figures(tracks)
    return {
        'targets': summary(tracks),
        'all': summary(tracks, targets_only=False),
        'calibration': calibration(tracks),
        'calibration_settled': calibration(tracks, SETTLED_AFTER_S),
        **{key: figures[key] for key in ('actionable', 'right_when_actionable')},
    }


def experiment(sequences: Sequences, card: FusionCard) -> dict[str, Any]:
    """Return the figures of every variant on both kinds of frames."""
    kinds = {'one_face': sequences.one_face, 'new_faces': sequences.new_faces}
    return {
        'sequences': len(sequences.plans),
        'segments': sum(len(p.segments) for p in sequences.plans),
        'frames': sum(len(p.at_s) for p in sequences.plans),
        'utterances': sum(len(p.utterances) for p in sequences.plans),
        'weights': dict(card.weights),
        'temperature': card.temperature,
        **{
            kind: {v: evaluate(run_variant(sequences, frames, v, card)) for v in VARIANTS}
            for kind, frames in kinds.items()
        },
    }


def as_table(variants: Mapping[str, Any]) -> str:
    """Return the figures of one kind of frames as readable lines."""
    return '\n'.join(
        f'{name:<18}'
        + ''.join(f'  {key} {value}' for key, value in of['targets'].items())
        + f'  ece {of["calibration"]["ece15"]:.3f}'
        for name, of in variants.items()
    )


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog='python -m studies.fusion.sequences', description=__doc__
    )
    add_options(parser)
    parser.add_argument(
        '--sequences', type=int, default=COUNT, help=f'of {SEGMENTS} segments each'
    )
    args = parser.parse_args(argv)
    sequences = make_sequences(load_validation_set(args), args.sequences)
    result = experiment(sequences, load_fusion_card(args.card))
    if not args.json:
        log(as_table(result['one_face']))
    print(as_json(result))


if __name__ == '__main__':
    run(main)
