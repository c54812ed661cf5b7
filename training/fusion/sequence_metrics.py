# SPDX-License-Identifier: MIT
"""How well a label follows a person over time; arrays in, numbers out.

A *segment* is a stretch of time in which the person shows one emotion. Every figure but the
calibration is about ``targets``: the segments whose clean still the classifier gets right.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training import metrics

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MINUTE_S = 60.0
MANY = 1_000_000
"""More segments than a sequence has."""
CHANCES = 20


@dataclass(frozen=True)
class Segment:
    """Seconds [start, end) of one sequence; ``is_target``: its clean still is classified right."""

    start_s: float
    end_s: float
    emotion: int
    is_target: bool


@dataclass(frozen=True)
class Track:
    """What was said at each of N moments of one sequence: seconds, emotion, how sure.

    ``segment`` [N] is the index of the segment that a moment lies in.
    """

    at_s: Floats
    emotion: Ints
    confidence: Floats
    actionable: Bools
    segment: Ints


@dataclass(frozen=True)
class Run:
    """One sequence: its segments in order of time and what was said in the meantime."""

    segments: tuple[Segment, ...]
    track: Track


def detect_times(run: Run, targets_only: bool = True) -> list[float]:
    """Return how long each segment waited for its emotion in seconds; infinite when in vain."""
    return [
        _first(run.track.at_s[mine], run.track.emotion[mine] == segment.emotion) - segment.start_s
        for segment, mine in _segments(run, targets_only)
    ]


def hold_shares(run: Run, targets_only: bool = True) -> list[float]:
    """Return the share of its moments, from detection on, that each segment is right.

    A segment that is never detected has none.
    """
    shares = []
    for segment, mine in _segments(run, targets_only):
        right = run.track.emotion[mine] == segment.emotion
        if right.any():
            shares.append(float(right[right.argmax() :].mean()))
    return shares


def clear_times(run: Run, targets_only: bool = True) -> list[float]:
    """Return how long each emotion is still reported after it has ended, in seconds.

    Counted where it was reported last; where the next segment never gets rid of it, infinite.
    ``targets_only`` is about the segment that follows.
    """
    at_s, emotion = run.track.at_s, run.track.emotion
    times = []
    for before, after in zip(run.segments, run.segments[1:], strict=False):
        earlier = emotion[at_s < after.start_s]
        mine = (at_s >= after.start_s) & (at_s < after.end_s)
        counts = after.is_target or not targets_only
        if counts and len(earlier) and earlier[-1] == before.emotion:
            gone = emotion[mine] != before.emotion
            times.append(_first(at_s[mine], gone) - after.start_s)
    return times


def false_switches(run: Run, targets_only: bool = True) -> tuple[int, float]:
    """Return the changes of label that nothing called for, and the minutes they fell into.

    One change, to the segment's emotion, is called for where another was reported before it;
    every other one within it is not.
    """
    total, seconds = 0, 0.0
    emotion = run.track.emotion
    before = np.concatenate([emotion[:1], emotion[:-1]])
    for segment, mine in _segments(run, targets_only):
        changes = emotion[mine] != before[mine]
        arrives = (changes & (emotion[mine] == segment.emotion)).any()
        is_called_for = arrives and before[mine][0] != segment.emotion
        total += int(changes.sum()) - int(is_called_for)
        seconds += segment.end_s - segment.start_s
    return total, seconds / MINUTE_S


def summary(runs: list[Run], targets_only: bool = True) -> dict[str, float | None]:
    """Return the figures over all sequences; ``missed`` is the share never detected.

    None stands for a time that is infinite, and for figures of nothing.
    """
    detect = [t for run in runs for t in detect_times(run, targets_only)]
    clear = [t for run in runs for t in clear_times(run, targets_only)]
    switches = [false_switches(run, targets_only) for run in runs]
    values = {
        'segments': len(detect),
        'detect_s_median': _median(detect),
        'missed': float(np.mean(np.isinf(detect))) if detect else float('nan'),
        'hold': _mean([s for run in runs for s in hold_shares(run, targets_only)]),
        'clear_s_median': _median(clear),
        'clear_s_p90': _quantile(clear, 0.9),
        'false_switches_per_min': sum(n for n, _ in switches)
        / max(sum(m for _, m in switches), 1e-9),
    }
    return _with_null(values)


def calibration(runs: list[Run], settled_after_s: float = 0.0) -> dict[str, Any]:
    """Return how far the confidence of the label can be believed, over all segments.

    With ``settled_after_s`` only what is said that long after a change. ``reliability`` has per
    bin the number of moments, the share that is right and the mean confidence.
    """
    moments = [_settled(run, settled_after_s) for run in runs]
    confidence = np.concatenate(
        [r.track.confidence[m] for r, m in zip(runs, moments, strict=True)]
    )
    right = np.concatenate([is_right(r)[m] for r, m in zip(runs, moments, strict=True)])
    segment = np.concatenate(
        [r.track.segment[m] + i * MANY for i, (r, m) in enumerate(zip(runs, moments, strict=True))]
    )
    values = {
        'moments': len(right),
        'accuracy': _mean(right),
        'confidence': _mean(confidence),
        'ece15': metrics.ece(confidence, right),
        'ece15_by_chance': ece_by_chance(confidence, segment),
    }
    return {**_with_null(values), 'reliability': metrics.reliability(confidence, right)}


def ece_by_chance(confidence: Floats, segment: Ints, seed: int = 0) -> float:
    """Return the mean ECE of labels that are right exactly as often as their confidence says.

    All moments of a segment share their luck, as they share the face. That leaves few independent
    trials per bin: an ECE of this size is not to be told from none.
    """
    rng = np.random.default_rng(seed)
    names, row = np.unique(segment, return_inverse=True)
    luck = rng.random((CHANCES, len(names)))
    return _mean([metrics.ece(confidence, one[row] < confidence) for one in luck])


def log_loss(runs: list[Run]) -> float:
    """Return the mean of -log P(right or wrong, whichever it was) by the label's confidence."""
    sure = np.concatenate([run.track.confidence for run in runs]).clip(1e-6, 1 - 1e-6)
    right = np.concatenate([is_right(run) for run in runs])
    return float(-np.log(np.where(right, sure, 1 - sure)).mean())


def action(runs: list[Run]) -> dict[str, float | None]:
    """Return how often a state may be acted on, and how often that is right; None for never."""
    may = np.concatenate([run.track.actionable for run in runs])
    right = np.concatenate([is_right(run) for run in runs])
    return _with_null({'actionable': _mean(may), 'right_when_actionable': _mean(right[may])})


def is_right(run: Run) -> Bools:
    """Return whether the label is what the person shows at each moment."""
    truth = np.array([segment.emotion for segment in run.segments])
    return np.asarray(run.track.emotion == truth[run.track.segment])


def _segments(run: Run, targets_only: bool) -> list[tuple[Segment, Bools]]:
    """Return the segments that count, each with its moments."""
    return [
        (segment, np.asarray(run.track.segment == i))
        for i, segment in enumerate(run.segments)
        if segment.is_target or not targets_only
    ]


def _settled(run: Run, after_s: float) -> Bools:
    start_s = np.array([segment.start_s for segment in run.segments])
    return np.asarray(run.track.at_s - start_s[run.track.segment] >= after_s)


def _first(at_s: Floats, holds: Bools) -> float:
    return float(at_s[holds.argmax()]) if holds.any() else float('inf')


def _with_null(values: dict[str, float]) -> dict[str, float | None]:
    """JSON has neither NaN nor infinity."""
    return {key: value if np.isfinite(value) else None for key, value in values.items()}


def _mean(values: Any) -> float:
    return float(np.mean(values)) if len(values) else float('nan')


def _median(values: list[float]) -> float:
    return _quantile(values, 0.5)


def _quantile(values: list[float], share: float) -> float:
    """A quantile that is one of the values: between finite and infinite there is nothing."""
    return float(np.quantile(values, share, method='higher')) if values else float('nan')
