# SPDX-License-Identifier: MIT
"""A transcript from the text of a file, whose format is recognised by its content."""

import csv
import json
import re
from collections.abc import Mapping, Sequence

from emotion_ros.errors import ConfigError
from emotion_ros.files.read_table import EXCEL_HINT, Table, find_delimiter
from emotion_ros.perception.text.transcript.annotations import (
    EAF_HEAD,
    TEXTGRID_HEAD,
    read_eaf,
    read_textgrid,
)
from emotion_ros.perception.text.transcript.chats import (
    read_otter,
    read_whatsapp,
    read_zoom_chat,
)
from emotion_ros.perception.text.transcript.line import (
    LINES,
    Line,
    Transcript,
    read_time,
)
from emotion_ros.perception.text.transcript.recogniser_json import (
    ENDS,
    MILLISECONDS,
    STARTS,
    TEXTS,
    read_recogniser_json,
)
from emotion_ros.perception.text.transcript.subtitles import (
    ARROW,
    ASS_HEAD,
    read_ass,
    read_subtitles,
)

_COLUMN = re.compile(r'(?:"?[\w.:-]{1,30}(?: [\w.:-]{1,30})?"?)?')
_WHISPER = {
    'start\tend\ttext': re.compile(r'\d+\t\d+(\t|$)'),
    'start,end,text': re.compile(r'\d+,\d+,"'),
}
"""Headers of the tables of Whisper and of whisper.cpp, and their rows, in milliseconds."""


def read_transcript(text: str, name: str) -> Transcript:
    """Return the lines in a file called ``name``; one per line of text when it has no format.

    ConfigError for JSON or XML without any utterance that is understood, and for times in
    annotations that are no numbers.
    """
    rows = [row for row in text.split('\n') if row.strip()]
    first = rows[0].strip() if rows else ''
    if first.startswith('WEBVTT') or any(ARROW.match(row) for row in rows[:2]):
        return Transcript('subtitles', read_subtitles(text))
    if first == ASS_HEAD:
        return Transcript('ASS subtitles', read_ass(text))
    if TEXTGRID_HEAD.match(text):
        return Transcript('TextGrid', _some(read_textgrid(text, name), name, 'TextGrid'))
    if EAF_HEAD.match(text):
        return Transcript('ELAN', _some(read_eaf(text, name), name, 'ELAN'))
    if (chat := read_whatsapp(rows))[0]:
        return Transcript('WhatsApp', *chat)
    if messages := read_zoom_chat(rows):
        return Transcript('Zoom chat', messages)
    if paragraphs := read_otter(rows):
        return Transcript('Otter', paragraphs)
    if first[:1] in ('{', '[') and (found := _read_json(text, name)):
        return found
    if cells := _read_columns(rows, name):
        return Transcript('table', cells)
    return Transcript(LINES, [Line(row.strip()) for row in rows])


def _read_json(text: str, name: str) -> Transcript | None:
    """Return the utterances of a whole JSON document; None for JSON or marks line by line."""
    try:
        root = json.loads(text)
    except (ValueError, RecursionError):
        return None
    try:
        lines = read_recogniser_json(root)
    except TypeError as error:
        raise ConfigError(f'{name}: is JSON of an unknown shape: {error}') from error
    if not lines and '\n' not in text.strip():
        return None  # one result of a live recogniser
    return Transcript('JSON', _some(lines or read_recogniser_json([root]), name, 'JSON'))


def _some(lines: Sequence[Line], name: str, form: str) -> Sequence[Line]:
    if not lines:
        raise ConfigError(f'{name}: is {form} without a text that is understood')
    return lines


def _read_columns(rows: Sequence[str], name: str) -> Sequence[Line]:
    """Return the texts of a table with a column for them; nothing when it is no such table."""
    rows = rows[1:] if rows and rows[0].startswith(EXCEL_HINT) else rows
    header = rows[0] if rows else ''
    delimiter = find_delimiter(header)
    cells = [cell.strip() for cell in header.split(delimiter)]
    names = [cell.strip('"').casefold() for cell in cells]
    column = next((name for name in TEXTS if name in names), None)
    if column is None or not all(_COLUMN.fullmatch(cell) for cell in cells):
        return []
    row_of_whisper = _WHISPER.get(header)
    is_whisper = row_of_whisper is not None and all(map(row_of_whisper.match, rows[1:]))
    scale = MILLISECONDS if is_whisper else 1.0
    if not is_whisper and not _has_cells(rows[1:], len(cells), delimiter, name):
        return []
    table = Table(name, '\n'.join(rows), is_quoted=not (is_whisper and delimiter == '\t'))
    return [
        Line(
            row[column], _time(row, STARTS, scale), _time(row, ENDS, scale), row.get('speaker', '')
        )
        for row in table.rows()
        if row[column]
    ]


def _has_cells(rows: Sequence[str], number: int, delimiter: str, name: str) -> bool:
    """Return whether most rows have them: they are no sentences below one with a comma."""
    try:
        counts = [len(row) for row in csv.reader(rows, delimiter=delimiter, skipinitialspace=True)]
    except csv.Error as error:
        raise ConfigError(f'{name}: a quoted cell has no end: {error}') from error
    return 2 * sum(count >= number for count in counts) > len(counts)


def _time(row: Mapping[str, str], names: Sequence[str], scale: float) -> float | None:
    return next((read_time(row[name], scale) for name in names if row.get(name)), None)
