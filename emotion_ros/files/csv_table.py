# SPDX-License-Identifier: MIT
"""CSV tables: one header, decimal points, empty cells for what is missing."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from typing import IO

DECIMALS = 6


def write_csv(
    file: IO[str], columns: Sequence[str], records: Iterable[Mapping[str, object]]
) -> int:
    """Write a header and a line per record; return the number of records.

    Missing values, None and NaN are left empty; numbers have at most DECIMALS decimals, as in
    JSON lines; truth values are ``true`` and ``false``.
    """
    writer = csv.DictWriter(file, columns, restval='', lineterminator='\n')
    writer.writeheader()
    count = 0
    for record in records:
        writer.writerow({name: _cell(value) for name, value in record.items()})
        count += 1
    return count


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return round(value, DECIMALS) if value == value else ''
    return value
