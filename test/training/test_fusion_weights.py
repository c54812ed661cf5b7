# SPDX-License-Identifier: MIT
"""Weights of face and words: found again when they are known, limited, written, measured."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.evidence import Rejection
from emotion_ros.core.fusion.card import load_fusion_card
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.fusion.opinion_pool import pool
from emotion_ros.core.fusion.weighting import FittedWeight, resolve_decays
from emotion_ros.core.observations import TextObservation
from emotion_ros.errors import ConfigError, InvalidInput
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.face.crop import face_quality, relative_sharpness
from emotion_ros.perception.face.detectors.detector import FaceBox
from fusion_samples import noisy
from training.fusion import weights as command
from training.fusion.pairs import (
    Pairs,
    Weights,
    any_emotion,
    fuse_pairs,
    make_pairs,
    opposite_valence,
    same_emotion,
)
from training.fusion.predictions import (
    DETECTOR_SCORE,
    UNIFORM,
    Predictions,
    Speech,
    crop_quality,
    load_speech,
    text_predictions,
)
from training.fusion.scenarios import OLD_WORDS_S, Conditions, interval
from training.fusion.weights import MAX_SHARPNESS, fit_folds, fit_weights

FACES, TEXTS = 700, 300


@pytest.fixture(scope='module')
def faces() -> Predictions:
    return noisy(FACES, 0.7, seed=1)


@pytest.fixture(scope='module')
def texts() -> Predictions:
    return noisy(TEXTS, 0.4, seed=2)


@pytest.fixture(scope='module')
def pairs(faces, texts) -> Pairs:
    return make_pairs(faces, texts, np.random.default_rng(0))


def test_the_fit_recovers_known_weights(faces, texts, pairs: Pairs) -> None:
    """Given the emotion the two are independent: each keeps the weight that calibrates it."""
    found = fit_weights(faces, texts, pairs)
    assert found.face == pytest.approx(0.7, abs=0.1)
    assert found.text == pytest.approx(0.4, abs=0.1)
    assert found.temperature == 1.0


@pytest.mark.parametrize('limit', [0.3, 0.8])
def test_the_sum_of_the_weights_is_limited(limit: float, faces, texts, pairs: Pairs) -> None:
    found = fit_weights(faces, texts, pairs, limit)
    assert found.face + found.text == pytest.approx(limit, abs=1e-6)
    assert min(found.face, found.text) > 0


def test_a_fold_is_not_fitted_on_itself(faces, texts, pairs: Pairs) -> None:
    folds = fit_folds(faces, texts, pairs)
    rest = pairs.take(pairs.fold != 2)
    assert folds[2] == fit_weights(faces, texts, rest)
    assert len(set(folds)) == len(folds) == 5


def test_pairs_have_the_same_emotion_and_the_same_fold(faces, texts, pairs: Pairs) -> None:
    assert (faces.labels[pairs.face] == texts.labels[pairs.text]).all()
    for rows, side in ((pairs.face, faces), (pairs.text, texts)):
        folds_of = {(int(side.group[r]), int(f)) for r, f in zip(rows, pairs.fold, strict=True)}
        assert len(folds_of) == len({group for group, _ in folds_of})


@pytest.mark.parametrize(
    ('partners', 'emotion', 'expected'),
    [
        (same_emotion, Emotion.SAD, {Emotion.SAD}),
        (any_emotion, Emotion.SAD, set(Emotion) - {Emotion.UNKNOWN}),
        (opposite_valence, Emotion.SAD, {Emotion.HAPPY}),
        (
            opposite_valence,
            Emotion.HAPPY,
            {Emotion.ANGRY, Emotion.DISGUST, Emotion.FEAR, Emotion.SAD},
        ),
        (opposite_valence, Emotion.NEUTRAL, set()),
        (opposite_valence, Emotion.SURPRISE, set()),
    ],
)
def test_who_meets_whom(partners, emotion, expected) -> None:
    assert {Emotion(i) for i in np.flatnonzero(partners(emotion))} == expected


def test_a_face_whose_emotion_nobody_utters_is_left_out() -> None:
    faces = noisy(50, 1.0, seed=0)
    mute = noisy(20, 1.0, seed=0)
    silent = Predictions(mute.probabilities, mute.quality, np.full(20, 3), mute.group)
    pairs = make_pairs(faces, silent, np.random.default_rng(0), folds=1, per_face=2)
    assert set(faces.labels[pairs.face]) == {3}
    assert len(pairs) == 2 * (faces.labels == 3).sum()


def test_fusing_is_the_core_s_pool_with_quality_and_freshness() -> None:
    faces, texts = noisy(3, 0.7, 1), noisy(3, 0.4, 2)
    faces.quality[:], texts.quality[:] = [1.0, 0.5, 0.0], [0.8, 1.0, 0.3]
    pairs = Pairs(np.array([0, 1, 2]), np.array([2, 1, 0]), np.array([0, 1, 0]))
    by_fold = [Weights(0.9, 0.4), Weights(0.8, 0.5, 1.2, solo=(0.95, 0.7))]
    rows = fuse_pairs(faces, texts, pairs, by_fold, freshness=(1.0, 0.5))
    for row, f, t, fold in zip(rows, pairs.face, pairs.text, pairs.fold, strict=True):
        one = by_fold[fold]
        of_face = FittedWeight(('text', 'voice'), one.solo[0], one.face, 0.0, 0.0)
        of_text = FittedWeight(('face', 'voice'), one.solo[1], one.text, 0.0, 0.0)
        seen, heard = faces.quality[f], texts.quality[t] * 0.5
        expected = pool(
            (faces.probabilities[f], texts.probabilities[t]),
            (of_face.at(heard, 0.0) * seen, of_text.at(seen, 0.0) * heard),
            UNIFORM,
            one.temperature,
        )
        np.testing.assert_allclose(row, expected)


def test_what_the_fusion_would_refuse_counts_for_nothing() -> None:
    table = load_fusion_card(packaged_weights() / 'fusion.json').sentiment_given_emotion
    heard = [
        None,
        TextObservation(0.0, rejection=Rejection.UNSUPPORTED_LANGUAGE, quality=0.0),
        TextObservation(0.0, sentiment=(0.1, 0.1, 0.8), quality=0.5),
    ]
    speech = Speech(['', 'Guten Tag', 'nice'], np.array([0, 1, 3]), np.array([7, 7, 8]))
    of = text_predictions(heard, speech, table)
    assert of.quality.tolist() == [0.0, 0.0, 0.5]
    np.testing.assert_array_equal(of.probabilities[:2], [UNIFORM, UNIFORM])
    expected = heard[2].to_evidence(table).probabilities
    np.testing.assert_allclose(of.probabilities[2], expected)
    assert of.group.tolist() == [7, 7, 8]
    assert len(text_predictions([], Speech([], np.array([]), np.array([])), table)) == 0


def test_the_quality_of_a_crop_is_the_robot_s() -> None:
    crop = np.random.default_rng(0).integers(0, 255, (48, 48), np.uint8)
    box = FaceBox((0.0, 0.0, 48.0, 48.0), DETECTOR_SCORE)
    assert crop_quality(crop) == face_quality(box, relative_sharpness(crop)) == DETECTOR_SCORE
    assert crop_quality(np.full((48, 48), 7, np.uint8)) == 0.0


def test_an_interval_holds_the_mean_and_widens_with_groups() -> None:
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(40), 10)
    values = (rng.random(40)[group] > 0.5).astype(float)
    emotion = np.zeros(400, int)
    alone = interval(values, np.arange(400), np.zeros(400, int), emotion)
    together = interval(values, group, np.zeros(400, int), emotion)
    assert alone[0] == together[0] == values.mean()
    for mean, low, high in (alone, together):
        assert low < mean < high
    assert together[2] - together[1] > 2 * (alone[2] - alone[1])


def test_the_experiment_and_the_card(faces, texts, tmp_path: Path) -> None:
    path = tmp_path / 'fusion.json'
    path.write_bytes((packaged_weights() / 'fusion.json').read_bytes())
    before = json.loads(path.read_text())
    of = Conditions(faces, faces, texts, texts)
    result = command.experiment(of, load_fusion_card(path), cremad_sharpness=1.98)
    figures = result['situations']
    accuracy = {name: of['accuracy'][0] for name, of in figures.items()}
    assert accuracy['both'] > accuracy['face alone'] > accuracy['words alone']
    assert accuracy['both'] >= accuracy['both, words 3.5 s old'] >= accuracy['face alone'] - 0.02
    assert accuracy['opposite: both'] < accuracy['opposite: face alone']
    assert figures['opposite: both']['conflict'] > figures['both']['conflict']
    assert result['gain_over_face'][0] == pytest.approx(accuracy['both'] - accuracy['face alone'])
    assert figures['both']['accuracy'][1] < accuracy['both'] < figures['both']['accuracy'][2]
    assert len(result['sensitivity']) == 9

    command.write_weights(path, result, 'python -m some.command')
    card = load_fusion_card(path)
    both = card.weights['face+text']
    assert sum(both.values()) <= card.sharpness == MAX_SHARPNESS
    assert both['face'] == pytest.approx(result['weights']['face'], abs=1e-3)
    assert card.weights['text']['text'] == pytest.approx(result['alone']['text'], abs=1e-3)
    assert card.provenance['weights']['command'] == 'python -m some.command'
    assert 'optimistic' in card.provenance['weights']['caution']
    after = json.loads(path.read_text())
    for key in ('prior', 'temperature', 'sentiment_given_emotion', 'version'):
        assert after[key] == before[key]


def test_sharpness_is_never_above_that_of_real_pairs(faces, texts) -> None:
    card = load_fusion_card(packaged_weights() / 'fusion.json')
    result = command.experiment(Conditions(faces, faces, texts, texts), card, cremad_sharpness=0.8)
    assert result['sharpness'] == 0.8
    assert sum(result['weights'].values()) == pytest.approx(0.8, abs=1e-6)


def test_decay_follows_the_default_options(faces, texts) -> None:
    card = load_fusion_card(packaged_weights() / 'fusion.json')
    decay = resolve_decays(FusionConfig(), card, {})['text']
    assert 0 < decay.freshness(OLD_WORDS_S) < 1


@pytest.mark.parametrize(
    ('columns', 'error', 'complaint'),
    [
        ({}, ConfigError, 'no column'),
        (
            {'text': ['a'], 'emotion': ['sad'], 'dialogue': [1], 'split': ['train']},
            ConfigError,
            'no val rows',
        ),
        (
            {'text': ['a'], 'emotion': ['bored'], 'dialogue': [1], 'split': ['val']},
            InvalidInput,
            'bored',
        ),
    ],
)
def test_bad_speech_is_one_line(columns, error, complaint, tmp_path: Path) -> None:
    path = tmp_path / 'meld.parquet'
    pd.DataFrame(columns).to_parquet(path)
    with pytest.raises(error, match=complaint) as caught:
        load_speech(path)
    assert '\n' not in str(caught.value)
