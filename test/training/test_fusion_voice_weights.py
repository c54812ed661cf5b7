# SPDX-License-Identifier: MIT
"""Weights of the voice: found again when they are known, within their limits, written."""

import json
from pathlib import Path

import numpy as np
import pytest

from emotion_ros.core.fusion.card import COMBINATIONS, load_fusion_card
from emotion_ros.core.fusion.opinion_pool import pool
from emotion_ros.errors import ConfigError
from emotion_ros.files.resources import packaged_weights
from fusion_samples import noisy
from training.fusion import voice_weights as command
from training.fusion.predictions import UNIFORM
from training.fusion.voice_weights import Limits, Triples, fit_solo, make_triples

LIMITS = Limits(sharpness=1.4, voice_per_face=0.7)
LABELS = np.arange(3000) % 7


def confusion(right: float) -> np.ndarray:
    return np.full((7, 7), (1 - right) / 6) + np.eye(7) * (right - (1 - right) / 6)


@pytest.fixture(scope='module')
def triples() -> Triples:
    voices = command.voice_predictions(confusion(0.7), confusion(0.5), LABELS)
    return make_triples(noisy(700, 0.9, seed=1), noisy(300, 0.5, seed=2), voices)


@pytest.mark.parametrize(('real', 'weight'), [(0.9, 1.0), (0.7, 1.0), (1 / 7, 0.0)])
def test_a_voice_weighs_as_much_as_it_is_right_elsewhere(real: float, weight: float) -> None:
    voices = command.voice_predictions(confusion(0.7), confusion(real), LABELS)
    of = make_triples(noisy(700, 0.9, seed=1), noisy(300, 0.5, seed=2), voices)
    assert fit_solo(of) == pytest.approx(weight, abs=0.1)


def test_a_prediction_is_as_sure_as_the_confusion_says() -> None:
    voices = command.voice_predictions(confusion(0.7), confusion(0.4), LABELS)
    assert np.unique(voices.probabilities.max(axis=1).round(6)).tolist() == [0.7]
    right = voices.probabilities.argmax(axis=1) == voices.labels
    assert right.mean() == pytest.approx(0.4, abs=0.03)


def test_the_weights_keep_every_limit(triples: Triples) -> None:
    card = load_fusion_card(packaged_weights() / 'fusion.json')
    result = command.experiment(triples, card, LIMITS)
    weights = result['weights']
    assert list(weights) == [name for name in COMBINATIONS if 'voice' in name]
    for w in weights.values():
        assert sum(w.values()) <= LIMITS.sharpness + 1e-6
        assert w.get('text', 0) + w['voice'] <= LIMITS.utterance + 1e-6
        assert w['voice'] <= LIMITS.voice_per_face * w.get('face', np.inf) + 1e-6
    assert weights['text+voice']['text'] + weights['text+voice']['voice'] == pytest.approx(1.0)
    figures = result['figures']
    assert figures['face+text+voice']['nll'] < figures['face+text']['nll']
    assert figures['face+voice']['nll'] < figures['face']['nll']


def test_the_loss_is_that_of_the_core_s_pool(triples: Triples) -> None:
    weights = {'face': 0.8, 'voice': 0.3}
    rows = [
        pool(
            [triples.opinions[name][i] for name in weights],
            [w * triples.quality[name][i] for name, w in weights.items()],
            UNIFORM,
        )[triples.labels[i]]
        for i in range(len(triples.labels))
    ]
    assert triples.loss(weights) == pytest.approx(-np.log(rows).mean())


def test_only_the_weights_of_the_voice_are_written(triples: Triples, tmp_path: Path) -> None:
    path = tmp_path / 'fusion.json'
    path.write_bytes((packaged_weights() / 'fusion.json').read_bytes())
    before = load_fusion_card(path)
    result = command.experiment(triples, before, LIMITS)
    command.write_weights(path, result, 'a test', 'python -m some.command')
    card = load_fusion_card(path)
    for name in COMBINATIONS:
        expected = result['weights'].get(name, before.weights[name])
        assert card.weights[name] == pytest.approx(expected, abs=1e-3)
    provenance = card.provenance['voice_weights']
    assert 'a test' in provenance['data']
    assert provenance['command'] == 'python -m some.command'


@pytest.mark.parametrize(
    'content', ['', '{}', '{"known": [[1]]}', '{"known": [[-1, 0, 0, 0, 0, 0, 0]]}']
)
def test_a_file_without_confusions_is_one_line(content: str, tmp_path: Path) -> None:
    path = tmp_path / 'voice.json'
    path.write_text(content)
    with pytest.raises(ConfigError, match=r'voice\.json') as error:
        command.load_confusions(path)
    assert '\n' not in str(error.value)


def test_confusions_are_read_by_rows(tmp_path: Path) -> None:
    path = tmp_path / 'voice.json'
    sure, even = [[93, 0, 0, 0, 0, 0, 0]] * 7, [[0] * 7] * 7
    path.write_text(json.dumps({'known': sure, 'elsewhere': even}))
    known, elsewhere = command.load_confusions(path)
    assert known[3].tolist() == [0.94] + [0.01] * 6
    assert elsewhere == pytest.approx(np.full((7, 7), 1 / 7))


def test_the_committed_confusions_say_that_other_rooms_are_harder() -> None:
    known, elsewhere = command.load_confusions(command.CONFUSIONS)
    assert np.diag(known).mean() > np.diag(elsewhere).mean() + 0.2
