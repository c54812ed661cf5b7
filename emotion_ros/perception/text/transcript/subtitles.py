# SPDX-License-Identifier: MIT
"""Subtitles: SRT (SubRip), WebVTT with its voices, and ASS or SSA."""

import re
from collections.abc import Iterator, Sequence

from emotion_ros.perception.text.transcript.line import Line, plain, seconds, split_speakers

ARROW = re.compile(r'\s*([\d:.,]+)\s+-->\s+([\d:.,]+)(?:\s|$)')
ASS_HEAD = '[Script Info]'
_VOICE = re.compile(r'<v(?:\.[^\s<>]*)? ([^<>]+)>')
_COMMENT = re.compile(r'(NOTE|STYLE|REGION)\b')
_WORD_TIMES = '<c>'
"""As automatic captions have them, which repeat the line before in every cue."""


def read_subtitles(text: str) -> Sequence[Line]:
    """Return the cues of an SRT or WebVTT file."""
    rolling = _WORD_TIMES in text
    lines: list[Line] = []
    before: list[str] = []
    for start, end, rows in _cues(text.split('\n')):
        shown = [plain(row) for row in rows]
        new = [row for row in shown if row and not (rolling and row in before)]
        before = shown
        voice = _VOICE.search(' '.join(rows))
        if new:
            speaker = voice[1].strip() if voice else ''
            lines.append(Line(' '.join(new), seconds(start), seconds(end), speaker))
    return split_speakers(lines)


def read_ass(text: str) -> Sequence[Line]:
    """Return the dialogue of an ASS or SSA file."""
    columns: list[str] = []
    lines = []
    for row in text.split('\n'):
        kind, _, rest = row.partition(':')
        if kind == 'Format':
            columns = [name.strip() for name in rest.split(',')]
        elif kind == 'Dialogue' and columns:
            cells = dict(zip(columns, rest.strip().split(',', len(columns) - 1), strict=False))
            said = plain(re.sub(r'\\[Nnh]', ' ', cells.get('Text', '')))
            start, end = (seconds(cells.get(name, '')) for name in ('Start', 'End'))
            if said:
                lines.append(Line(said, start, end, cells.get('Name', '').strip()))
    return lines


def _cues(rows: Sequence[str]) -> Iterator[tuple[str, str, list[str]]]:
    """Yield start, end and the rows of each cue, without its number or name."""
    starts = [number for number, row in enumerate(rows) if ARROW.match(row)]
    for start, following in zip(starts, [*starts[1:], len(rows)], strict=True):
        inside = list(rows[start + 1 : following])
        if following < len(rows) and inside and inside[-1] and inside[-2:-1] in ([''], []):
            inside.pop()  # the number or name of the next cue
        blocks = (
            i for i, row in enumerate(inside) if i and not inside[i - 1] and _COMMENT.match(row)
        )
        end = next(blocks, len(inside))
        match = ARROW.match(rows[start])
        if match:
            yield match[1], match[2], inside[:end]
