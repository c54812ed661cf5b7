# SPDX-License-Identifier: MIT
"""Runs in files as spreadsheets and statistics programs write them again."""

import json
from pathlib import Path

import pytest

from emotion_ros.errors import ConfigError
from emotion_ros.sessions.run_file import Point, is_run_file, read_run

COLUMNS = ('at', 'focus', 'label', 'confidence', 'actionable')
RUN = {'': [Point(0.0, 'unknown', 0.0, False), Point(0.5, 'happy', 0.75, True)]}


def run_text(true: str, false: str, delimiter: str = ',', point: str = '.') -> str:
    """Return the run as a table; the last row is not of the focus person."""
    rows = [
        COLUMNS,
        (f'0{point}0', true, 'unknown', f'0{point}0', false),
        (f'0{point}5', true, 'happy', f'0{point}75', true),
        (f'0{point}5', false, 'sad', f'0{point}75', true),
    ]
    return ''.join(f'{delimiter.join(row)}\n' for row in rows)


@pytest.mark.parametrize(
    'data',
    [
        pytest.param(run_text('true', 'false').encode(), id='replay'),
        pytest.param(run_text('True', 'False').encode(), id='pandas'),
        pytest.param(run_text('TRUE', 'FALSE').encode('utf-8-sig'), id='Excel, CSV UTF-8'),
        pytest.param(run_text('WAHR', 'FALSCH', ';', ',').encode(), id='Excel in Germany'),
        pytest.param(run_text('TRUE', 'FALSE', '\t').encode('utf-16'), id='Excel, Unicode text'),
        pytest.param(run_text('1', '0').encode(), id='numbers'),
        pytest.param(run_text('1.0', '0.0').encode(), id='pandas with missing values'),
        pytest.param(run_text('true', '').encode(), id='empty cells'),
    ],
)
def test_a_table_that_was_saved_by_another_program(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / 'run.csv'
    file.write_bytes(data)
    assert read_run(file, by_stamp=False) == RUN


@pytest.mark.parametrize('name', ['run.tsv', 'run.txt'])
def test_a_table_with_tabs_has_other_names(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(run_text('TRUE', 'FALSE', '\t'))
    assert is_run_file(tmp_path / name)
    assert read_run(tmp_path / name, by_stamp=False) == RUN


def test_json_of_pandas_with_and_without_lines(tmp_path: Path) -> None:
    rows = [
        {'at': p.at_s, 'label': p.label, 'confidence': p.confidence, 'actionable': p.actionable}
        for p in RUN['']
    ]
    for content in (json.dumps(rows, indent=1), '\n'.join(map(json.dumps, rows))):
        (tmp_path / 'run.json').write_text(content)
        assert read_run(tmp_path / 'run.json', by_stamp=False) == RUN


def test_a_truth_value_of_an_unknown_language_is_named(tmp_path: Path) -> None:
    (tmp_path / 'run.csv').write_text(run_text('igaz', 'hamis'))
    with pytest.raises(ConfigError, match="row 1: .*'igaz' is not true or false"):
        read_run(tmp_path / 'run.csv', by_stamp=False)


def test_json_that_is_nested_too_deeply_is_an_error(tmp_path: Path) -> None:
    (tmp_path / 'run.json').write_text('[' * 100_000)
    with pytest.raises(ConfigError, match='row 0: .*RecursionError'):
        read_run(tmp_path / 'run.json', by_stamp=False)
