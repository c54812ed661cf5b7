# SPDX-License-Identifier: MIT
"""The learned filter learns, looks at no later frame, and is compared on the same sequences."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from emotion_ros.core.fusion.card import load_fusion_card
from emotion_ros.files.resources import packaged_weights
from studies.fusion import learned_filter
from studies.fusion.learned_filter import FILTERS, FaceSequences, GruFilter, compare, table, train
from training.fusion.predictions import Predictions
from training.fusion.synthetic_sequences import plan_sequence


@pytest.fixture(scope='module')
def sequences() -> FaceSequences:
    """Frames that show the emotion after the one that is meant, with noise."""
    rng = np.random.default_rng(0)
    labels = np.arange(70) % 7
    faces = Predictions(np.eye(7)[labels], np.ones(70), labels, labels)
    plans = [plan_sequence(faces, np.empty(0, np.int64), 8, rng) for _ in range(6)]
    frames = []
    for plan in plans:
        shown = np.array([s.emotion for s in plan.segments])[plan.segment]
        seen = np.eye(7)[(shown + 1) % 7] * 0.4 + rng.dirichlet(np.ones(7), len(shown)) * 0.6
        frames.append(Predictions(seen, np.full(len(shown), 0.8), shown, shown))
    return FaceSequences(plans, frames)


def test_it_learns_and_every_filter_is_measured(
    sequences: FaceSequences, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learned_filter, 'EPOCHS', 30)
    torch.set_num_threads(1)
    card = load_fusion_card(packaged_weights() / 'fusion.json')
    network = train(sequences)
    learned = np.concatenate([network.filtered(f).probabilities for f in sequences.frames])
    shown = np.concatenate([sequences.labels(i) for i in range(len(sequences.plans))])
    assert (learned.argmax(axis=1) == shown).mean() > 0.5
    one = FaceSequences(sequences.plans[:1], [sequences.frames[0].take(np.arange(60))])
    plan = replace(one.plans[0], at_s=one.plans[0].at_s[:60], segment=one.plans[0].segment[:60])
    figures = compare(replace(one, plans=[plan]), network, card)
    assert tuple(figures) == FILTERS
    assert figures['gru']['accuracy'] > 0.5 > figures['none']['accuracy']
    header, *lines = table(figures)
    assert header[0] == 'filter'
    assert [line[0] for line in lines] == list(FILTERS)
    assert all(len(line) == len(header) for line in lines)


def test_no_frame_knows_what_comes_after(sequences: FaceSequences) -> None:
    frames = sequences.frames[0]
    torch.manual_seed(0)
    network = GruFilter()
    changed = replace(frames, probabilities=frames.probabilities.copy())
    changed.probabilities[20:] = 1 / 7
    before, after = (network.filtered(f).probabilities for f in (frames, changed))
    np.testing.assert_array_equal(before[:20], after[:20])
    assert not np.allclose(before[20:], after[20:])
    np.testing.assert_allclose(before.sum(axis=1), 1, atol=1e-5)
