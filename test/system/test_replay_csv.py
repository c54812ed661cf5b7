# SPDX-License-Identifier: MIT
"""emotion-ros replay --csv: what a researcher reads into a data frame."""

import csv
import json
from pathlib import Path

import pytest

from emotion_ros.cli.main import main
from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.sessions.state_table import STATE_COLUMNS
from make_bag import START_NS
from small_bags import make_evidence_bag, make_two_people_bag


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    make_evidence_bag(tmp_path / 'bag')
    return tmp_path / 'bag'


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding='utf-8') as file:
        return list(csv.DictReader(file))


def test_the_rows_are_the_states_of_json(bag: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(['replay', str(bag), '--json']) == 0
    states = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert main(['replay', str(bag), '--csv']) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert tuple(rows[0]) == STATE_COLUMNS
    focus = [row for row in rows if row['focus'] == 'true']
    assert [row['label'] for row in focus] == [state['label'] for state in states]
    last, state = focus[-1], states[-1]
    assert [float(last[name]) for name in EMOTIONS] == state['probabilities']
    for name in ('confidence', 'duration', 'valence', 'arousal', 'agreement'):
        assert float(last[name]) == state[name]
    assert float(last['stamp']) == state['header']['stamp']
    assert float(last['at']) == pytest.approx(float(last['stamp']) - START_NS / 1e9, abs=0.21)
    assert (last['status'], last['evidence']) == ('OK', 'face+text+voice')
    assert focus[0]['happy'] == ''


def test_everybody_in_view_has_a_row_and_one_is_in_focus(tmp_path: Path) -> None:
    make_two_people_bag(tmp_path / 'bag')
    assert main(['replay', str(tmp_path / 'bag'), '--csv', str(tmp_path / 'states.csv')]) == 0
    last = read(tmp_path / 'states.csv')[-2:]
    assert {row['person_id'] for row in last} == {'face_1', 'face_2'}
    assert [row['focus'] for row in last] == ['true', 'false']
    assert len({row['at'] for row in last}) == 1


def test_a_file_is_replaced_only_by_force(bag: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = bag.with_name('notes.csv')
    file.write_text('mine')
    assert main(['replay', str(bag), '--csv', str(file)]) == 2
    assert 'notes.csv: exists: choose another file, or --force' in capsys.readouterr().err
    assert file.read_text() == 'mine'
    assert main(['replay', str(bag), '--csv', str(file), '--force']) == 0
    assert len(read(file)) > 10


def test_nothing_is_written_into_a_recording(
    bag: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(['replay', str(bag), '--csv', str(bag / 'metadata.yaml'), '--force']) == 2
    assert 'lies in a recording' in capsys.readouterr().err
    assert not list(bag.glob('*.csv'))


def test_a_bag_in_the_place_of_the_file_is_pointed_out(
    bag: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(['replay', '--csv', str(bag)])
    assert 'is a recording: give it before --csv' in capsys.readouterr().err
