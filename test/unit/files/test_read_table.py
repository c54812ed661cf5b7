# SPDX-License-Identifier: MIT
"""CSV tables as other programs write them."""

from pathlib import Path

import pytest

from emotion_ros.errors import ConfigError
from emotion_ros.files.read_table import Table

ROWS = [{'image': 'a.jpg', 'emotion': 'happy'}, {'image': 'b.jpg', 'emotion': 'sad'}]


def table(path: Path, text: str) -> Table:
    """Read a file with this text."""
    file = path / 't.csv'
    file.write_text(text)
    return Table(file)


@pytest.mark.parametrize(
    'text',
    [
        pytest.param('image,emotion\na.jpg,happy\nb.jpg,sad\n', id='plain'),
        pytest.param('image;emotion\na.jpg;happy\nb.jpg;sad\n', id='Excel in Germany'),
        pytest.param('sep=;\nimage;emotion\na.jpg;happy\nb.jpg;sad\n', id='Excel, sep='),
        pytest.param('image\temotion\na.jpg\thappy\nb.jpg\tsad\n', id='tabs'),
        pytest.param('Image, Emotion \na.jpg, happy\nb.jpg,sad\n', id='spaces, capitals'),
        pytest.param('image,emotion,\na.jpg,happy,\n,,\nb.jpg,sad\n,,\n', id='empty cells, rows'),
        pytest.param('image,emotion\r\n"a.jpg",happy\r\n\r\nb.jpg,sad', id='no end'),
    ],
)
def test_the_rows(tmp_path: Path, text: str) -> None:
    rows = [{k: v for k, v in row.items() if k} for row in table(tmp_path, text).rows()]
    assert rows == ROWS


def test_cells_at_the_end_may_be_missing(tmp_path: Path) -> None:
    assert list(table(tmp_path, 'a,b\n1\n').rows()) == [{'a': '1', 'b': ''}]
    assert list(table(tmp_path, '').rows()) == []


def test_a_text_in_a_table_of_one_column_may_have_commas(tmp_path: Path) -> None:
    rows = table(tmp_path, 'text\nYes, I do\n"No, never"\n').rows()
    assert list(rows) == [{'text': 'Yes, I do'}, {'text': 'No, never'}]


def test_quotes_are_kept_where_they_part_nothing() -> None:
    assert list(Table('t', 'a\tb\n"1\t2\n', is_quoted=False).rows()) == [{'a': '"1', 'b': '2'}]


def test_only_a_table_without_commas_has_decimal_commas(tmp_path: Path) -> None:
    assert table(tmp_path, 'a;b\n1,5;2\n').has_decimal_commas
    assert not table(tmp_path, 'a,b\n').has_decimal_commas


def test_what_is_unclear_is_an_error_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="line 1: column 'emotion' is there twice"):
        table(tmp_path, 'image,emotion,Emotion\n')
    with pytest.raises(ConfigError, match='is JSON: save it as CSV'):
        table(tmp_path, '{"text": "hi"}\n')
    rows = table(
        tmp_path, 'sep=,\ntext,sentiment\nhi,positive\nI am glad, and how,positive\n'
    ).rows()
    assert next(rows)['text'] == 'hi'
    with pytest.raises(ConfigError, match=r"line 4: 3 cells for 2 columns \(put a text with ','"):
        next(rows)
