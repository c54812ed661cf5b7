# SPDX-License-Identifier: MIT
"""The tables in which packages stand beside us."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.table import Table

from benchmarks.figure import format_value


@dataclass(frozen=True)
class FaceRow:
    """Accuracy and speed of one way from a frame to an emotion.

    ``crops``: accuracy (0..1) on faces as FER2013 crops them; None for what is not a separate
    classifier. ``found``: share of faces found in frames; ``frames``: share found and classified
    correctly. ``ms``: time of a frame of 640x480 with one face.
    """

    name: str
    crops: float | None
    found: float
    frames: float
    ms: float


@dataclass(frozen=True)
class TextRow:
    """One way from a text to a sentiment: macro recall and accuracy (0..1), ms per text."""

    name: str
    macro_recall: float
    accuracy: float
    ms: float


@dataclass(frozen=True)
class Comparison:
    """Rows with ours first, and why others are missing; a table without rows is left out."""

    faces: Sequence[FaceRow] = ()
    texts: Sequence[TextRow] = ()
    notes: Sequence[str] = ()

    def tables(self) -> list[Table]:
        """Return the tables that have rows."""
        tables = [face_table(self.faces)] if self.faces else []
        return [*tables, text_table(self.texts)] if self.texts else tables


def face_table(rows: Sequence[FaceRow]) -> Table:
    """Return accuracy and time of the faces, and the time relative to the first row."""
    table = Table('from frame to emotion', box=box.MARKDOWN)
    for heading in ('crops right', 'found', 'found and right', 'CPU ms a frame', '÷ ours'):
        table.add_column(heading, justify='right')
    for row in rows:
        crops = '' if row.crops is None else _share(row.crops)
        ratio = f'{row.ms / rows[0].ms:.1f}'
        table.add_row(
            row.name, crops, _share(row.found), _share(row.frames), format_value(row.ms), ratio
        )
    return table


def text_table(rows: Sequence[TextRow]) -> Table:
    """Return macro recall, accuracy and time of the texts."""
    table = Table('from words to sentiment', box=box.MARKDOWN)
    for heading in ('macro recall', 'accuracy', 'ms a text', '÷ ours'):
        table.add_column(heading, justify='right')
    for row in rows:
        shares = _share(row.macro_recall), _share(row.accuracy)
        table.add_row(row.name, *shares, format_value(row.ms), f'{row.ms / rows[0].ms:.2f}')
    return table


def _share(value: float) -> str:
    return f'{value:.3f}'.lstrip('0')
