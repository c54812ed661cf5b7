# SPDX-License-Identifier: MIT
"""The evaluation's files, and the faces it can leave out."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from emotion_ros.sessions import metrics
from training.face import duplicates
from training.face.duplicates import near_duplicates
from training.face.report import class_table, write_report

pytest.importorskip('matplotlib', reason='a report draws with matplotlib')

# Seven classes; the last never occurs and is never predicted.
LABELS = np.array([0, 1, 2, 3, 4, 5, 0, 0])
BELIEFS = np.full((8, 7), 0.05)
BELIEFS[np.arange(8), [0, 1, 2, 3, 4, 5, 1, 1]] = 0.7


def figures() -> dict[str, object]:
    table = metrics.confusion(LABELS, BELIEFS.argmax(1), 7)
    return {'n': 8, 'ece15': 0.05, 'confusion': table.tolist()}


def test_report_is_two_pictures_a_table_and_json(tmp_path: Path) -> None:
    folder = tmp_path / 'new' / 'report'
    write_report(folder, figures(), BELIEFS, LABELS, 'a model on some faces')
    for name in ('confusion.png', 'reliability.png'):
        picture = cv2.imread(str(folder / name))
        assert min(picture.shape[:2]) > 600 and picture.std() > 10
    page = json.loads((folder / 'report.json').read_text())
    assert page['n'] == 8
    (only,) = page['reliability']
    assert only == {'n': 8, 'accuracy': 0.75, 'confidence': pytest.approx(0.7)}
    assert (folder / 'classes.txt').read_text().splitlines()[1].split() == [
        'angry', '0.333', '1.000', '0.500', '3',
    ]  # fmt: skip


def test_class_that_never_occurs_has_no_figures() -> None:
    last = class_table(np.array(figures()['confusion'])).splitlines()[-1]
    assert last.split() == ['surprise', 'nan', 'nan', 'nan', '0']


def test_evaluating_imports_neither_torch_nor_matplotlib() -> None:
    code = (
        'import sys; from training.face import evaluate; '
        'assert not {"torch", "matplotlib", "tqdm"} & set(sys.modules)'
    )
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def some_faces(seed: int, count: int) -> np.ndarray:
    """Noise around a brightness from black to white."""
    rng = np.random.default_rng(seed)
    bright = np.linspace(0, 255, count)[:, None, None] + rng.normal(0, 20, (count, 48, 48))
    return bright.clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ('change', 'found'), [(0, True), (1, True), (-1, True), (3, False), (-3, False)]
)
def test_near_duplicates_are_within_two_grey_levels(change: int, found: bool) -> None:
    known = some_faces(0, 9).clip(10, 245)
    again = (known.astype(int) + change).astype(np.uint8)
    assert near_duplicates(again, known).tolist() == [found] * 9


def test_other_faces_are_no_duplicates() -> None:
    assert not near_duplicates(some_faces(0, 9), some_faces(1, 9)).any()
    assert near_duplicates(some_faces(0, 9)[:0], some_faces(1, 9)).shape == (0,)


def test_duplicates_are_found_in_every_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, 'AT_ONCE', 4)
    known = some_faces(0, 9)
    assert near_duplicates(known, known).all()
    assert near_duplicates(known, known[[0, 8]]).tolist() == [True, *[False] * 7, True]
