# SPDX-License-Identifier: MIT
"""Figures by group: each row in its group, and one line for each fault of the file."""

from pathlib import Path

import numpy as np
import pytest

from emotion_ros.errors import ConfigError
from emotion_ros.sessions import metrics
from training.groups import figures_by, read_groups

NAMES = {'speaker': ['ann', 'bob', 'ann']}


def csv_file(folder: Path, *lines: str) -> Path:
    path = folder / 'groups.csv'
    path.write_text('\n'.join(lines), encoding='utf-8')
    return path


@pytest.mark.parametrize(
    ('lines', 'groups'),
    [
        (['row,age', '2,old', '0,young', '1,old'], {'age': ['young', 'old', 'old']}),
        (['\ufeffrow,age', '', '0,a', '1,b', '2,a'], {'age': ['a', 'b', 'a']}),
        (
            ['speaker,age,skin', 'bob,old,I', 'ann,young,VI'],
            {'age': ['young', 'old', 'young'], 'skin': ['VI', 'I', 'VI']},
        ),
    ],
)
def test_groups_are_found_by_row_or_name(tmp_path: Path, lines, groups) -> None:
    assert read_groups(csv_file(tmp_path, *lines), 3, NAMES) == groups


@pytest.mark.parametrize(
    ('lines', 'message'),
    [
        ([], 'the columns are none; wanted are a key .row or speaker. and one or more'),
        (['row', '0'], 'the columns are row; wanted'),
        (['person,age', '0,a'], 'the columns are person, age; wanted'),
        (['row,age,age', '0,a,b'], 'the columns are row, age, age; wanted'),
        (['row,age', '0,a', '1'], 'line 3 has not 2 values'),
        (['row,age', '0,a', '0,b'], 'a row comes twice'),
        (['row,age', '0,a'], 'row 1, 2: in the data, but not in this file'),
        (['speaker,age', 'bob,a'], 'speaker ann: in the data, but not'),
        (['row,age', '0,a', '1,a', '2,a', '3,b'], 'row 3: in this file, but not in the data'),
        (['row,age', *(f'{i},a' for i in range(10))], 'row 3, 4, 5, 6, 7 and 2 more: in this'),
    ],
)
def test_a_fault_is_named_in_one_line(tmp_path: Path, lines, message) -> None:
    path = csv_file(tmp_path, *lines)
    with pytest.raises(ConfigError, match=message) as error:
        read_groups(path, 3, NAMES)
    assert str(error.value).startswith(str(path))
    assert '\n' not in str(error.value)


@pytest.mark.parametrize('content', [None, b'\xff\xfe\x00row'])
def test_a_file_that_is_no_csv(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / 'groups.csv'
    if content:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match='not a readable csv file'):
        read_groups(path, 3, NAMES)


def test_figures_of_each_group() -> None:
    labels, predicted = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])
    groups = {'age': ['old', 'old', 'young', 'young']}
    by = figures_by(groups, labels, predicted, 2, metrics.accuracy)
    assert by == {
        'age': {
            'old': {'n': 2, 'accuracy': 0.5, 'low': 0.0, 'high': 1.0},
            'young': {'n': 2, 'accuracy': 1.0, 'low': 1.0, 'high': 1.0},
        }
    }
