# SPDX-License-Identifier: MIT
"""Where an analysis goes: a table, CSV, and a progress bar while it lasts."""

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.table import Table

from emotion_ros.cli.analysis import Seen
from emotion_ros.cli.console import table_console
from emotion_ros.cli.image_source import Footage
from emotion_ros.conversions.state_fields import Fields
from emotion_ros.demo.terminal import face_words
from emotion_ros.view.progress import progress_bar


def print_csv(columns: Sequence[str], records: Iterable[Fields]) -> None:
    """Print a header and a line per record; what a record lacks, None and NaN are left empty."""
    writer = csv.DictWriter(sys.stdout, columns, restval='', lineterminator='\n')
    writer.writeheader()
    for record in records:
        writer.writerow({name: _cell(value) for name, value in record.items()})


def _cell(value: object) -> object:
    """Return what CSV shows: nothing for None and NaN."""
    if not isinstance(value, float):
        return value
    return f'{value:.6g}' if value == value else ''


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print all rows at the end; nothing when there are none or an error ends them."""
    table = Table(*columns)
    for row in rows:
        table.add_row(*row)
    console = table_console()
    if table.row_count:
        console.print(table)


@contextmanager
def with_progress(seen: Iterable[Seen], footage: Footage) -> Iterator[Iterator[Seen]]:
    """Pass the images through; on a terminal a bar on stderr shows how far they are."""
    bar = progress_bar()
    task = bar.add_task('analyze', total=footage.count)

    def watched() -> Iterator[Seen]:
        for image in seen:
            bar.update(task, advance=1, description=face_words(image.faces))
            yield image

    with bar:
        yield watched()
