# SPDX-License-Identifier: MIT
"""Results of a study as CSV files, one table a file."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from math import isnan
from pathlib import Path

Row = Sequence[object]


def as_csv(rows: Iterable[Row]) -> str:
    """Return a table as CSV: floats with three decimals, None and NaN as empty cells."""
    text = StringIO()
    csv.writer(text, lineterminator='\n').writerows(map(_cell, row) for row in rows)
    return text.getvalue()


def write_tables(folder: Path, tables: Mapping[str, Iterable[Row]]) -> None:
    """Write each table, its header first, to ``folder``/name.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        (folder / f'{name}.csv').write_text(as_csv(rows), encoding='utf-8')


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and isnan(value)):
        return ''
    return f'{value:.3f}' if isinstance(value, float) else str(value)
