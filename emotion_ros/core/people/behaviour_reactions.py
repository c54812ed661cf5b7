# SPDX-License-Identifier: MIT
"""How people took the behaviours of a robot in a recording: every reaction, and a comparison."""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import isfinite, sqrt
from statistics import fmean, variance
from typing import NamedTuple

from emotion_ros.core.people.reaction import NAN, Reaction, ReactionObserver, StateHistory, Verdict
from emotion_ros.core.state import EmotionState
from emotion_ros.core.trigger import Event, Policy, Rule, Transition

NORMAL_975 = 1.959964
LEAST_VERDICTS = 5
"""With fewer reactions that have a verdict there is no interval."""
REPEAT_S = 1.0
"""The same name within so long is the same behaviour, for topics that repeat what is running."""
UNNAMED = 'observe_reaction'
"""The name of a behaviour of which only the goal of that action is known."""


class BegunBehaviour(NamedTuple):
    """What the robot began, when (s), and for whom ('': the person in focus)."""

    at_s: float
    behaviour: str
    person_id: str = ''


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

    ``change_valence`` is the mean of those with a verdict (NaN: none), ``low`` and ``high`` its
    95 % interval (Student's t; NaN for fewer than LEAST_VERDICTS). Every reaction counts as
    independent, also several of one person.
    """

    behaviour: str
    n: int
    verdicts: Counter[Verdict]
    change_valence: float
    low: float
    high: float

    @property
    def known(self) -> int:
        """The number of reactions with a verdict."""
        return self.n - self.verdicts[Verdict.UNKNOWN]


@dataclass(frozen=True)
class Comparison:
    """By how much more one behaviour changed the valence than another one.

    ``difference`` is that of the means, ``low`` and ``high`` its 95 % interval (Welch's t), not
    corrected for the number of comparisons; ``n`` and ``other_n`` count verdicts.
    """

    behaviour: str
    other: str
    n: int
    other_n: int
    difference: float
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


@dataclass
class BehaviourObserver:
    """Finds what the rules begin, or takes what began, and observes each for ``window_s``.

    ``began`` is in the order of time, such as from a recorded topic of the robot. ``observed`` are
    the reactions so far.
    """

    window_s: float
    rules: tuple[Rule, ...] = ()
    began: Iterable[BegunBehaviour] = ()
    observed: list[ObservedReaction] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._policy = Policy(self.rules)
        self._reactions = BehaviourReactions(self.window_s)
        self._waiting = deque(self.began)

    def update(self, states: Sequence[EmotionState], at_s: float) -> tuple[Event, ...]:
        """Take the states of all people, the focus person first; return what rules change."""
        events = self._policy.update(states[0], at_s)
        begun = [
            (event.behaviour, event.state.person_id)
            for event in events
            if event.transition is Transition.BEGAN
        ]
        while self._waiting and self._waiting[0].at_s <= at_s:
            _, behaviour, person_id = self._waiting.popleft()
            begun.append((behaviour, person_id or states[0].person_id))
        self.observed += self._reactions.update(begun, states, at_s)
        return events

    def finish(self) -> list[ObservedReaction]:
        """Return all reactions in the order in which the behaviours began."""
        self.observed += self._reactions.finish()
        self.observed.sort(key=lambda one: one.at_s)
        return self.observed


def begun_behaviours(
    named: Iterable[tuple[float, str]], goals: Iterable[tuple[float, str]]
) -> list[BegunBehaviour]:
    """Return what began, in the order of time, from the names and the goals of a recording.

    ``named`` are (seconds, behaviour); empty names and repetitions within REPEAT_S are left out.
    ``goals`` of observe_reaction are (seconds, person_id). Each says for whom the behaviour
    nearest to it began, within REPEAT_S; without one it is UNNAMED.
    """
    first: list[tuple[float, str]] = []
    seen_s: dict[str, float] = {}
    for at_s, name in named:
        if name and not 0.0 <= at_s - seen_s.get(name, float('-inf')) <= REPEAT_S:
            first.append((at_s, name))
        seen_s[name] = at_s
    begun: list[BegunBehaviour] = []
    for goal_s, person_id in goals:
        near = [one for one in first if abs(one[0] - goal_s) <= REPEAT_S]
        at_s, name = min(near, key=lambda one: abs(one[0] - goal_s), default=(goal_s, UNNAMED))
        begun.append(BegunBehaviour(at_s, name, person_id))
    observed = {(one.at_s, one.behaviour) for one in begun}
    begun += [BegunBehaviour(*one) for one in first if one not in observed]
    return sorted(set(begun))


def summarise_behaviours(reactions: Iterable[ObservedReaction]) -> list[BehaviourSummary]:
    """Return a summary per behaviour, the one with the best mean first, without a mean last."""
    of_behaviour: dict[str, list[Reaction]] = {}
    for observed in reactions:
        of_behaviour.setdefault(observed.behaviour, []).append(observed.reaction)
    summaries = []
    for name, found in of_behaviour.items():
        changes = [r.change_valence for r in found if r.verdict is not Verdict.UNKNOWN]
        n, mean, half = len(changes), fmean(changes) if changes else NAN, NAN
        if n >= LEAST_VERDICTS:
            half = student_t_975(n - 1) * sqrt(variance(changes) / n)
        verdicts = Counter(reaction.verdict for reaction in found)
        summaries.append(
            BehaviourSummary(name, len(found), verdicts, mean, mean - half, mean + half)
        )
    return sorted(
        summaries, key=lambda s: -s.change_valence if isfinite(s.change_valence) else 9.0
    )


def compare_behaviours(reactions: Sequence[ObservedReaction]) -> list[Comparison]:
    """Return a comparison per pair of behaviours with LEAST_VERDICTS each, the better first."""
    enough = {
        summary.behaviour: [
            one.reaction.change_valence
            for one in reactions
            if one.behaviour == summary.behaviour and one.reaction.verdict is not Verdict.UNKNOWN
        ]
        for summary in summarise_behaviours(reactions)
        if summary.known >= LEAST_VERDICTS
    }
    comparisons = []
    for (name, a), (other, b) in combinations(enough.items(), 2):
        parts = variance(a) / len(a), variance(b) / len(b)
        spread = sum(parts)
        freedom = (
            spread**2 / (parts[0] ** 2 / (len(a) - 1) + parts[1] ** 2 / (len(b) - 1))
            if spread
            else len(a) + len(b) - 2.0
        )
        difference, half = fmean(a) - fmean(b), student_t_975(freedom) * sqrt(spread)
        comparisons.append(
            Comparison(
                name, other, len(a), len(b), difference, difference - half, difference + half
            )
        )
    return comparisons


def student_t_975(freedom: float) -> float:
    """Return the 97.5 % quantile of Student's t for 4 degrees of freedom and more, to 0.002.

    Expansion about the normal quantile: Abramowitz and Stegun, 26.7.5.
    """
    z, v = NORMAL_975, freedom
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / v**power for power, term in enumerate(terms, 1))
