# SPDX-License-Identifier: MIT
"""The charts of a session as paths of SVG, thinned to what can be seen."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite

from emotion_ros.bag.track import Curve, Run, Track
from emotion_ros.core.emotions import EMOTIONS

WIDTH = 1000
"""Units from the beginning of a chart to its end; narrower marks and gaps are joined."""

NARROWEST = 2
COLUMNS = 250  # of a dense chart
LEAST_SHARE = 0.01
LINE_GAP_S = 1.5
MOST_TICKS = 8
NICE_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
STATUSES = ('conflict', 'holding', 'no_person', 'no_input', 'disabled', 'paused')
VALENCE, AROUSAL = 'valence', 'arousal'


@dataclass(frozen=True)
class Span:
    """The time (s) from one side of a chart to the other."""

    from_s: float
    to_s: float

    def x(self, at_s: float) -> float:
        """Return the position of a time, 0..WIDTH."""
        length_s = max(self.to_s - self.from_s, 1e-3)
        return min(max(WIDTH * (at_s - self.from_s) / length_s, 0.0), WIDTH)

    def ticks(self) -> list[float]:
        """Return at most MOST_TICKS + 1 round times."""
        length_s = self.to_s - self.from_s
        step_s = next((s for s in NICE_S if length_s <= s * MOST_TICKS), length_s / MOST_TICKS)
        first = ceil(self.from_s / step_s - 1e-9)
        return [n * step_s for n in range(first, floor(self.to_s / step_s + 1e-9) + 1)]


@dataclass(frozen=True)
class Row:
    """The marks of a row: ``path`` where it was actionable, over ``faint`` for all of it.

    ``faint`` is empty when the two are the same.
    """

    name: str
    time_s: float
    path: str
    faint: str = ''


@dataclass(frozen=True)
class Line:
    """A curve; ``latest`` is its last value."""

    name: str
    path: str


def is_dense(track: Track) -> bool:
    """Return whether there are too many changes to be drawn one by one."""
    return len(track.runs) > COLUMNS


def emotion_rows(track: Track, span: Span) -> list[Row]:
    """Return a row for every emotion that was held, in the order of EMOTIONS.

    Boxes from change to change; of a dense track columns, as high as the share of the time.
    """
    times_s = track.times_s
    draw = share_path if is_dense(track) else mark_path
    rows = []
    for label in EMOTIONS:
        held = [run for run in track.runs if run.label == label]
        if held:
            actionable = [run for run in held if run.actionable]
            path, faint = draw(actionable, span), draw(held, span)
            rows.append(Row(label, times_s[label], path, faint if faint != path else ''))
    return rows


def status_rows(track: Track, span: Span) -> list[Row]:
    """Return a row for a conflict and for every status but OK that occurred."""
    runs = {
        name: [r for r in track.runs if name in (r.status, conflict_of(r))] for name in STATUSES
    }
    return [
        Row(name, sum(r.to_s - r.from_s for r in of), mark_path(of, span))
        for name, of in runs.items()
        if of
    ]


def conflict_of(run: Run) -> str:
    """Return ``conflict`` or ''."""
    return 'conflict' if run.conflict else ''


def mark_path(runs: Iterable[Run], span: Span) -> str:
    """Return boxes of height 1, from left to right; those closer than a unit are one."""
    boxes: list[list[int]] = []
    for run in runs:
        left = floor(span.x(run.from_s))
        right = max(ceil(span.x(run.to_s)), left + NARROWEST)
        if boxes and left <= boxes[-1][1]:
            boxes[-1][1] = max(boxes[-1][1], right)
        else:
            boxes.append([left, right])
    return ''.join(f'M{left} 0h{right - left}v1H{left}z' for left, right in boxes)


def share_path(runs: Iterable[Run], span: Span) -> str:
    """Return columns that stand on y 1, as high as the share of the time that the runs fill."""
    filled = [0.0] * COLUMNS
    width = WIDTH / COLUMNS
    for run in runs:
        left, right = span.x(run.from_s) / width, span.x(run.to_s) / width
        for column in range(int(left), min(ceil(right), COLUMNS)):
            filled[column] += max(min(right, column + 1) - max(left, column), 0.0)
    return ''.join(
        f'M{column * width:g} 1v-{share:.2g}h{width:g}v{share:.2g}z'
        for column, share in enumerate(filled)
        if share >= LEAST_SHARE
    )


def weight_lines(track: Track, span: Span) -> list[Line]:
    """Return the weight of every modality; the upper side is 1, or the largest weight."""
    curves = {n.removeprefix('weight.'): c for n, c in track.curves.items() if '.' in n}
    largest = largest_weight(track)
    return [Line(n, line_path(c, span, 0.0, largest)) for n, c in sorted(curves.items())]


def largest_weight(track: Track) -> float:
    """Return the upper side of the weights."""
    curves = [curve for name, curve in track.curves.items() if '.' in name]
    return max([1.0, *(value for curve in curves for _, value in curve.points())])


def line(track: Track, name: str, span: Span, low: float) -> Line:
    """Return a curve of a track from ``low`` to 1."""
    return Line(name, line_path(track.curves.get(name, Curve()), span, low, 1.0))


def line_path(curve: Curve, span: Span, low: float, high: float) -> str:
    """Return a line through the points, broken where there are none; ``low`` is at y 100."""
    path, last_s, last_x = [], float('-inf'), float('-inf')
    for at_s, value in sorted(curve.points()):
        is_joined = at_s - last_s <= max(LINE_GAP_S, 3 * curve.step_s)
        x = span.x(at_s)
        last_s = at_s
        if is_joined and x - last_x < NARROWEST:
            continue
        y = 100 * (high - value) / (high - low)
        path.append(f'{"L" if is_joined else "M"}{x:.0f} {y:.0f}')
        last_x = x
    return ''.join(path)


def affect_points(track: Track) -> Sequence[tuple[float, float]]:
    """Return valence and arousal, both -1..1, over time."""
    if not isfinite(track.mean(VALENCE)):
        return []
    valence, arousal = (dict(track.curves[name].points()) for name in (VALENCE, AROUSAL))
    return [(valence[t], arousal[t]) for t in sorted(valence.keys() & arousal.keys())]


def lanes(people: Mapping[str, Track]) -> list[list[str]]:
    """Return the people in rows, so that those of a row are not in view at the same time."""
    rows: list[tuple[list[str], float]] = []
    for name, track in sorted(people.items(), key=lambda item: item[1].runs[0].from_s):
        begin_s, end_s = track.runs[0].from_s, track.runs[-1].to_s
        free = next((i for i, (_, until_s) in enumerate(rows) if until_s <= begin_s), None)
        if free is None:
            rows.append(([name], end_s))
        else:
            rows[free] = ([*rows[free][0], name], end_s)
    return [names for names, _ in rows]


def periods(
    times_s: Sequence[float], most: int, duration_s: float
) -> Iterator[tuple[Span, slice]]:
    """Yield ordered times in parts of a round length; up to ``most`` of them in one part."""
    if 0 < len(times_s) <= most:
        yield Span(0.0, duration_s), slice(0, len(times_s))
        return
    step_s = next((s for s in NICE_S if duration_s <= s * MOST_TICKS), NICE_S[-1])
    begin = 0
    while begin < len(times_s):
        part = int(times_s[begin] // step_s)
        end = begin
        while end < len(times_s) and times_s[end] // step_s == part:
            end += 1
        yield Span(part * step_s, (part + 1) * step_s), slice(begin, end)
        begin = end


def spread(times_s: Iterable[float], span: Span) -> list[int]:
    """Return the indices of times that are at least a column apart, for marks of one size."""
    column_of = {int(span.x(at_s) * COLUMNS / WIDTH): i for i, at_s in enumerate(times_s)}
    return sorted(column_of.values())
