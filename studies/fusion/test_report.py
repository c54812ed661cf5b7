# SPDX-License-Identifier: MIT
"""The report: written from what the experiments return, complete, with its pictures."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip('matplotlib', reason='the report draws')

from emotion_ros.core.fusion.card import load_fusion_card
from emotion_ros.errors import ConfigError
from emotion_ros.files.resources import packaged_weights
from fusion_samples import draw_sequences
from studies.fusion import quality, report, sequences
from studies.fusion.detected_faces import DetectedFaces, by_score
from studies.tables import as_csv
from training.command import as_json
from training.fusion import weights
from training.fusion.pairs import Weights
from training.fusion.predictions import Predictions
from training.fusion.scenarios import Conditions
from training.fusion.sequences import fit_temperature
from training.fusion.synthetic_sequences import Sequences

CARD = packaged_weights() / 'fusion.json'


def predictions(count: int, seed: int) -> Predictions:
    """Predictions that are right more often than not; qualities of all four lengths."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 7
    raised = rng.random((count, 7)) + np.eye(7)[labels]
    chosen = rng.choice([0.25, 0.5, 0.75, 1.0], count)
    return Predictions(raised / raised.sum(1, keepdims=True), chosen, labels, np.arange(count))


def read_csv(path: Path) -> list[list[str]]:
    with path.open(newline='') as file:
        return list(csv.reader(file))


@pytest.fixture(scope='module')
def drawn() -> Sequences:
    return draw_sequences(predictions(70, seed=1), segments=3)


def test_every_table_and_picture_is_written(
    drawn: Sequences, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = load_fusion_card(CARD)
    faces, texts = predictions(140, seed=2), predictions(70, seed=3)
    fitted = json.loads(weights.CREMAD.read_text())
    score = np.linspace(0.5, 0.9, 140)
    measured = {
        'card': {'weights': dict(card.weights['face+text']), 'temperature': card.temperature},
        'votes': {'n': 1, 'fit': fitted},
        'weights': weights.experiment(Conditions(faces, faces, texts, texts), card, 1.9),
        'sequences': sequences.experiment(drawn, card),
        'temperature': fit_temperature(drawn, card),
        'example': report.example(drawn, card),
        'quality': {
            **quality.experiment({'clean': faces}, {'as written': texts}, Weights(0.9, 0.4)),
            'detector': 'none',
            'face_by_score': by_score(DetectedFaces(score, faces.probabilities, faces.labels)),
        },
    }
    used, results = tmp_path / 'measured.json', tmp_path / 'results'
    used.write_text(as_json(measured))
    options = ['--out', str(results), '--figures', str(tmp_path), '--use', str(used)]
    report.main(['--data-folder', 'unused', *options])
    assert capsys.readouterr().out == ''
    written = {path.stem: read_csv(path) for path in results.iterdir()}
    assert {name: rows[0] for name, rows in written.items()} == {
        path.stem: read_csv(path)[0]
        for path in report.RESULTS.iterdir()
        if path.stem != 'learned_filter'  # written by its own command
    }
    for rows in written.values():
        assert len(rows) > 1
        assert {len(row) for row in rows} == {len(rows[0])}
    assert len(list(tmp_path.glob('fusion_*.svg'))) == 4
    pool = next(row for row in written['votes'] if row[0] == 'pool')
    assert pool[3] == f'{fitted["cross_fitted"]["pool"]["kl"]:.3f}'
    calibration = measured['sequences']['one_face']['hmm']['calibration']
    shown = next(row for row in written['over_time'] if 'default' in row[2])
    assert f'{calibration["ece15"]:.3f}' in shown


def test_the_pictures_are_the_same_every_time(tmp_path: Path) -> None:
    """Else every report would change the repository."""
    methods = json.loads(weights.CREMAD.read_text())['cross_fitted']
    first, second = tmp_path / 'a.svg', tmp_path / 'b.svg'
    for path in (first, second):
        report.plots.draw_methods(methods, path)
    assert first.read_bytes() == second.read_bytes()


def test_a_table() -> None:
    rows = [('name', 'a', 'b'), ('x', None, 0.12345), ('y, z', float('nan'), 7)]
    assert as_csv(rows) == 'name,a,b\nx,,0.123\n"y, z",,7\n'


@pytest.mark.parametrize('content', [None, '', 'half a li', '[1]', '{"card": {}}'])
def test_figures_that_are_none_are_named(content, tmp_path) -> None:
    path = tmp_path / 'measured.json'
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigError, match=r'measured\.json: is not what --json prints'):
        report.read(path)
