# SPDX-License-Identifier: MIT
"""Results of a study: CSV files, one table a file, and JSON values."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from math import isnan
from pathlib import Path
from typing import Any

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


def without_nan(value: Any) -> Any:
    """Return JSON values with null in place of NaN."""
    if isinstance(value, Mapping):
        return {key: without_nan(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(entry) for entry in value]
    return None if isinstance(value, float) and isnan(value) else value


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and isnan(value)):
        return ''
    return f'{value:.3f}' if isinstance(value, float) else str(value)
