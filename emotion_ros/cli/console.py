# SPDX-License-Identifier: MIT
"""Tables and CSV on standard output."""

import csv
import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from emotion_ros.conversions.state_fields import Fields

PIPED_WIDTH = 140


def table_console() -> Console:
    """Return standard output: as wide as the terminal, PIPED_WIDTH into a pipe or a file.

    It prints text as it is: ``[/x]`` in a message is not markup, ``:x:`` not an emoji.
    """
    width = None if Console().is_terminal else PIPED_WIDTH
    return Console(width=width, markup=False, emoji=False)


def print_csv(columns: Sequence[str], records: Iterable[Fields]) -> None:
    """Print a header and a line per record; missing values, None and NaN are left empty."""
    writer = csv.DictWriter(sys.stdout, columns, restval='', lineterminator='\n')
    writer.writeheader()
    for record in records:
        writer.writerow({name: _cell(value) for name, value in record.items()})


def _cell(value: object) -> object:
    """Return the value for CSV; None and NaN become empty."""
    if not isinstance(value, float):
        return value
    return f'{value:.6g}' if value == value else ''


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print all rows at the end; nothing when there are none or an error occurs."""
    table = Table(*columns)
    for row in rows:
        table.add_row(*row)
    console = table_console()
    if table.row_count:
        console.print(table)
