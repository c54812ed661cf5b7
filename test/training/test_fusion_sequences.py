# SPDX-License-Identifier: MIT
"""Synthetic sequences, and the temperature fitted on them."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.fusion.card import load_fusion_card
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.files.resources import packaged_weights
from fusion_samples import certain, draw_sequences, noisy
from training.fusion.sequences import (
    TEMPERATURES,
    confidence_figures,
    fit_temperature,
    write_temperature,
)
from training.fusion.synthetic_sequences import (
    FPS,
    LONGEST_S,
    SHORTEST_S,
    Segment,
    Sequences,
    Track,
    plan_sequence,
    run_fusion,
)

CARD = packaged_weights() / 'fusion.json'
HAPPY, UNKNOWN = Emotion.HAPPY, Emotion.UNKNOWN


def test_a_plan_changes_emotion_every_two_to_six_seconds() -> None:
    faces, rng = certain([0, 1, 2, 3, 3, 3, 3], wrong=(1,)), np.random.default_rng(0)
    drawn = plan_sequence(faces, np.array([3, 3, 0]), 30, rng)
    segments = drawn.segments
    assert all(SHORTEST_S <= s.end_s - s.start_s <= LONGEST_S for s in segments)
    assert all(a.end_s == b.start_s for a, b in pairwise(segments))
    assert all(a.emotion != b.emotion for a, b in pairwise(segments))
    assert all(s.is_target == (s.emotion != 1) for s in segments)
    assert len(drawn.at_s) == int(segments[-1].end_s * FPS)
    for at_s, row in drawn.utterances:
        said = next(s for s in segments if s.start_s <= at_s < s.end_s)
        assert [3, 3, 0][row] == said.emotion
    assert {row for _, row in drawn.utterances} == {0, 1, 2}


@pytest.fixture(scope='module')
def drawn() -> Sequences:
    return draw_sequences(certain([0, 3, 5, 6]), segments=4)


def test_words_are_heard_when_they_are_said(drawn: Sequences) -> None:
    card = load_fusion_card(CARD)
    p, frames = next(
        (p, f) for p, f in zip(drawn.plans, drawn.one_face, strict=True) if p.utterances
    )
    states = list(run_fusion(p, frames, drawn.texts, FusionConfig(), card))
    first_s = p.utterances[0][0]
    for at_s, state in zip(p.at_s, states, strict=True):
        ages = [e.age_s for e in state.evidence if e.evidence.modality == 'text']
        assert bool(ages) == (at_s >= first_s) or at_s > first_s + 5
        assert all(0 <= age <= at_s for age in ages)


def test_the_temperature_is_the_likeliest_of_its_table(tmp_path: Path) -> None:
    card, drawn = load_fusion_card(CARD), draw_sequences(noisy(70, 1.0, seed=1), segments=3)
    fitted = fit_temperature(drawn, card)
    rows = fitted['by_temperature']
    assert [row['temperature'] for row in rows] == list(TEMPERATURES)
    best = min(rows, key=lambda row: row['log_loss'])
    assert fitted['temperature'] == best['temperature']
    assert rows[0]['confidence'] > rows[-1]['confidence'], (
        'a higher temperature lowers the confidence'
    )
    path = tmp_path / 'fusion.json'
    path.write_bytes(CARD.read_bytes())
    write_temperature(path, fitted, 'python -m some.command')
    written = load_fusion_card(path)
    assert written.temperature == fitted['temperature']
    assert written.weights == card.weights
    assert written.provenance['temperature']['command'] == 'python -m some.command'


def track(emotions: list[Emotion], truth: Emotion) -> Track:
    """A label for each of some frames of one segment; only UNKNOWN is not actionable."""
    count = len(emotions)
    return Track(
        segments=(Segment(0.0, count / 10, int(truth), True),),
        at_s=np.arange(count) / 10,
        emotion=np.array([int(e) for e in emotions]),
        confidence=np.full(count, 0.75),
        actionable=np.array([e is not UNKNOWN for e in emotions]),
        segment=np.zeros(count, int),
    )


def test_confidence_figures_by_hand() -> None:
    labels = [UNKNOWN, UNKNOWN, *[HAPPY] * 15, *[Emotion.SAD] * 3]
    figures = confidence_figures([track(labels, HAPPY)])
    assert figures == pytest.approx(
        {
            'log_loss': -0.75 * np.log(0.75) - 0.25 * np.log(0.25),
            'accuracy': 15 / 20,
            'confidence': 0.75,
            'ece15': 0.0,
            'actionable': 18 / 20,
            'right_when_actionable': 15 / 18,
        }
    )


def test_nothing_actionable_is_null() -> None:
    figures = confidence_figures([track([UNKNOWN, UNKNOWN], HAPPY)])
    assert figures['actionable'] == 0.0
    assert figures['right_when_actionable'] is None
