# SPDX-License-Identifier: MIT
"""Exports of chats and meetings: WhatsApp, the chat of Zoom, transcripts of Otter."""

import re
from collections.abc import Sequence
from dataclasses import replace

from emotion_ros.perception.text.transcript.line import Line, seconds

WHATSAPP = re.compile(
    r'\u200e?\[?\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? \d{1,2}[:.]\d{2}(?:[:.]\d{2})?'
    r'(?:\s?[AaPp]\.?\s?[Mm]\.?)?(?:\]|\s-)\s(.*)'
)
ZOOM = re.compile(r'\d{1,2}:\d{2}:\d{2}\s+From\s+(.*?)(?:\s+to\s+.*?)?\s*:\s+(.*)')
OTTER = re.compile(r'(\S.{0,40}?)\s{1,4}((?:\d+:)?\d{1,2}:\d{2})\s*')
_OTTER_FOOT = 'Transcribed by http'
_LRM = '\u200e'  # WhatsApp begins what it says by itself with this mark
_MEDIA = re.compile(r'<[^<>]+>')


def read_whatsapp(text: str) -> tuple[Sequence[Line], int]:
    """Return the messages, and the number of those without words of a person."""
    lines: list[Line] = []
    left_out, is_open = 0, False
    for row in text.split('\n'):
        message = WHATSAPP.match(row)
        if not message:
            if is_open and row.strip():
                lines[-1] = replace(lines[-1], text=f'{lines[-1].text} {row.strip()}')
            continue
        speaker, colon, said = message[1].partition(': ')
        is_open = bool(colon) and not said.startswith(_LRM) and not _MEDIA.fullmatch(said.strip())
        if is_open:
            lines.append(Line(said.strip(), speaker=speaker.strip(f'{_LRM} ')))
        else:
            left_out += 1
    return lines, left_out


def read_zoom_chat(text: str) -> Sequence[Line]:
    """Return the messages of the chat of a Zoom meeting."""
    lines: list[Line] = []
    for row in text.split('\n'):
        if message := ZOOM.match(row):
            lines.append(Line(message[2].strip(), speaker=message[1].strip()))
        elif lines and row.strip():
            lines[-1] = replace(lines[-1], text=f'{lines[-1].text} {row.strip()}')
    return lines


def read_otter(text: str) -> Sequence[Line]:
    """Return the paragraphs below a line with a name and a time."""
    lines: list[Line] = []
    for row in text.split('\n'):
        if head := OTTER.fullmatch(row):
            lines.append(Line('', seconds(head[2]), speaker=head[1]))
        elif lines and row.strip() and not row.startswith(_OTTER_FOOT):
            lines[-1] = replace(lines[-1], text=f'{lines[-1].text} {row.strip()}'.strip())
    return [line for line in lines if line.text]
