# SPDX-License-Identifier: MIT
"""Quality: exponents found again when they are known, and what a perfect quality gains."""

import numpy as np
import pytest

from fusion_samples import noisy
from studies.fusion.detected_faces import DetectedFaces, best_exponent, by_score, paste
from studies.fusion.quality import compare
from training.fusion.pairs import Weights
from training.fusion.predictions import Predictions

FACES, TEXTS = 700, 300


@pytest.mark.parametrize('strength', [0.5, 1.0, 1.8])
def test_the_best_exponent_is_found(strength: float) -> None:
    of = noisy(4000, strength, seed=5)
    assert best_exponent(of.probabilities, of.labels) == pytest.approx(strength, rel=0.1)


def test_parts_by_score_go_from_low_to_high() -> None:
    of = noisy(30, 1.0, seed=0)
    score = np.random.default_rng(0).random(30)
    rows = by_score(DetectedFaces(score, of.probabilities, of.labels))
    assert [row['n'] for row in rows] == [10, 10, 10]
    assert [row['score'] for row in rows] == sorted(row['score'] for row in rows)
    assert by_score(DetectedFaces(np.empty(0), np.empty((0, 7)), np.empty(0, int))) == []


def test_a_pasted_face_is_in_the_middle() -> None:
    frame = paste(np.full((48, 48), 255, np.uint8), 100)
    assert frame.shape == (240, 320, 3)
    assert (frame[70:170, 110:210] == 255).all()
    assert (frame == 255).all(axis=2).sum() == 100 * 100


def test_a_quality_that_knows_what_is_spoilt_beats_a_constant() -> None:
    """Half of the faces say nothing at all, and a perfect quality says so."""
    faces, texts = noisy(FACES, 0.7, seed=1), noisy(TEXTS, 0.4, seed=2)
    spoilt = np.arange(FACES) % 2 == 0
    probabilities = faces.probabilities.copy()
    probabilities[spoilt] = np.roll(probabilities[spoilt], 3, axis=1)
    known = Predictions(probabilities, np.where(spoilt, 0.0, 1.0), faces.labels, faces.group)
    row = compare(known, texts, Weights(0.7, 0.4), 'face', constant=1.0)
    assert row['nll_with_quality'] < row['nll_ideal'] < row['nll_constant']
    assert 0 < row['ideal'] < 1
    assert row['quality'] == pytest.approx(0.5)
