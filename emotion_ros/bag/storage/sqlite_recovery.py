# SPDX-License-Identifier: MIT
"""The rows of a damaged .db3 file that can still be reached."""

import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterator

ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What sqlite3 raises on damaged files; a text in its own message may be damaged, too."""
MOST_ATTEMPTS = 64  # in a row without a result

Entry = tuple[int, int, int]
"""Row, topic and time (ns) of a message."""


class RecoveredIndex:
    """The messages by time, without those on damaged pages."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._ids, self._topics, self._times = array('q'), array('q'), array('q')
        query = (
            'SELECT rowid, topic_id, timestamp FROM messages NOT INDEXED '
            'WHERE rowid >= ? ORDER BY rowid'
        )
        first, attempts = 0, 0
        while attempts < MOST_ATTEMPTS:
            attempts += 1
            try:
                for row_id, topic_id, time_ns in database.execute(query, (first,)):
                    if row_id < first:  # a page that refers to an earlier one
                        break
                    first, attempts = row_id + 1, 0
                    if isinstance(topic_id, int) and isinstance(time_ns, int):
                        self._ids.append(row_id)
                        self._topics.append(topic_id)
                        self._times.append(time_ns)
                break
            except ERRORS:
                next_reachable = _next_reachable(database, first)
                if next_reachable is None:
                    break
                first = next_reachable
        self._order = sorted(range(len(self._ids)), key=self._times.__getitem__)

    def entries(self) -> Iterator[Entry]:
        """Yield the messages."""
        for at in self._order:
            yield self._ids[at], self._topics[at], self._times[at]

    def counts(self) -> Counter[int]:
        """Return the number of messages by topic."""
        return Counter(self._topics)

    def times_ns(self) -> tuple[int, ...]:
        """Return the times of the first and the last message; none without messages."""
        return tuple(self._times[at] for at in (*self._order[:1], *self._order[-1:]))


def _next_reachable(database: sqlite3.Connection, damaged: int) -> int | None:
    """Return the lowest number from which rows can be read again; None when there is none."""

    def is_reachable(row_id: int) -> bool:
        query = 'SELECT rowid FROM messages NOT INDEXED WHERE rowid >= ? ORDER BY rowid LIMIT 1'
        try:
            database.execute(query, (row_id,)).fetchall()
        except ERRORS:
            return False
        return True

    step = 1
    while not is_reachable(damaged + step):
        step *= 2
        if damaged + step >= 2**62:
            return None
    low, high = damaged + step // 2, damaged + step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_reachable(middle) else (middle, high)
    return high
