# SPDX-License-Identifier: MIT
"""The fusion without a running node: the same core and schedule, with recorded time.

The order is that of the live node when it keeps up with its clock: a tick on every whole multiple
of 1/rate, before an observation of the same time; then the observation, and a state at once where
the schedule allows.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import TypeVar

from emotion_ros.core.fusion.card import FusionCard
from emotion_ros.core.fusion.config import FusionConfig, ModalityConfig
from emotion_ros.core.fusion.fusion import Fusion, Observation
from emotion_ros.core.fusion.publish_schedule import PublishSchedule
from emotion_ros.core.state import EmotionState
from emotion_ros.core.units import NANOSECONDS

FusionInput = tuple[int, Observation | str]
"""The time of receipt (ns), and an observation, or the reason why the message was rejected."""

T = TypeVar('T')

QUIET_NS = 60 * NANOSECONDS
"""After so long without an event, time is passed over to the next one."""


@dataclass(frozen=True)
class Publication:
    """Time of publication (ROS time, ns) and the state of every person, the focus person first."""

    time_ns: int
    states: tuple[EmotionState, ...]

    @property
    def state(self) -> EmotionState:
        """The message on ``emotion_state``."""
        return self.states[0]


def with_ticks(
    events: Iterable[tuple[int, T]], start_ns: int, end_ns: int, rate: float
) -> Iterator[tuple[int, T | None]]:
    """Yield the events, and (time, None) for every tick, in the order of time.

    The first tick is the last one up to ``start_ns``, the last one the last up to ``end_ns``;
    of a gap longer than QUIET_NS, only that much and the last tick.
    Times are in ns, ``rate`` in Hz; an event that steps back counts as of the latest time.
    """
    exact_rate = Fraction(rate)
    tick = start_ns * exact_rate // NANOSECONDS
    now_ns = start_ns
    for time_ns, event in chain(events, [(end_ns, None)]):
        quiet_ns = now_ns + QUIET_NS
        now_ns = max(now_ns, time_ns)
        # never before its exact time: the clock has then reached it
        while (tick_ns := -int(-tick * NANOSECONDS // exact_rate)) <= now_ns:
            yield tick_ns, None
            is_quiet = tick_ns >= quiet_ns
            tick = max(tick + 1, now_ns * exact_rate // NANOSECONDS) if is_quiet else tick + 1
        if event is not None:
            yield now_ns, event


class OfflineFusion:
    """A Fusion and its PublishSchedule, driven by recorded time.

    ``outcomes`` counts the observations by their type and the reason of the rejection, '' when
    they were accepted.
    """

    def __init__(
        self,
        config: FusionConfig,
        card: FusionCard,
        modalities: Mapping[str, ModalityConfig] | None = None,
    ) -> None:
        self.outcomes: Counter[tuple[type, str]] = Counter()
        self._rate = config.rate
        self._fusion = Fusion(config, card, modalities)
        self._schedule = PublishSchedule(config.rate, config.max_rate)

    @property
    def rejected(self) -> Counter[str]:
        """Number of rejected observations so far, by reason."""
        rejected: Counter[str] = Counter()
        for (_, reason), number in self.outcomes.items():
            if reason:
                rejected[reason] += number
        return rejected

    def run(
        self, inputs: Iterable[FusionInput], start_ns: int, end_ns: int
    ) -> Iterator[Publication]:
        """Yield every publication between the two times."""
        for time_ns, observation in with_ticks(inputs, start_ns, end_ns, self._rate):
            now_s = time_ns / NANOSECONDS
            if observation is None:
                is_due = self._schedule.tick(now_s)
            else:
                reason = (
                    observation
                    if isinstance(observation, str)
                    else self._fusion.add(observation, now_s).value
                )
                self.outcomes[type(observation), reason] += 1
                is_due = self._schedule.on_evidence(now_s)
            if is_due:
                yield Publication(time_ns, self._fusion.states(now_s))
