# SPDX-License-Identifier: MIT
"""How a source last said it was."""

from emotion_ros.core.observations import SourceStatus

FORGET_STATUS_S = 3.0
"""A source that is off or failing says so once a second: after this it is gone, or well again."""


class LastStatus:
    """Remembers that a source is off or failing for as long as it repeats it."""

    def __init__(self) -> None:
        self._status = SourceStatus.OK
        self._heard_s = float('-inf')

    def hear(self, status: SourceStatus, now_s: float) -> None:
        """Take in what the source says at ``now_s``, ROS time in seconds."""
        self._status, self._heard_s = status, now_s

    def at(self, now_s: float) -> SourceStatus:
        """Return how the source is; OK when it has not said anything else for a while."""
        return self._status if now_s - self._heard_s < FORGET_STATUS_S else SourceStatus.OK
