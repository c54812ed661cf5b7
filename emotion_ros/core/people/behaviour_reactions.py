# SPDX-License-Identifier: MIT
"""How people took the behaviours of a robot in a recording: every reaction, and a comparison."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite, sqrt
from statistics import fmean, stdev

from emotion_ros.core.people.reaction import NAN, Reaction, ReactionObserver, StateHistory, Verdict
from emotion_ros.core.state import EmotionState

NORMAL_95 = 1.96


@dataclass(frozen=True)
class ObservedReaction:
    """A behaviour that began at ``at_s`` for a person, and how that person took it."""

    behaviour: str
    person_id: str
    at_s: float
    reaction: Reaction


@dataclass(frozen=True)
class BehaviourSummary:
    """All reactions to one behaviour.

    ``change_valence`` is the mean of those with a verdict, ``low`` and ``high`` its 95 % interval
    (normal approximation, NaN for fewer than two): with few reactions it is too narrow.
    """

    behaviour: str
    n: int
    verdicts: Counter[Verdict]
    change_valence: float
    low: float
    high: float


class BehaviourReactions:
    """Observes the reaction to every behaviour that begins, each for ``window_s``."""

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._history = StateHistory()
        self._running: list[tuple[str, ReactionObserver]] = []
        self._now_s = NAN

    def update(
        self, began: Iterable[tuple[str, str]], states: Sequence[EmotionState], at_s: float
    ) -> list[ObservedReaction]:
        """Take the states of all people, and who (person_id) some behaviours begin for now.

        Return the observations that are over.
        """
        self._now_s = at_s
        self._history.add(states, at_s)
        over = [each for each in self._running if each[1].update(states, at_s)]
        self._running = [each for each in self._running if each not in over]
        self._running += [
            (behaviour, self._history.observe(person_id, at_s, self._window_s))
            for behaviour, person_id in began
        ]
        return [self._observed(*each) for each in over]

    def finish(self) -> list[ObservedReaction]:
        """Return the observations that the end of the recording has cut short."""
        return [self._observed(*each) for each in self._running]

    def _observed(self, behaviour: str, observer: ReactionObserver) -> ObservedReaction:
        reaction = observer.result(self._now_s)
        return ObservedReaction(behaviour, observer.person_id, observer.began_s, reaction)


def compare_behaviours(reactions: Iterable[ObservedReaction]) -> list[BehaviourSummary]:
    """Return a summary per behaviour, the one with the best mean first, without a mean last."""
    of_behaviour: dict[str, list[Reaction]] = {}
    for observed in reactions:
        of_behaviour.setdefault(observed.behaviour, []).append(observed.reaction)
    summaries = [_summarise(name, found) for name, found in of_behaviour.items()]
    return sorted(
        summaries, key=lambda s: -s.change_valence if isfinite(s.change_valence) else 9.0
    )


def _summarise(behaviour: str, reactions: Sequence[Reaction]) -> BehaviourSummary:
    changes = [r.change_valence for r in reactions if r.verdict is not Verdict.UNKNOWN]
    mean = fmean(changes) if changes else NAN
    half = NORMAL_95 * stdev(changes) / sqrt(len(changes)) if len(changes) > 1 else NAN
    verdicts = Counter(reaction.verdict for reaction in reactions)
    return BehaviourSummary(behaviour, len(reactions), verdicts, mean, mean - half, mean + half)
