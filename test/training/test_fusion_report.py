# SPDX-License-Identifier: MIT
"""The page: written from what the experiments return, complete, with its pictures."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip('matplotlib', reason='the report draws')

from emotion_ros.core.fusion.card import load_fusion_card
from emotion_ros.core.observations import TextObservation
from emotion_ros.errors import ConfigError
from emotion_ros.perception.models.file import packaged_weights
from training.command import as_json
from training.fusion import quality, report, sequences, weights
from training.fusion.acting import film_new_faces, plan
from training.fusion.beliefs import Beliefs
from training.fusion.found_faces import Found, by_score
from training.fusion.matched import Weights
from training.fusion.page import table
from training.fusion.scenes import Scenes
from training.fusion.situations import Evidence

CARD = packaged_weights() / 'fusion.json'


def beliefs(count: int, seed: int) -> Beliefs:
    """Beliefs that are right more often than not; qualities of all four lengths."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 7
    raised = rng.random((count, 7)) + np.eye(7)[labels]
    chosen = rng.choice([0.25, 0.5, 0.75, 1.0], count)
    return Beliefs(raised / raised.sum(1, keepdims=True), chosen, labels, np.arange(count))


@pytest.fixture(scope='module')
def scenes() -> Scenes:
    faces, rng = beliefs(70, seed=1), np.random.default_rng(1)
    plans = [plan(faces, np.array([3, 5]), 3, rng) for _ in range(2)]
    film = film_new_faces(faces, plans, rng)
    heard = [TextObservation(0.0, sentiment=s) for s in ((0.1, 0.1, 0.8), (0.8, 0.1, 0.1))]
    return Scenes(plans, film, film, heard)


def test_the_temperature_is_the_likeliest_of_its_table(scenes: Scenes, tmp_path: Path) -> None:
    card = load_fusion_card(CARD)
    fitted = sequences.fit_temperature(scenes, card)
    rows = fitted['by_temperature']
    assert [row['temperature'] for row in rows] == list(sequences.TEMPERATURES)
    best = min(rows, key=lambda row: row['log_loss'])
    assert fitted['temperature'] == best['temperature']
    assert rows[0]['confidence'] > rows[-1]['confidence'], 'heat makes unsure'
    path = tmp_path / 'fusion.json'
    path.write_bytes(CARD.read_bytes())
    sequences.write_temperature(path, fitted, 'python -m some.command')
    written = load_fusion_card(path)
    assert written.temperature == fitted['temperature']
    assert written.weights == card.weights
    assert written.provenance['temperature']['command'] == 'python -m some.command'


def test_the_page_has_everything_and_the_pictures(
    scenes: Scenes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = load_fusion_card(CARD)
    faces, texts = beliefs(140, seed=2), beliefs(70, seed=3)
    fitted = json.loads(weights.CREMAD.read_text())
    score = np.linspace(0.5, 0.9, 140)
    measured = {
        'card': {'weights': dict(card.weights), 'temperature': card.temperature},
        'votes': {'n': 1, 'file': 'votes.parquet', 'fit': fitted},
        'weights': weights.experiment(Evidence(faces, faces, texts, texts), card, 1.9),
        'sequences': sequences.experiment(scenes, card),
        'temperature': sequences.fit_temperature(scenes, card),
        'example': report.example(scenes, card),
        'quality': {
            **quality.experiment({'clean': faces}, {'as written': texts}, Weights(0.9, 0.4)),
            'detector': 'none',
            'face_by_score': by_score(Found(score, faces.probabilities, faces.labels)),
        },
    }
    used, page = tmp_path / 'measured.json', tmp_path / 'docs' / 'page.md'
    used.write_text(as_json(measured))
    report.main(['--data-folder', 'unused', '--out', str(page), '--use', str(used)])
    assert capsys.readouterr().out == ''
    text = page.read_text()
    assert not re.search(r'[{}]|\bnan\b|\bNone\b', text)
    pictures = re.findall(r'\((figures/\w+\.svg)\)', text)
    assert len(pictures) == 4
    for picture in pictures:
        assert '<svg' in (page.parent / picture).read_text()
    assert f'{fitted["cross_fitted"]["pool"]["kl"]:.3f}' in text
    assert f'{measured["sequences"]["one_face"]["hmm"]["calibration"]["ece15"]:.3f}' in text


def test_the_pictures_are_the_same_every_time(tmp_path: Path) -> None:
    """Else every report would change the repository."""
    methods = json.loads(weights.CREMAD.read_text())['cross_fitted']
    first, second = tmp_path / 'a.svg', tmp_path / 'b.svg'
    for path in (first, second):
        report.plots.draw_methods(methods, path)
    assert first.read_bytes() == second.read_bytes()


def test_a_table() -> None:
    assert table(('', 'a'), []) == '|  | a |\n| --- | --: |'
    row = table(('', 'a', 'b', 'c', 'd'), [('x', None, 0.12345, 12.345, 7)])
    assert row.splitlines()[-1] == '| x | – | 0.123 | 12.3 | 7 |'


@pytest.mark.parametrize('content', [None, '', 'half a li', '[1]', '{"card": {}}'])
def test_figures_that_are_none_are_named(content, tmp_path) -> None:
    path = tmp_path / 'measured.json'
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigError, match=r'measured\.json: is not what --json prints'):
        report.read(path)
