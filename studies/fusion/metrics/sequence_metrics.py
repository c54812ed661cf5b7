# SPDX-License-Identifier: MIT
"""How well a label follows a person over time: figures of ``Track``s.

Every figure but the calibration is about target segments, whose clean still the classifier gets
right, unless ``targets_only`` is false.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from emotion_ros.sessions import metrics
from training.fusion.synthetic_sequences import Bools, Floats, Ints, Segment, Track

MINUTE_S = 60.0
MAX_SEGMENTS = 1_000_000
"""More segments than a sequence has."""
CHANCE_DRAWS = 20


def detect_times(track: Track, targets_only: bool = True) -> list[float]:
    """Return the seconds until each segment's emotion is reported; infinite for never."""
    return [
        _first(track.at_s[mine], track.emotion[mine] == segment.emotion) - segment.start_s
        for segment, mine in _segments(track, targets_only)
    ]


def hold_shares(track: Track, targets_only: bool = True) -> list[float]:
    """Return, per segment, the share of its frames from detection on that are right.

    A segment that is never detected has none.
    """
    shares = []
    for segment, mine in _segments(track, targets_only):
        right = track.emotion[mine] == segment.emotion
        if right.any():
            shares.append(float(right[right.argmax() :].mean()))
    return shares


def clear_times(track: Track, targets_only: bool = True) -> list[float]:
    """Return for how many seconds each emotion is still reported after it has ended.

    Counted where it was reported last; infinite where it stays for all of the next segment, to
    which ``targets_only`` refers.
    """
    at_s, emotion = track.at_s, track.emotion
    times = []
    for before, after in zip(track.segments, track.segments[1:], strict=False):
        earlier = emotion[at_s < after.start_s]
        mine = (at_s >= after.start_s) & (at_s < after.end_s)
        counts = after.is_target or not targets_only
        if counts and len(earlier) and earlier[-1] == before.emotion:
            gone = emotion[mine] != before.emotion
            times.append(_first(at_s[mine], gone) - after.start_s)
    return times


def false_switches(track: Track, targets_only: bool = True) -> tuple[int, float]:
    """Return the number of false changes of the label, and the minutes considered.

    One change per segment, to its emotion, is correct where another was reported before; every
    other one is false.
    """
    total, seconds = 0, 0.0
    emotion = track.emotion
    before = np.concatenate([emotion[:1], emotion[:-1]])
    for segment, mine in _segments(track, targets_only):
        changes = emotion[mine] != before[mine]
        arrives = (changes & (emotion[mine] == segment.emotion)).any()
        is_correct = arrives and before[mine][0] != segment.emotion
        total += int(changes.sum()) - int(is_correct)
        seconds += segment.end_s - segment.start_s
    return total, seconds / MINUTE_S


def summary(tracks: Sequence[Track], targets_only: bool = True) -> dict[str, float | None]:
    """Return the figures over all sequences; ``missed`` is the share never detected.

    None stands for an infinite time and for figures of nothing.
    """
    detect = [t for track in tracks for t in detect_times(track, targets_only)]
    clear = [t for track in tracks for t in clear_times(track, targets_only)]
    switches = [false_switches(track, targets_only) for track in tracks]
    values = {
        'segments': len(detect),
        'detect_s_median': _quantile(detect, 0.5),
        'missed': _mean(np.isinf(detect)),
        'hold': _mean([s for track in tracks for s in hold_shares(track, targets_only)]),
        'clear_s_median': _quantile(clear, 0.5),
        'clear_s_p90': _quantile(clear, 0.9),
        'false_switches_per_min': sum(n for n, _ in switches)
        / max(sum(m for _, m in switches), 1e-9),
    }
    return {key: value if np.isfinite(value) else None for key, value in values.items()}


def calibration(tracks: Sequence[Track], settled_after_s: float = 0.0) -> dict[str, Any]:
    """Return how well the confidence fits how often the label is right, over all segments.

    With ``settled_after_s`` only from that long after each change. ``reliability`` has per bin
    the number of frames, the share that is right and the mean confidence.
    """
    kept = [_settled(track, settled_after_s) for track in tracks]
    of = list(zip(tracks, kept, strict=True))
    confidence = np.concatenate([track.confidence[k] for track, k in of])
    right = np.concatenate([track.is_right[k] for track, k in of])
    segment = np.concatenate([t.segment[k] + i * MAX_SEGMENTS for i, (t, k) in enumerate(of)])
    return {
        'moments': len(right),
        'accuracy': _mean(right),
        'confidence': _mean(confidence),
        'ece15': metrics.ece(confidence, right),
        'ece15_by_chance': ece_by_chance(confidence, segment),
        'reliability': metrics.reliability(confidence, right),
    }


def ece_by_chance(confidence: Floats, segment: Ints, seed: int = 0) -> float:
    """Return the mean ECE of labels that are right exactly as often as their confidence says.

    All frames of a segment are right or wrong together, as they share the face. That leaves few
    independent trials per bin: a measured ECE of this size cannot be distinguished from zero.
    """
    rng = np.random.default_rng(seed)
    names, row = np.unique(segment, return_inverse=True)
    draws = rng.random((CHANCE_DRAWS, len(names)))
    return _mean([metrics.ece(confidence, draw[row] < confidence) for draw in draws])


def _segments(track: Track, targets_only: bool) -> list[tuple[Segment, Bools]]:
    """Return the segments that count, each with the mask of its frames [N]."""
    return [
        (segment, np.asarray(track.segment == i))
        for i, segment in enumerate(track.segments)
        if segment.is_target or not targets_only
    ]


def _settled(track: Track, after_s: float) -> Bools:
    start_s = np.array([segment.start_s for segment in track.segments])
    return np.asarray(track.at_s - start_s[track.segment] >= after_s)


def _first(at_s: Floats, holds: Bools) -> float:
    return float(at_s[holds.argmax()]) if holds.any() else float('inf')


def _mean(values: Any) -> float:
    return float(np.mean(values)) if len(values) else float('nan')


def _quantile(values: list[float], share: float) -> float:
    """Return a quantile that is one of the values: some may be infinite."""
    return float(np.quantile(values, share, method='higher')) if values else float('nan')
