# SPDX-License-Identifier: MIT
"""What the storage files of a recording have in common: topics in, serialised messages out."""

import struct
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

DAMAGE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
)
"""What decoders raise on broken bytes, beside their separate errors; they share no base class."""

LATEST_NS = 2**63 - 1
RESTART_NS = 2 * 10**9
"""A clock that steps back by more than this, to its beginning, has restarted; see is_restart."""
RESTARTED = (
    'the recorded clock starts again (a simulation was reset, or a bag was played in a loop), so '
    'that two passes overlap; the first by itself'
)


def is_restart(now_ns: int, before_ns: int, first_ns: int) -> bool:
    """Return whether a time starts again, at the first one or at zero; NTP sets others back."""
    steps_back = now_ns < before_ns - RESTART_NS
    return steps_back and (abs(now_ns - first_ns) < RESTART_NS or now_ns < RESTART_NS)


@dataclass(frozen=True)
class Channel:
    """A topic in one file; ``type`` is ``pkg/msg/Name``, ``encoding`` usually ``cdr``.

    ``definition`` is the text of the message type, ``digest`` its RIHS01 hash; '' when unknown.
    """

    id: int
    topic: str
    type: str
    count: int
    encoding: str
    definition: str = ''
    digest: str = ''


class Row(NamedTuple):
    """A message with its log time (ns)."""

    time_ns: int
    channel_id: int
    data: bytes


@dataclass
class Contents:
    """What a file holds: ``start_ns`` and ``end_ns`` are the first and the last log time.

    ``problem`` says what is wrong with the file and how to repair it; '' for a whole one.
    """

    channels: list[Channel] = field(default_factory=list)
    start_ns: int = LATEST_NS
    end_ns: int = 0
    problem: str = ''

    def add_times(self, times_ns: Iterable[int]) -> None:
        """Extend the span to these log times; one beyond LATEST_NS is none."""
        for time_ns in times_ns:
            if time_ns <= LATEST_NS:
                self.start_ns = min(self.start_ns, time_ns)
                self.end_ns = max(self.end_ns, time_ns)


class Storage(Protocol):
    """A file of a recording. It is open only while messages are read."""

    path: Path
    contents: Contents

    def rows(self, channel_ids: Collection[int]) -> Iterator[Row]:
        """Yield the messages of these channels by log time, ties as recorded.

        What cannot be read is left out: the counts of the channels say how much.
        """
        ...


def full_type(name: str) -> str:
    """Return ``pkg/msg/Name`` also for ``pkg/Name``."""
    package, _, rest = name.partition('/')
    return name if '/' in rest or not rest else f'{package}/msg/{rest}'
