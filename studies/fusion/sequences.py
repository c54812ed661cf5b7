# SPDX-License-Identifier: MIT
"""Measure the fusion over time: ``python -m studies.fusion.sequences --data-folder DIR --json``.

Sequences are those of ``training.fusion.synthetic_sequences``: one face per segment with small
changes from frame to frame (``one_face``, the headline), or another face of the same emotion in
every frame (``new_faces``: optimistic, as errors on single faces average out). Utterances are of
the emotion shown (optimistic: see ``training.fusion.pairs``). The time of camera, detector and
networks comes on top.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from emotion_ros.core.evidence import FACE, TEXT
from emotion_ros.core.fusion.card import FusionCard, load_fusion_card, together
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.state import EmotionState
from studies.fusion.metrics.sequence_metrics import calibration, summary
from training.command import as_json, run
from training.fusion.predictions import Predictions, add_options, load_validation_set
from training.fusion.sequences import COUNT, confidence_figures
from training.fusion.synthetic_sequences import (
    SEGMENTS,
    SequencePlan,
    Sequences,
    Track,
    make_sequences,
    run_sequences,
    stable_track,
)

SETTLED_AFTER_S = 1.0
FILTERS = {
    'before': 'none',
    'label_only': 'none',
    'ema': 'ema',
    'hmm': 'hmm',
    'hmm_without_words': 'hmm',
}
"""The filter of each variant; ``before`` has no stable label either."""


def run_variant(
    sequences: Sequences, frames: Sequence[Predictions], variant: str, card: FusionCard
) -> list[Track]:
    """Run one variant of the fusion over every sequence."""
    if variant == 'hmm_without_words':
        silent = [replace(p, utterances=()) for p in sequences.plans]
        sequences = replace(sequences, plans=silent)
    config = FusionConfig(filter=FILTERS[variant])
    to_track = frame_track if variant == 'before' else stable_track
    return run_sequences(sequences, frames, config, card, to_track)


def frame_track(plan: SequencePlan, states: Sequence[EmotionState]) -> Track:
    """Return the likeliest emotion of each frame, as a system without memory reports it."""
    probabilities = np.array([s.probabilities for s in states])
    confidence = probabilities.max(axis=1)
    actionable = confidence >= FusionConfig().confidence_threshold
    emotion = probabilities.argmax(axis=1)
    return Track(plan.segments, plan.at_s, emotion, confidence, actionable, plan.segment)


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
        'weights': dict(card.weights[together(FACE, TEXT)]),
        'temperature': card.temperature,
        **{
            kind: {v: evaluate(run_variant(sequences, frames, v, card)) for v in FILTERS}
            for kind, frames in kinds.items()
        },
    }


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
    print(as_json(experiment(sequences, load_fusion_card(args.card))))


if __name__ == '__main__':
    run(main)
