# SPDX-License-Identifier: MIT
"""How a person takes what the robot does: valence and arousal before and after, and a verdict.

One rule for the action ``observe_reaction``, the simulator of controllers and the report.
"""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, IntEnum
from math import isfinite

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.stamp_check import CLOCK_JUMP_S
from emotion_ros.core.state import EmotionState, Status

NAN = float('nan')
BASELINE_S = 2.0
"""The baseline is the mean of so many seconds before the behaviour."""
LEAST_BASELINE_S = 0.5
PEAK_S = 0.5
"""The peak is a mean of so many seconds: a single frame is none."""
LONGEST_GAP_S = 0.5
"""A state counts until the next one, at most for so long."""
SHORTEST_S, LONGEST_S = 0.1, 300.0
"""The window of an observation."""
LEAST_SEEN = 0.5
"""Share of the window in which the person must be observed for a verdict."""
LOST_S = 2.0
"""Who is out of view for so long is not waited for."""
MEAN_NOISE = 0.12
PEAK_NOISE = 0.25
"""Changes of valence below these are noise: twice what 99 of 100 windows with a face that stays
the same keep to (``python -m studies.fusion.reactions``), as real heads turn and speak, too."""


class Verdict(IntEnum):
    """How the person feels compared with before; the constants of ObserveReaction.action."""

    UNKNOWN = 0
    WORSE = 1
    UNCHANGED = 2
    BETTER = 3

    @property
    def label(self) -> str:
        """The lower-case word."""
        return self.name.lower()


class UnknownReason(str, Enum):
    """Why there is no verdict; the empty word means that there is one."""

    NONE = ''
    NO_BASELINE = 'no_baseline'
    PERSON_LOST = 'person_lost'
    PAUSED = 'paused'
    DISABLED = 'disabled'
    NO_INPUT = 'no_input'
    NO_PERSON = 'no_person'
    STALE = 'stale'
    CONFLICT = 'conflict'
    CANCELLED = 'cancelled'
    PREEMPTED = 'preempted'


@dataclass(frozen=True)
class Reaction:
    """See action/ObserveReaction.action for meaning, unit and range of every field."""

    verdict: Verdict = Verdict.UNKNOWN
    confidence: float = 0.0
    baseline_valence: float = NAN
    peak_valence: float = NAN
    change_valence: float = NAN
    baseline_arousal: float = NAN
    change_arousal: float = NAN
    from_emotion: Emotion = Emotion.UNKNOWN
    to_emotion: Emotion = Emotion.UNKNOWN
    reason: UnknownReason = UnknownReason.NONE


@dataclass(frozen=True)
class Sample:
    """What the rule needs of one state; ``lack`` says why it does not count."""

    at_s: float
    valence: float = NAN
    arousal: float = NAN
    emotion: Emotion = Emotion.UNKNOWN
    lack: UnknownReason = UnknownReason.NONE


class StateHistory:
    """The last seconds of every person, for the baseline of a behaviour that begins now.

    Holds numbers only, in memory, and forgets who has not been there for that long.
    """

    def __init__(self) -> None:
        self._samples: dict[str, deque[Sample]] = {}

    def add(self, states: Iterable[EmotionState], now_s: float) -> None:
        """Remember the states of all people at ``now_s``; of a paused person nothing is kept."""
        for state in states:
            sample = _sample(state, now_s)
            if sample.lack is UnknownReason.PAUSED:
                self._samples.pop(state.person_id, None)
            else:
                self._samples.setdefault(state.person_id, deque()).append(sample)
        for person, samples in [*self._samples.items()]:
            while samples and not 0.0 <= now_s - samples[0].at_s <= BASELINE_S:
                samples.popleft()
            if not samples:
                del self._samples[person]

    def __len__(self) -> int:
        """Return of how many people something is kept."""
        return len(self._samples)

    def observe(self, person_id: str, now_s: float, window_s: float) -> 'ReactionObserver':
        """Return an observer of what a person does within ``window_s`` from now."""
        before = tuple(self._samples.get(person_id, ()))
        return ReactionObserver(person_id, now_s, window_s, before)


class ReactionObserver:
    """Compares a window of a person's states with the seconds before.

    The change is the mean of the window minus the baseline; the peak is the mean of those PEAK_S
    that are farthest from the baseline. Each is taken as a multiple of its noise, and the larger
    one decides: below 1 there is no change. The confidence grows with the distance from that
    limit, 0.5, and with the share of the window in which the person was observed. It orders
    verdicts and is no calibrated probability.
    """

    def __init__(
        self, person_id: str, began_s: float, window_s: float, before: Sequence[Sample] = ()
    ) -> None:
        self.person_id = person_id
        self.began_s = began_s
        self._ends_s = began_s + window_s
        self._before = before
        self._samples: list[Sample] = []
        self._seen_s = began_s

    def update(self, states: Sequence[EmotionState], now_s: float) -> bool:
        """Take the states of all people at ``now_s``; return whether the observation is over.

        It is at the end of the window, and before that when the person is lost or paused, or
        time goes back.
        """
        own = next((s for s in states if s.person_id == self.person_id), None)
        if own is not None:
            self._seen_s = now_s
            self._samples.append(_sample(own, now_s))
        else:
            self._samples.append(Sample(now_s, lack=UnknownReason.PERSON_LOST))
        is_paused = self._samples[-1].lack is UnknownReason.PAUSED
        is_lost = now_s - self._seen_s >= LOST_S or now_s < self.began_s - CLOCK_JUMP_S
        return is_paused or is_lost or now_s >= self._ends_s

    def result(self, now_s: float) -> Reaction:
        """Return the reaction as of ``now_s``; of a paused person without any figures."""
        lack = self._lack(now_s)
        if lack is UnknownReason.PAUSED:
            return Reaction(reason=lack)
        seen = [sample for sample in self._samples if not sample.lack]
        known = [sample for sample in self._before if not sample.lack]
        baseline = _mean(self._before, self.began_s, 'valence')
        figures = Reaction(
            baseline_valence=baseline,
            peak_valence=_peak(seen, baseline),
            change_valence=_mean(self._samples, now_s, 'valence') - baseline,
            baseline_arousal=(calm := _mean(self._before, self.began_s, 'arousal')),
            change_arousal=_mean(self._samples, now_s, 'arousal') - calm,
            from_emotion=known[-1].emotion if known else Emotion.UNKNOWN,
            to_emotion=seen[-1].emotion if seen else Emotion.UNKNOWN,
            reason=lack,
        )
        return figures if lack else _with_verdict(figures, self._share_seen(now_s))

    def _lack(self, now_s: float) -> UnknownReason:
        """Return why there can be no verdict: what was missing for the longest time."""
        if any(sample.lack is UnknownReason.PAUSED for sample in self._samples):
            return UnknownReason.PAUSED
        if _seen_s(self._before, self.began_s) < LEAST_BASELINE_S:
            return UnknownReason.NO_BASELINE
        if self._share_seen(now_s) >= LEAST_SEEN:
            return UnknownReason.NONE
        missing: Counter[UnknownReason] = Counter()
        for sample, seconds in _durations(self._samples, now_s):
            if sample.lack:
                missing[sample.lack] += max(round(seconds * 1000), 1)
        return max(missing, key=lambda lack: missing[lack], default=UnknownReason.NO_INPUT)

    def _share_seen(self, now_s: float) -> float:
        return min(_seen_s(self._samples, now_s) / (self._ends_s - self.began_s), 1.0)


def _sample(state: EmotionState, now_s: float) -> Sample:
    if state.status is not Status.OK:
        lack = UnknownReason(state.reason.value)
    elif state.conflict:
        lack = UnknownReason.CONFLICT
    elif not (isfinite(state.valence) and isfinite(state.arousal)):
        lack = UnknownReason.NO_INPUT
    else:
        return Sample(now_s, state.valence, state.arousal, state.emotion)
    return Sample(now_s, lack=lack)


def _durations(samples: Sequence[Sample], end_s: float) -> list[tuple[Sample, float]]:
    """Return the samples and how long each counts."""
    ends_s = [*(sample.at_s for sample in samples[1:]), end_s]
    return [
        (sample, min(max(end - sample.at_s, 0.0), LONGEST_GAP_S))
        for sample, end in zip(samples, ends_s, strict=False)
    ]


def _seen_s(samples: Sequence[Sample], end_s: float) -> float:
    return sum(seconds for sample, seconds in _durations(samples, end_s) if not sample.lack)


def _mean(samples: Sequence[Sample], end_s: float, name: str) -> float:
    """Return the mean of valence or arousal, weighted by time; NaN without any."""
    counted = [(getattr(s, name), d) for s, d in _durations(samples, end_s) if not s.lack]
    total_s = sum(seconds for _, seconds in counted)
    return sum(value * seconds for value, seconds in counted) / total_s if total_s else NAN


def _peak(seen: Sequence[Sample], baseline: float) -> float:
    """Return the mean valence of those PEAK_S that are farthest from the baseline; NaN: none."""
    means = []
    for first, sample in enumerate(seen):
        within = [s for s in seen[first:] if s.at_s - sample.at_s <= PEAK_S]
        if within[-1].at_s - sample.at_s >= PEAK_S / 2:
            means.append(sum(s.valence for s in within) / len(within))
    return max(means, key=lambda mean: abs(mean - baseline), default=NAN)


def _with_verdict(figures: Reaction, share_seen: float) -> Reaction:
    """Return the reaction with its verdict."""
    of_mean = figures.change_valence / MEAN_NOISE
    of_peak = (figures.peak_valence - figures.baseline_valence) / PEAK_NOISE
    multiple = max((m for m in (of_mean, of_peak) if isfinite(m)), key=abs)
    size = abs(multiple)
    if size < 1.0:
        return replace(
            figures, verdict=Verdict.UNCHANGED, confidence=(1.0 - size / 2.0) * share_seen
        )
    verdict = Verdict.BETTER if multiple > 0.0 else Verdict.WORSE
    return replace(figures, verdict=verdict, confidence=(1.0 - 0.5 / size) * share_seen)
