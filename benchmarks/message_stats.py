# SPDX-License-Identifier: MIT
"""Latencies, rates and gaps of received messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import StatisticsError, linear_regression
from typing import Any

import numpy as np

from benchmarks.figure import NotMeasured
from emotion_ros.core.observations import SourceStatus
from emotion_ros.core.state import Status

SAME_STAMP_S = 1e-6  # stamps are rounded on their way through seconds
MIN_COMPLETE_SHARE = 0.9


@dataclass(frozen=True)
class ReceivedMessage:
    """A message, the stamp of the input it is about, and its age on arrival (ROS time, s).

    ``inference_s`` is the inference time that the node reports; 0 for the fusion.
    """

    msg: Any
    stamp_s: float
    age_s: float
    inference_s: float

    @property
    def arrival_s(self) -> float:
        """ROS time of the arrival."""
        return self.stamp_s + self.age_s


def stamped_between(
    messages: Sequence[ReceivedMessage], begin_s: float, end_s: float
) -> list[ReceivedMessage]:
    """Return the messages about inputs stamped in [begin_s, end_s]."""
    return [m for m in messages if begin_s <= m.stamp_s <= end_s]


def first_states(states: Sequence[ReceivedMessage]) -> list[ReceivedMessage]:
    """Return the first state on each new evidence; periodic states repeat it."""
    known = [s for s in states if s.msg.status in (Status.OK, Status.NO_PERSON)]
    return [s for last, s in pairwise(known) if s.stamp_s > last.stamp_s]


def states_with(states: Sequence[ReceivedMessage], text: ReceivedMessage) -> list[ReceivedMessage]:
    """Return the states, oldest first, whose newest evidence is this sentiment."""
    return [s for s in states if abs(s.stamp_s - text.stamp_s) < SAME_STAMP_S]


def ages_ms(messages: Sequence[ReceivedMessage]) -> list[float]:
    """Return the age of the input on arrival of each message."""
    return [1e3 * m.age_s for m in messages]


def processed_percent(faces: Sequence[ReceivedMessage], published_s: Sequence[float]) -> float:
    """Return the percentage of published frames with a result; 0 when none was published."""
    processed = {m.stamp_s for m in faces}
    hits = [stamp_s in processed for stamp_s in published_s]
    return 100.0 * float(np.mean(hits)) if hits else 0.0


def age_growth_ms_s(messages: Sequence[ReceivedMessage]) -> float:
    """Return the slope of the age over time (least squares).

    NotMeasured for fewer than two different stamps.
    """
    try:
        return linear_regression([m.stamp_s for m in messages], ages_ms(messages)).slope
    except StatisticsError as error:
        raise NotMeasured(f'growth of the age: {error}') from error


def rate_hz(messages: Sequence[ReceivedMessage]) -> float:
    """Return the mean rate of arrival; NotMeasured for fewer than two messages."""
    return 1.0 / float(np.mean(_gaps_s(messages)))


def longest_gap_ms(messages: Sequence[ReceivedMessage]) -> float:
    """Return the longest time between two arrivals; NotMeasured for fewer than two messages."""
    return 1e3 * max(_gaps_s(messages))


def _gaps_s(messages: Sequence[ReceivedMessage]) -> list[float]:
    gaps_s = [after.arrival_s - before.arrival_s for before, after in pairwise(messages)]
    if not gaps_s:
        raise NotMeasured('a rate needs two messages')
    return gaps_s


def require_faces(messages: Sequence[ReceivedMessage], count: int) -> None:
    """Raise NotMeasured unless 90 % of the frames were processed with all ``count`` faces."""
    complete = [
        m for m in messages if m.msg.status == SourceStatus.OK and len(m.msg.faces) == count
    ]
    if not messages or len(complete) < MIN_COMPLETE_SHARE * len(messages):
        raise NotMeasured(
            f'{count} faces were found in only {len(complete)} of {len(messages)} frames'
        )
