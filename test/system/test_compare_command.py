# SPDX-License-Identifier: MIT
"""emotion-ros compare: files of replay and batch, and bags."""

import json
from pathlib import Path

import pytest

from emotion_ros.cli.main import main
from small_bags import make_evidence_bag


@pytest.fixture
def bag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_evidence_bag(tmp_path / 'bag')
    monkeypatch.chdir(tmp_path)
    return tmp_path / 'bag'


def compared(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    capsys.readouterr()
    assert main(['compare', '--json', *arguments]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_bag_is_compared_with_itself_under_options(bag: Path, capsys) -> None:
    found = compared(capsys, 'bag', '--weight', 'voice=5', '--without', 'face')
    assert found['bags'].keys() == {'bag'}
    assert found['same_label'] < 0.9
    assert 0.0 < found['other_action'] <= found['actionable_a'] + found['actionable_b']
    [first, *_] = found['longest_differences']
    assert (first['label_a'], first['bag']) == ('happy', 'bag')
    assert main(['compare', 'bag', '--without', 'face']) == 0
    shown = capsys.readouterr()
    assert 'longest differences' in shown.out
    assert 'A: bag\n' in shown.err
    assert 'B: bag with these options\n' in shown.err


def test_all_files_of_one_replay_are_the_same(bag: Path, capsys) -> None:
    assert main(['replay', 'bag', '--csv', 'a.csv']) == 0
    assert 'a.csv: ' in capsys.readouterr().err.splitlines()[-1]
    with pytest.raises(SystemExit):
        main(['replay', 'bag', '--csv', 'a.xlsx'])
    assert 'a.xlsx: writes CSV: give FILE.csv' in capsys.readouterr().err
    assert main(['replay', 'bag', '--json']) == 0
    Path('a.jsonl').write_text(capsys.readouterr().out)
    for other in ('a.csv', 'a.jsonl', 'bag'):
        found = compared(capsys, 'a.csv', other)
        assert (found['same_label'], found['longest_differences']) == (1.0, []), other
        assert found['confidence_difference'] < 1e-6
        assert found['duration'] > 3.0
        assert found['actionable_a'] == found['actionable_b'] > 0.5
        assert found['other_action'] < 1e-6


@pytest.mark.parametrize(
    ('arguments', 'problem'),
    [
        ('bag', 'give a second run, or options for a second replay'),
        ('bag notes.csv', 'notes.csv: row 1: is no state of replay --csv'),
        ('bag empty.jsonl', 'empty.jsonl: has no states'),
        ('bag broken.json', 'broken.json: row 0: is no state'),
        ('bag absent', 'absent: no such file or folder'),
        ('bag notes.csv --weight face=1', 'notes.csv: is computed already'),
    ],
)
def test_a_mistake_is_one_line(bag: Path, capsys, arguments: str, problem: str) -> None:
    Path('notes.csv').write_text('a,b\n1,2\n')
    Path('empty.jsonl').touch()
    Path('broken.json').write_text('{')
    assert main(['compare', *arguments.split()]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert problem in line
