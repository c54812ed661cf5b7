# SPDX-License-Identifier: MIT
"""What the answers of the nodes tell: which belong to what, how old, how regular."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.figure import NotMeasured, slope
from emotion_ros.core.observations import SourceStatus
from emotion_ros.core.state import Status

SAME_STAMP_S = 1e-6  # stamps that were seconds on their way are rounded
MOST_FRAMES = 0.9


@dataclass(frozen=True)
class Answer:
    """A message with the stamp of what it answers and its age on arrival, ROS time in s.

    ``inference_s`` is what the node says that the models took; 0 from the fusion.
    """

    msg: Any
    stamp_s: float
    age_s: float
    inference_s: float

    @property
    def arrival_s(self) -> float:
        """ROS time of the arrival."""
        return self.stamp_s + self.age_s


def within(answers: Sequence[Answer], begin_s: float, end_s: float) -> list[Answer]:
    """Return the answers to what was stamped between."""
    return [a for a in answers if begin_s <= a.stamp_s <= end_s]


def first_states(states: Sequence[Answer]) -> list[Answer]:
    """Return the first state on each new evidence; the ticks between repeat it."""
    known = [s for s in states if s.msg.status in (Status.OK, Status.NO_PERSON)]
    return [s for last, s in pairwise(known) if s.stamp_s > last.stamp_s]


def state_of(states: Sequence[Answer], text: Answer) -> list[Answer]:
    """Return the states, first one first, that have taken in these words."""
    return [s for s in states if abs(s.stamp_s - text.stamp_s) < SAME_STAMP_S]


def ages_ms(answers: Sequence[Answer]) -> list[float]:
    """Return how old the answered was when each answer arrived."""
    return [1e3 * a.age_s for a in answers]


def percent(faces: Sequence[Answer], shown: Sequence[float]) -> float:
    """Return how many of the frames shown were answered; 0 when none was shown."""
    answered = {a.stamp_s for a in faces}
    hits = [stamp_s in answered for stamp_s in shown]
    return 100.0 * float(np.mean(hits)) if hits else 0.0


def growth_ms(faces: Sequence[Answer]) -> float:
    """Return by how many ms per second the frames grow older on their way."""
    return slope([a.stamp_s for a in faces], ages_ms(faces))


def rate_hz(answers: Sequence[Answer]) -> float:
    """Return how many answers arrived per second; NotMeasured for fewer than two."""
    return 1.0 / float(np.mean(_gaps_s(answers)))


def longest_gap_ms(answers: Sequence[Answer]) -> float:
    """Return the longest time between two arrivals; NotMeasured for fewer than two."""
    return 1e3 * max(_gaps_s(answers))


def _gaps_s(answers: Sequence[Answer]) -> list[float]:
    gaps = [after.arrival_s - before.arrival_s for before, after in pairwise(answers)]
    if not gaps:
        raise NotMeasured('a rate needs two messages')
    return gaps


def refuse_unseen(faces: Sequence[Answer], count: int) -> None:
    """NotMeasured unless most frames were processed without error and with all their faces."""
    good = [a for a in faces if a.msg.status == SourceStatus.OK and len(a.msg.faces) == count]
    if not faces or len(good) < MOST_FRAMES * len(faces):
        raise NotMeasured(f'{count} faces were found in only {len(good)} of {len(faces)} frames')
