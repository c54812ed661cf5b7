# SPDX-License-Identifier: MIT
"""The results of one run: tables, JSON, comparison with an earlier run."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from rich import box
from rich.table import Table

from benchmarks.driver import Performance
from benchmarks.figure import Figure, format_value
from emotion_ros.errors import ConfigError

WARN_ABOVE = 1.25
COLOURS = {'aim': 'green', 'ok': 'green', 'missed': 'red'}


def figures_of(performance: Performance) -> list[Figure]:
    """Return the figures of a scenario that are compared with an earlier run."""
    name = performance.situation
    return [
        Figure(f'frame to emotion_state, {name}', 'ms', performance.state.p50),
        Figure(f'CPU, {name}', '% of a core', performance.cpu_percent),
        Figure(f'memory (RSS), {name}', 'MB', performance.rss_mb),
    ]


class Baseline(NamedTuple):
    """The conditions of an earlier report, and its values by the names of the figures."""

    conditions: Mapping[str, Any]
    values: Mapping[str, float]


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
        return [*self.figures, *(f for p in self.performances for f in figures_of(p))]

    def to_json(self) -> str:
        """Return the results with the result of each figure."""
        raw = asdict(self)
        raw['figures'] = [asdict(f) | {'verdict': f.result} for f in self.compared()]
        return json.dumps(raw, indent=1) + '\n'

    def worsenings(self, baseline: Baseline | None) -> dict[str, float]:
        """Return how many times worse each figure is; empty under other conditions."""
        if baseline is None or baseline.conditions != self.conditions:
            return {}
        before = baseline.values
        return {f.name: f.worsening(before[f.name]) for f in self.compared() if f.name in before}


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
        row += [*figure.targets, figure.result]
        if worsenings:
            ratio = worsenings.get(figure.name)
            mark = '! ' if ratio and ratio > WARN_ABOVE else ''
            row += [f'{mark}{ratio:.2f}' if ratio else '']
        table.add_row(*row, style=COLOURS.get(figure.result))
    return table


def performance_table(performances: Sequence[Performance]) -> Table:
    """Return one row per scenario."""
    table = Table('scenario', box=box.MARKDOWN)
    headings = ('in vision_node', 'to faces', 'to state', 'frames', 'rate', 'gap', 'CPU', 'RSS')
    for heading in headings:
        table.add_column(heading, justify='right')
    for p in performances:
        spreads = (f'{s.p50:.0f}/{s.p95:.0f}/{s.p99:.0f}' for s in (p.vision, p.faces, p.state))
        rest = (p.processed_percent, p.state_rate_hz, p.longest_gap_ms, p.cpu_percent, p.rss_mb)
        table.add_row(p.situation, *spreads, *(f'{value:.0f}' for value in rest))
    return table
