# SPDX-License-Identifier: MIT
"""Two runs over the same recordings: how long they agree, and where they do not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from emotion_ros.bag.track import MAX_GAP_S
from emotion_ros.errors import ConfigError
from emotion_ros.sessions.run_file import Point, Run


@dataclass(frozen=True)
class Span:
    """From ``start_s`` to ``end_s`` the runs had these labels."""

    bag: str
    start_s: float
    end_s: float
    label_a: str
    label_b: str

    @property
    def duration_s(self) -> float:
        """How long it lasted."""
        return self.end_s - self.start_s


@dataclass
class Agreement:
    """Sums over the time that both runs cover, in seconds; shares are NaN for no time.

    ``other_action_s``: only one of the two was actionable, or both with different labels;
    ``voice_a_s``: a voice counted in A.
    """

    duration_s: float = 0.0
    same_s: float = 0.0
    confidence_s: float = 0.0
    actionable_a_s: float = 0.0
    actionable_b_s: float = 0.0
    other_action_s: float = 0.0
    voice_a_s: float = 0.0
    voice_b_s: float = 0.0
    by_labels_s: dict[tuple[str, str], float] = field(default_factory=dict)

    @property
    def same(self) -> float:
        """Share of time with the same label."""
        return self.same_s / (self.duration_s or float('nan'))

    @property
    def confidence_difference(self) -> float:
        """Mean |confidence of A - confidence of B|."""
        return self.confidence_s / (self.duration_s or float('nan'))

    def add(self, lasted_s: float, a: Point, b: Point) -> None:
        """Add a time in which both stayed as they were."""
        self.duration_s += lasted_s
        self.confidence_s += lasted_s * abs(a.confidence - b.confidence)
        self.actionable_a_s += lasted_s * a.actionable
        self.actionable_b_s += lasted_s * b.actionable
        self.voice_a_s += lasted_s * a.has_voice
        self.voice_b_s += lasted_s * b.has_voice
        self.other_action_s += lasted_s * (a.acted_on != b.acted_on)
        if a.label == b.label:
            self.same_s += lasted_s
        else:
            labels = a.label, b.label
            self.by_labels_s[labels] = self.by_labels_s.get(labels, 0.0) + lasted_s


@dataclass
class Comparison:
    """The agreement over all, by bag, and where the labels differ, the longest first.

    ``only_a`` and ``only_b`` are bags that the other run does not have.
    """

    total: Agreement
    bags: dict[str, Agreement]
    differences: list[Span]
    only_a: list[str]
    only_b: list[str]


def compare(a: Run, b: Run) -> Comparison:
    """Compare bags of the same name, or the only ones; ConfigError when there are none."""
    if len(a) == len(b) == 1:
        name = next(filter(None, [*a, *b]), '')
        a, b = {name: next(iter(a.values()))}, {name: next(iter(b.values()))}
    common = [name for name in a if name in b]
    if not common:
        has = ['; '.join(filter(None, run)) or 'no column "bag"' for run in (a, b)]
        raise ConfigError(f'the runs have no bag in common: A has {has[0]}, B has {has[1]}')
    total = Agreement()
    bags: dict[str, Agreement] = {}
    spans: list[Span] = []
    for bag in common:
        bags[bag] = Agreement()
        for start_s, end_s, point_a, point_b in _together(a[bag], b[bag]):
            for agreement in (total, bags[bag]):
                agreement.add(end_s - start_s, point_a, point_b)
            new = Span(bag, start_s, end_s, point_a.label, point_b.label)
            last = spans[-1] if spans else None
            labels = (new.bag, new.start_s, new.label_a, new.label_b)
            if last and (last.bag, last.end_s, last.label_a, last.label_b) == labels:
                spans[-1] = Span(bag, last.start_s, end_s, new.label_a, new.label_b)
            else:
                spans.append(new)
    return Comparison(
        total,
        bags,
        sorted(
            (span for span in spans if span.label_a != span.label_b),
            key=lambda span: -span.duration_s,
        ),
        only_a=[name for name in a if name not in b],
        only_b=[name for name in b if name not in a],
    )


def _together(
    a: Sequence[Point], b: Sequence[Point]
) -> Iterator[tuple[float, float, Point, Point]]:
    """Yield (start, end, point of a, point of b) between changes up to MAX_GAP_S apart."""
    moments = sorted([(p.at_s, 0, p) for p in a] + [(p.at_s, 1, p) for p in b], key=lambda m: m[0])
    latest: list[Point | None] = [None, None]
    for (at_s, side, point), following in pairwise(moments):
        latest[side] = point
        end_s = following[0]
        if latest[0] and latest[1] and 0.0 < end_s - at_s <= MAX_GAP_S:
            yield at_s, end_s, latest[0], latest[1]
