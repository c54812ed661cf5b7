# SPDX-License-Identifier: MIT
"""Tables on standard output."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

PIPED_WIDTH = 140


def table_console() -> Console:
    """Return standard output: as wide as the terminal, PIPED_WIDTH into a pipe or a file.

    It prints text as it is: ``[/x]`` in a message is not markup, ``:x:`` not an emoji.
    """
    width = None if Console().is_terminal else PIPED_WIDTH
    return Console(width=width, markup=False, emoji=False)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print all rows at the end; nothing when there are none or an error occurs."""
    table = Table(*columns)
    for row in rows:
        table.add_row(*row)
    console = table_console()
    if table.row_count:
        console.print(table)
