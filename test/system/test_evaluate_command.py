# SPDX-License-Identifier: MIT
"""emotion-ros evaluate: own labels of faces, sentences and parts of bags."""

import json
from pathlib import Path

import pytest

from emotion_ros.cli.main import main
from emotion_ros.files.resources import packaged_config
from small_bags import make_two_people_bag


def evaluate(
    capsys: pytest.CaptureFixture[str], folder: Path, text: str, *options: str, code: int = 0
) -> tuple[dict, str]:
    (folder / 'labels.csv').write_text(text)
    assert main(['evaluate', str(folder / 'labels.csv'), '--json', *options]) == code
    out, err = capsys.readouterr()
    return json.loads(out), err


@pytest.mark.usefixtures('weights')
def test_faces_are_scored_and_what_is_missing_is_listed(tmp_path: Path, capsys) -> None:
    smile = packaged_config('demo/astronaut.jpg')
    (tmp_path / 'broken.png').write_bytes(b'x')
    text = f'image,emotion\n{smile},happiness\nabsent.jpg,sad\nbroken.png,sad\n'
    scores, err = evaluate(capsys, tmp_path, text)
    assert (scores['rows'], scores['n'], scores['accuracy']) == (3, 1, 1.0)
    assert scores['accuracy_of_all_rows'] == pytest.approx(1 / 3)
    assert scores['not_scored'] == {'missing': 1, 'unsupported_encoding': 1}
    assert f'line 3: {tmp_path}/absent.jpg: No such file' in err
    assert main(['evaluate', str(tmp_path / 'labels.csv')]) == 0
    out = capsys.readouterr().out
    assert out.endswith('1 of 3 scored; with the others counted as wrong: 33.3%\n')


@pytest.mark.usefixtures('weights')
def test_sentences_are_scored_also_the_same_twice(tmp_path: Path, capsys) -> None:
    twice = 2 * 'I am so happy today!,pos\n'
    text = f'text,sentiment\n{twice}This is terrible!,pos\n'
    scores, _ = evaluate(capsys, tmp_path, text)
    assert (scores['n'], scores['not_scored']) == (3, {})
    assert scores['confusion'] == [[0, 0, 0], [0, 0, 0], [1, 0, 2]]
    low, high = scores['accuracy_95']
    assert low < scores['accuracy'] < high


def test_parts_of_bags_are_scored_by_person(tmp_path: Path, capsys) -> None:
    make_two_people_bag(tmp_path / 'two')
    text = (
        'bag,start,end,emotion,person\ntwo,1,4,happy,\ntwo,3,4,sad,face_2\n'
        'two,0,1,sad,face_2\ntwo,60,61,sad,\nabsent,0,1,sad,\n'
    )
    scores, err = evaluate(capsys, tmp_path, text)
    assert (scores['n'], scores['accuracy']) == (2, 1.0)
    assert scores['not_scored'] == {'bag': 1, 'no_estimate': 1, 'outside_bag': 1}
    assert 'line 6: ' in err


def test_the_tables_are_for_people(tmp_path: Path, capsys) -> None:
    make_two_people_bag(tmp_path / 'two')
    (tmp_path / 'labels.csv').write_text('bag,start,end,emotion\ntwo,1,4,happy\n')
    assert main(['evaluate', str(tmp_path / 'labels.csv')]) == 0
    out = capsys.readouterr().out
    for words in ('accuracy', '20.7% to 100.0%', 'recall of happy', 'true \\ predicted'):
        assert words in out


def test_nothing_scored_is_exit_code_1(tmp_path: Path, capsys) -> None:
    scores, _ = evaluate(capsys, tmp_path, 'image,emotion\nabsent.jpg,sad\n', code=1)
    assert (scores['n'], scores['accuracy'], scores['macro_f1_95']) == (0, None, [None, None])
