# SPDX-License-Identifier: MIT
"""One utterance of a transcript, and what formats have in common."""

import html
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

_TAG = re.compile(r'<[^<>]*>|\{\\[^{}]*\}')  # of HTML, WebVTT and ASS
_NAMED = re.compile(r"((?:[^\W\d_][\w.'-]*)(?: [\w.'-]+){0,3}): +(\S.*)", re.DOTALL)
_CLOCK = re.compile(r'(?:(\d+):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?')


LINES = 'lines'
"""The form of a file without one."""


@dataclass(frozen=True)
class Line:
    """What was said, from ``at_s`` to ``to_s`` (s from the start of the file) and by whom."""

    text: str
    at_s: float | None = None
    to_s: float | None = None
    speaker: str = ''


@dataclass(frozen=True)
class Transcript:
    """The lines of a file in their order; ``left_out`` counts messages without words.

    ``form`` names what the file was read as.
    """

    form: str
    lines: Sequence[Line]
    left_out: int = 0


def plain(text: str) -> str:
    """Return a text without tags and entities, in one line."""
    return ' '.join(html.unescape(_TAG.sub('', text)).split())


def seconds(text: str) -> float | None:
    """Return ``[hours:]minutes:seconds[.fraction]`` in s; None for anything else."""
    match = _CLOCK.fullmatch(text.strip())
    if not match:
        return None
    hours, minutes, whole, fraction = (part or '0' for part in match.groups())
    return int(hours) * 3600 + int(minutes) * 60 + float(f'{whole}.{fraction}')


def read_time(value: object, scale: float = 1.0) -> float | None:
    """Return a time of day, or a number (0,5 is one) times ``scale``, in s; None for others."""
    text = str(value)
    if (clock := seconds(text)) is not None:
        return clock
    try:
        number = float(text.replace(',', '.')) * scale
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def split_speakers(lines: Sequence[Line]) -> Sequence[Line]:
    """Return the lines with the speaker apart, if all, of two or more, begin with ``name: ``."""
    named = [_NAMED.fullmatch(line.text) for line in lines]
    if len(lines) < 2 or not all(named) or any(line.speaker for line in lines):
        return lines
    return [
        replace(line, speaker=match[1], text=match[2])
        for line, match in zip(lines, named, strict=True)
        if match
    ]
