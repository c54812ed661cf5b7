# SPDX-License-Identifier: MIT
"""Ratios to our own figures, and what becomes of packages' answers, whole or not."""

from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from benchmarks.figure import NotMeasured
from benchmarks.synthetic_frames import paint_heads
from studies.crop_and_detectors.frames.synthetic_frames import paste
from studies.other_packages.__main__ import compare
from studies.other_packages.comparison import Comparison, FaceRow, TextRow
from studies.other_packages.faces import FaceQuestion, fer_row, hit_label, to_indices
from studies.other_packages.texts import package_row
from training.face.data import Faces
from training.text.data import Utterances

OURS = FaceRow('emotion_ros', 0.7, 0.9, 0.6, 10.0)
FER = FaceRow('fer 1.0', 0.65, 0.7, 0.4, 65.0)
WORDS = (TextRow('emotion_ros', 0.696, 0.681, 8.0), TextRow('vader 3', 0.6, 0.57, 0.1))
TWEETS = Utterances(['a', 'b', 'c'], np.array([0, 1, 2]), np.zeros((3, 7), bool))


def rows(comparison):
    console = Console(width=150, file=StringIO())
    for table in comparison.tables():
        console.print(table)
    lines = console.file.getvalue().splitlines()
    return [' '.join(line.split()) for line in lines if line.startswith('| ')]


def test_tables_without_rows_are_left_out():
    assert rows(Comparison()) == []
    assert len(Comparison(faces=[OURS]).tables()) == 1


def test_times_stand_beside_ours():
    shown = rows(Comparison([OURS, FER], WORDS))
    assert '| fer 1.0 | .650 | .700 | .400 | 65.0 | 6.5 |' in shown
    assert '| vader 3 | .600 | .570 | 0.10 | 0.01 |' in shown


def test_without_data_there_are_notes_and_no_rows(monkeypatch, tmp_path):
    monkeypatch.setenv('EMOTION_ROS_DATA', str(tmp_path))
    nothing = compare()
    assert nothing.tables() == []
    assert len(nothing.notes) == 2
    assert all('set EMOTION_ROS_DATA' in note for note in nothing.notes)


@pytest.mark.parametrize(
    ('answer', 'error'),
    [
        ({}, 'labels'),
        ({'version': '1', 'labels': ['neutral'], 'ms': 1.0}, '1 of 3 texts'),
        ({'version': '1', 'labels': ['good', 'bad', 'ugly'], 'ms': 1.0}, 'good'),
        ({'version': '1', 'labels': ['neutral'] * 3, 'ms': None}, 'vader'),
    ],
)
def test_a_package_that_does_not_answer_everything_is_not_measured(answer, error):
    with pytest.raises(NotMeasured, match=error):
        package_row('vader', answer, TWEETS)


def test_texts_are_scored():
    answer = {'version': '3', 'labels': ['negative', 'neutral', 'neutral'], 'ms': 0.1}
    assert package_row('vader', answer, TWEETS) == TextRow('vader 3', 2 / 3, 2 / 3, 0.1)


@pytest.fixture
def question():
    count = 3
    images = np.full((count, 48, 48), 90, np.uint8)
    labels = np.array([3, 3, 0])
    faces = Faces(images, labels, np.zeros((count, 7), np.float32), np.ones(count, np.float32))
    return FaceQuestion(crops=faces, shown=faces, speed=[paint_heads(64, 48, 0)])


@pytest.mark.parametrize(
    'answer',
    [{}, {'crops': [], 'frames': [], 'version': '1', 'ms': 9.0}, {'crops': ['happy'] * 3}],
)
def test_half_an_answer_about_faces_is_none(question, answer):
    with pytest.raises(NotMeasured, match='fer: '):
        fer_row(answer, question)


def test_a_face_that_was_not_found_is_wrong(question):
    frames = question.frames()
    where = [[s.left, s.top, s.side, s.side] for s in frames]
    answer = {
        'version': '1',
        'ms': 80.0,
        'crops': ['happy', 'happy', 'contempt'],
        'frames': [[[where[0], 'happy']], [], [[where[2], 'sad']]],
    }
    row = fer_row(answer, question)
    assert row.name == 'fer 1'
    assert (row.crops, row.found, row.frames) == pytest.approx((2 / 3, 2 / 3, 1 / 3))


def test_a_box_elsewhere_is_no_hit():
    frame = paste(np.zeros((48, 48), np.uint8), 96, np.random.default_rng(0))
    left = frame.left + 200 if frame.left < 300 else frame.left - 200
    assert hit_label(frame, [[[left, frame.top, 96, 96], 'happy']]) is None
    assert hit_label(frame, []) is None


def test_labels_of_others_are_none_of_ours():
    assert list(to_indices(['angry', None, 'contempt', 'surprise'])) == [0, -1, -1, 6]
