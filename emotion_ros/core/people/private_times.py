# SPDX-License-Identifier: MIT
"""When, in a recording, there was a person whose images or words may not be used."""

from bisect import bisect_right
from dataclasses import dataclass, field

from emotion_ros.core.people.privacy import PrivacyMode, PrivacyRules
from emotion_ros.core.units import NANOSECONDS

BEFORE_NS = NANOSECONDS
"""Words are recognised, and the service is called, a little after what they are about."""


@dataclass
class PrivateTimes:
    """The rules of privacy over a recording, added in the order of time (ROS time, ns).

    The ids of a replay may be others than those of the robot. So while anybody was paused, no
    image is used, and no words of which it is not known whose they are.
    """

    _changes_ns: list[int] = field(default_factory=list)
    _hides_images: list[bool] = field(default_factory=list)
    _hides_words: list[bool] = field(default_factory=list)

    def add(self, time_ns: int, rules: PrivacyRules) -> None:
        """Add the rules that hold from ``time_ns`` on."""
        modes = (rules.everybody, *rules.people.values())
        self._changes_ns.append(time_ns)
        self._hides_images.append(PrivacyMode.PAUSED in modes)
        self._hides_words.append(rules.unknown_speaker is not PrivacyMode.FULL)

    def hides_image(self, time_ns: int) -> bool:
        """Return whether an image of this time may show a person who was paused."""
        return self._holds(self._hides_images, time_ns)

    def hides_words(self, time_ns: int) -> bool:
        """Return whether words of this time may be of a person who did not consent."""
        return self._holds(self._hides_words, time_ns)

    def _holds(self, hides: list[bool], time_ns: int) -> bool:
        """Return whether that is so at this time, or begins less than BEFORE_NS after it."""
        first = max(bisect_right(self._changes_ns, time_ns) - 1, 0)
        last = bisect_right(self._changes_ns, time_ns + BEFORE_NS)
        return any(hides[first:last])
