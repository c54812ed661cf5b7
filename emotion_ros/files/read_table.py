# SPDX-License-Identifier: MIT
"""Tables of others: CSV as Excel, LibreOffice, pandas and R write it."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from emotion_ros.errors import ConfigError
from emotion_ros.files.checked import read_text

_DELIMITERS = ',;\t|'
_NO_DELIMITER = '\x1f'
EXCEL_HINT = 'sep='
"""Begins a first line that Excel reads and drops."""


def find_delimiter(header: str) -> str:
    """Return what parts the cells; for one column a character that no text has."""
    delimiter = max(_DELIMITERS, key=header.count)
    return delimiter if delimiter in header else _NO_DELIMITER


class Table:
    """The rows of a CSV file, {name of the column: cell}, without spaces around either.

    Its first line decides between comma, semicolon, tab and bar; names of columns are in lower
    case. ``has_decimal_commas`` says that numbers may have one: cells are parted by another
    character. Rows without any text are passed over; cells that are missing at the end of a row,
    where Excel leaves them out, are empty. ConfigError, with the line, for a name that is there
    twice, and for a row with more cells than columns.
    """

    def __init__(self, path: Path | str, text: str | None = None, is_quoted: bool = True) -> None:
        """Read the file, or the ``text`` from it; quotes part cells only if ``is_quoted``."""
        self.path = path
        text = read_text(Path(path)) if text is None else text
        if text.lstrip()[:1] in ('{', '['):
            raise ConfigError(f'{path}: is JSON: save it as CSV')
        self._first_line = 1
        if text.startswith(EXCEL_HINT):
            text, self._first_line = text.partition('\n')[2], 2
        delimiter = find_delimiter(text.partition('\n')[0])
        self.has_decimal_commas = delimiter != ','
        self._reader = csv.reader(
            io.StringIO(text),
            delimiter=delimiter,
            quoting=csv.QUOTE_MINIMAL if is_quoted else csv.QUOTE_NONE,
            skipinitialspace=True,
        )
        self.columns = [name.strip().casefold() for name in self._next_row() or ()]
        twice = [name for name, n in Counter(self.columns).items() if name and n > 1]
        if twice:
            raise ConfigError(f'{path}: line {self.line}: column {twice[0]!r} is there twice')

    @property
    def line(self) -> int:
        """The line, from 1, at which the row that was read last ends."""
        return self._reader.line_num + self._first_line - 1

    def rows(self) -> Iterator[Mapping[str, str]]:
        """Yield the rows, in order; call it once."""
        while (row := self._next_row()) is not None:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            count = len(self.columns)
            if any(cells[count:]):
                raise ConfigError(
                    f'{self.path}: line {self.line}: {len(cells)} cells for {count} columns (put '
                    f'a text with {self._reader.dialect.delimiter!r} in "quotes")'
                )
            yield dict(zip(self.columns, [*cells, *[''] * count], strict=False))

    def _next_row(self) -> list[str] | None:
        try:
            return next(self._reader, None)
        except csv.Error as error:
            raise ConfigError(f'{self.path}: line {self.line}: {error}') from error
