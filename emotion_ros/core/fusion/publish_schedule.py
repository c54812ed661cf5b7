# SPDX-License-Identifier: MIT
"""When to publish: at once on evidence up to a rate, and on whole multiples of a period."""

from math import floor

_TICK_SLACK = 1e-4


class PublishSchedule:
    """Decides, from the time alone, whether a state is due.

    ``rate`` is the number of regular ticks per second, ``max_rate`` the largest mean rate of
    publications on evidence; both in Hz. Time is ROS time in seconds.
    """

    def __init__(self, rate: float, max_rate: float) -> None:
        self._rate = rate
        self._interval_s = 1.0 / max_rate
        self._last_tick: int | None = None
        self._due_s = float('-inf')

    def tick(self, now_s: float) -> bool:
        """Return whether a whole multiple of 1/rate has been passed since the last call.

        A step back of the clock counts as a passed tick, so that output never stalls.
        """
        tick = floor(now_s * self._rate + _TICK_SLACK)
        passed = tick != self._last_tick
        self._last_tick = tick
        return passed

    def until_tick_s(self, now_s: float) -> float:
        """Return after how many seconds ``tick`` has a reason to say yes: more than 0."""
        next_tick = floor(now_s * self._rate + _TICK_SLACK) + 1
        return next_tick / self._rate - now_s

    def on_evidence(self, now_s: float) -> bool:
        """Return whether evidence that arrived now may be published at once.

        Generic cell rate algorithm with a burst of one: jitter of the source does not halve
        the rate, yet no long run exceeds ``max_rate``.
        """
        due = self._due_s if self._due_s <= now_s + 2 * self._interval_s else now_s
        if due > now_s + self._interval_s:
            return False
        self._due_s = max(due, now_s) + self._interval_s
        return True
