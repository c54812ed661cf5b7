# SPDX-License-Identifier: MIT
"""Where a command prints its tables."""

from rich.console import Console

PIPED_WIDTH = 140


def table_console() -> Console:
    """Return standard output: as wide as the terminal, PIPED_WIDTH into a pipe or a file.

    It prints text as it is: in what others wrote, ``[/x]`` is no markup and ``:x:`` no emoji.
    """
    width = None if Console().is_terminal else PIPED_WIDTH
    return Console(width=width, markup=False, emoji=False)
