"""Where a command prints its tables."""

from rich.console import Console

PIPED_WIDTH = 140


def table_console() -> Console:
    """Return standard output: as wide as the terminal, PIPED_WIDTH into a pipe or a file."""
    console = Console()
    return console if console.is_terminal else Console(width=PIPED_WIDTH)
