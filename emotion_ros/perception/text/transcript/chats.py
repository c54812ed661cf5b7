# SPDX-License-Identifier: MIT
"""Exports of chats and meetings: WhatsApp, the chat of Zoom, transcripts of Otter.

Each is read from the rows of a file that are not empty. There are no lines when the file is
another: a text of sentences, some of which have a time.
"""

import re
from collections.abc import Callable, Sequence

from emotion_ros.perception.text.transcript.line import Line, seconds

SHORTEST_SHARE = 0.2
"""Of the rows that begin a message."""
_LONGEST_NAME = 5  # words
_WHATSAPP = re.compile(
    r'\u200e?\[?\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? \d{1,2}[:.]\d{2}(?:[:.]\d{2})?'
    r'(?:\s?[AaPp]\.?\s?[Mm]\.?)?(?:\]|\s-)\s(.*)'
)
_ZOOM = re.compile(
    r'\d{1,2}:\d{2}:\d{2}\s{1,4}From\s{1,4}(\S.{0,80}?)(?:\s{1,4}to\s.{1,80}?)?\s{0,4}:(?:\s(.*))?'
)
_ZOOM_CLOUD = re.compile(r'(\d{1,2}:\d{2}:\d{2})\t([^\t]{1,80}?):(?:\s(.*))?')
_OTTER = re.compile(r"([\w.'’()-]+(?: [\w.'’()-]+){0,3})\s{2,4}((?:\d+:)?\d{1,2}:\d{2})\s*")
"""Two spaces before the time, as there are none in ``See you at 10:30``."""
_OTTER_FOOT = 'Transcribed by http'
_LRM = '\u200e'  # WhatsApp begins what it says by itself with this mark
_MEDIA = re.compile(r'<[^<>]+>')
_Block = tuple[re.Match[str], Sequence[str]]
"""The row that begins a message, and those below."""


def read_whatsapp(rows: Sequence[str]) -> tuple[Sequence[Line], int]:
    """Return the messages, and the number of those without words of a person."""
    lines: list[Line] = []
    blocks = _blocks(rows, _WHATSAPP.match)
    named = 0
    for head, below in blocks:
        speaker, colon, said = head[1].partition(': ')
        named += bool(colon) and len(speaker.split()) <= _LONGEST_NAME
        if colon and not said.startswith(_LRM) and not _MEDIA.fullmatch(said.strip()):
            lines.append(Line(_joined(said, below), speaker=speaker.strip(f'{_LRM} ')))
    return (lines, len(blocks) - len(lines)) if 2 * named >= len(blocks) else ([], 0)


def read_zoom_chat(rows: Sequence[str]) -> Sequence[Line]:
    """Return the messages of the chat of a Zoom meeting, as the program or the cloud saves it.

    Times of the program are those of the day, of the cloud from the start of the recording.
    """
    lines = [
        Line(_joined(head[2] or '', below), speaker=head[1].strip())
        for head, below in _blocks(rows, _ZOOM.fullmatch)
    ] or [
        Line(_joined(head[3] or '', below), seconds(head[1]), speaker=head[2].strip())
        for head, below in _blocks(rows, _ZOOM_CLOUD.fullmatch)
    ]
    return [line for line in lines if line.text]


def read_otter(rows: Sequence[str]) -> Sequence[Line]:
    """Return the paragraphs below lines with a name and a time, two or more, in order."""
    rows = [row for row in rows if not row.startswith(_OTTER_FOOT)]
    blocks = _blocks(rows, _OTTER.fullmatch)
    lines = [Line(_joined('', below), seconds(head[2]), speaker=head[1]) for head, below in blocks]
    times = [line.at_s or 0.0 for line in lines]
    is_transcript = len(lines) > 1 and all(line.text for line in lines) and times == sorted(times)
    return lines if is_transcript else []


def _blocks(
    rows: Sequence[str], begins: Callable[[str], re.Match[str] | None]
) -> Sequence[_Block]:
    """Return the messages; none when the first row does not begin one, or few rows do.

    One is enough if the rows below are indented.
    """
    blocks: list[tuple[re.Match[str], list[str]]] = []
    for row in rows:
        if head := begins(row.lstrip()):
            blocks.append((head, []))
        elif not blocks:
            return []
        else:
            blocks[-1][1].append(row)
    are_few = len(blocks) == 1 and not all(row[0].isspace() for row in rows[1:])
    return [] if are_few or len(blocks) < SHORTEST_SHARE * len(rows) else blocks


def _joined(said: str, below: Sequence[str]) -> str:
    return ' '.join(part.strip() for part in (said, *below)).strip()
