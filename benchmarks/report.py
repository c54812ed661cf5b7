# SPDX-License-Identifier: MIT
"""The results of one run: tables, JSON, comparison with an earlier run."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table

from benchmarks.figure import Figure, Spread, format_value
from emotion_ros.errors import ConfigError

WARN_ABOVE = 1.25
COLOURS = {'aim': 'green', 'ok': 'green', 'missed': 'red'}


@dataclass(frozen=True)
class Performance:
    """Latency, rate, CPU and memory of the nodes in the scenario named ``situation``.

    ``vision`` is the inference time of vision_node; ``faces`` and ``state`` are the times from
    the stamp of an image to the arrival of the message at another process; all in ms. CPU is in
    percent of one core, memory that of all processes. ``evidence``: from the end of a voice to
    its evidence.
    """

    situation: str
    vision: Spread
    faces: Spread
    state: Spread
    processed_percent: float
    growth_ms_s: float
    state_rate_hz: float
    longest_gap_ms: float
    cpu_percent: float
    rss_mb: float
    evidence: Spread | None = None

    def figures(self) -> list[Figure]:
        """Return the figures that are compared with an earlier run."""
        return [
            Figure(f'frame to emotion_state, {self.situation}', 'ms', self.state.p50),
            Figure(f'CPU, {self.situation}', '% of a core', self.cpu_percent),
            Figure(f'memory (RSS), {self.situation}', 'MB', self.rss_mb),
        ]


@dataclass(frozen=True)
class Report:
    """All results; runs are compared only when their ``conditions`` are equal."""

    conditions: Mapping[str, Any]
    figures: Sequence[Figure]
    performances: Sequence[Performance] = ()

    def title(self) -> str:
        """Return the conditions in one line."""
        return ', '.join(f'{name}: {value}' for name, value in self.conditions.items())

    def compared(self) -> list[Figure]:
        """Return the figures that are compared with an earlier run."""
        return [*self.figures, *(f for p in self.performances for f in p.figures())]

    def to_json(self) -> str:
        """Return the results with the result of each figure."""
        raw = asdict(self)
        raw['figures'] = [asdict(f) | {'verdict': f.result} for f in self.compared()]
        return json.dumps(raw, indent=1) + '\n'

    def worsenings(self, baseline: 'Baseline | None') -> dict[str, float]:
        """Return how many times worse each figure is; empty under other conditions."""
        if baseline is None or baseline.conditions != self.conditions:
            return {}
        before = baseline.values
        return {f.name: f.worsening(before[f.name]) for f in self.compared() if f.name in before}


@dataclass(frozen=True)
class Baseline:
    """The conditions of an earlier report, and its values by the names of the figures."""

    conditions: Mapping[str, Any]
    values: Mapping[str, float]


def read_baseline(path: Path) -> Baseline | None:
    """Return the report saved at ``path``, None without a file; ConfigError if it is broken."""
    if not path.is_file():
        return None
    try:
        raw = json.loads(path.read_text(encoding='utf-8'))
        values = {figure['name']: float(figure['value']) for figure in raw['figures']}
        return Baseline(raw['conditions'], values)
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f'{path}: is no saved report: {error!r}') from error


def figure_table(figures: Sequence[Figure], worsenings: Mapping[str, float]) -> Table:
    """Return the figures with their targets and, if compared, how many times worse they are."""
    table = Table('what', box=box.MARKDOWN)
    for heading in ('measured', 'unit', 'floor', 'aim', 'reached'):
        table.add_column(heading, justify='right' if heading != 'unit' else 'left')
    if worsenings:
        table.add_column('times worse', justify='right')
    for figure in figures:
        row = [figure.name, format_value(figure.value), figure.unit]
        row += [_target(figure, figure.limit), _target(figure, figure.aim), figure.result]
        if worsenings:
            row += [_worsening(worsenings.get(figure.name))]
        table.add_row(*row, style=COLOURS.get(figure.result))
    return table


def performance_table(performances: Sequence[Performance]) -> Table:
    """Return one row per scenario."""
    table = Table('scenario', box=box.MARKDOWN)
    headings = ('in vision_node', 'to faces', 'to state', 'frames', 'rate', 'gap', 'CPU', 'RSS')
    for heading in headings:
        table.add_column(heading, justify='right')
    for p in performances:
        spreads = (_spread(s) for s in (p.vision, p.faces, p.state))
        rest = (p.processed_percent, p.state_rate_hz, p.longest_gap_ms, p.cpu_percent, p.rss_mb)
        table.add_row(p.situation, *spreads, *(f'{value:.0f}' for value in rest))
    return table


def _spread(spread: Spread) -> str:
    return '/'.join(f'{value:.0f}' for value in (spread.p50, spread.p95, spread.p99))


def _target(figure: Figure, target: float | None) -> str:
    if target is None:
        return ''
    return f'{"≥" if figure.at_least else "≤"} {target:g}'


def _worsening(ratio: float | None) -> str:
    if ratio is None:
        return ''
    return f'{"! " if ratio > WARN_ABOVE else ""}{ratio:.2f}'
