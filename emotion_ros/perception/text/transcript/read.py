# SPDX-License-Identifier: MIT
"""A transcript from the text of a file, whose format is recognised by its content."""

import json
import re
from collections.abc import Mapping, Sequence

from emotion_ros.errors import ConfigError
from emotion_ros.files.read_table import DELIMITERS, Table
from emotion_ros.perception.text.transcript.annotations import (
    EAF_HEAD,
    TEXTGRID_HEAD,
    read_eaf,
    read_textgrid,
)
from emotion_ros.perception.text.transcript.chats import (
    OTTER,
    WHATSAPP,
    ZOOM,
    read_otter,
    read_whatsapp,
    read_zoom_chat,
)
from emotion_ros.perception.text.transcript.line import LINES, Line, Transcript
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

_COLUMN = re.compile(r'"?[\w-]{1,30}(?: [\w-]{1,30})?"?')
SHORTEST_SHARE = 0.2
"""Of the lines that are headings in a transcript of Otter."""


def read_transcript(text: str, name: str) -> Transcript:
    """Return the lines in a file called ``name``; one per line of text when it has no format.

    ConfigError for JSON or XML without any utterance that is understood.
    """
    rows = [row for row in text.split('\n') if row.strip()]
    first = rows[0].strip() if rows else ''
    if first.startswith('WEBVTT') or any(ARROW.match(row) for row in rows[:2]):
        return Transcript('subtitles', read_subtitles(text))
    if first == ASS_HEAD:
        return Transcript('ASS subtitles', read_ass(text))
    if TEXTGRID_HEAD.match(text):
        return Transcript('TextGrid', _some(read_textgrid(text), name, 'TextGrid'))
    if EAF_HEAD.match(text):
        return Transcript('ELAN', _some(read_eaf(text, name), name, 'ELAN'))
    if WHATSAPP.match(first) and (chat := read_whatsapp(text))[0]:
        return Transcript('WhatsApp', *chat)
    if ZOOM.match(first):
        return Transcript('Zoom chat', read_zoom_chat(text))
    headings = sum(1 for row in rows if OTTER.fullmatch(row))
    if OTTER.fullmatch(first) and headings >= SHORTEST_SHARE * len(rows):
        return Transcript('Otter', read_otter(text))
    if first[:1] in ('{', '[') and (found := _read_json(text, name)):
        return found
    return _read_columns(rows, name) or Transcript(LINES, [Line(row.strip()) for row in rows])


def _read_json(text: str, name: str) -> Transcript | None:
    """Return the utterances of a whole JSON document; None for JSON or marks line by line."""
    try:
        root = json.loads(text)
    except (ValueError, RecursionError):
        return None
    lines = read_recogniser_json(root)
    if not lines and '\n' not in text.strip():
        return None  # one result of a live recogniser
    return Transcript('JSON', _some(lines, name, 'JSON'))


def _some(lines: Sequence[Line], name: str, form: str) -> Sequence[Line]:
    if not lines:
        raise ConfigError(f'{name}: is {form} without a text that is understood')
    return lines


def _read_columns(rows: Sequence[str], name: str) -> Transcript | None:
    """Return a table with a column for the text; None when the first line is no such header."""
    header = rows[0] if rows else ''
    delimiter = max(DELIMITERS, key=header.count)
    cells = [cell.strip() for cell in header.split(delimiter)]
    is_header = len(cells) > 1 and all(_COLUMN.fullmatch(cell) for cell in cells)
    names = [cell.strip('"').casefold() for cell in cells]
    column = next((name for name in TEXTS if name in names), None)
    if not is_header or column is None:
        return None
    table = Table(name, '\n'.join(rows))
    scale = MILLISECONDS if delimiter == '\t' else 1.0  # as Whisper writes its .tsv
    lines = [
        Line(
            row[column], _time(row, STARTS, scale), _time(row, ENDS, scale), row.get('speaker', '')
        )
        for row in table.rows()
        if row[column]
    ]
    return Transcript('table', lines) if lines else None


def _time(row: Mapping[str, str], names: Sequence[str], scale: float) -> float | None:
    try:
        return next(float(row[name]) * scale for name in names if row.get(name))
    except (StopIteration, ValueError):
        return None
