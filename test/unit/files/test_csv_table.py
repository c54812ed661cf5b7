# SPDX-License-Identifier: MIT
"""CSV that pandas, R and a spreadsheet read alike."""

import io

import pytest

from emotion_ros.files.csv_table import write_csv

NAN = float('nan')


@pytest.mark.parametrize(
    ('records', 'lines'),
    [
        ([], ['a,b']),
        ([{'a': 1, 'b': 'x'}], ['a,b', '1,x']),
        ([{'a': None}, {'b': NAN}], ['a,b', ',', ',']),
        ([{'a': True, 'b': False}], ['a,b', 'true,false']),
        ([{'a': 1_700_000_000.1234567, 'b': 1 / 3}], ['a,b', '1700000000.123457,0.333333']),
        ([{'a': 'x, "y"', 'b': ''}], ['a,b', '"x, ""y""",']),
    ],
)
def test_a_record_is_a_line(records, lines):
    file = io.StringIO()
    assert write_csv(file, ('a', 'b'), records) == len(records)
    assert file.getvalue().splitlines() == lines


def test_a_name_without_a_column_is_an_error():
    with pytest.raises(ValueError, match='c'):
        write_csv(io.StringIO(), ('a',), [{'c': 1}])
