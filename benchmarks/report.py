"""All results of one run: as tables, as JSON, and against an earlier run."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table

from benchmarks.figure import Figure, Stage
from emotion_ros.core.errors import ConfigError

WARN_ABOVE = 1.25
COLOURS = {'ok': 'green', 'missed': 'red'}


@dataclass(frozen=True)
class Report:
    """``conditions`` are what must be equal for figures to be compared."""

    conditions: Mapping[str, Any]
    figures: Sequence[Figure]
    stages: Sequence[Stage]

    def title(self) -> str:
        """Return the conditions in one line."""
        return ', '.join(f'{name}: {value}' for name, value in self.conditions.items())

    def to_json(self) -> str:
        """Return everything, with the verdicts."""
        raw = asdict(self)
        for figure, entry in zip(self.figures, raw['figures'], strict=True):
            entry['verdict'] = figure.verdict
        return json.dumps(raw, indent=1) + '\n'

    def worsenings(self, baseline: 'Baseline | None') -> dict[str, float]:
        """Return how many times worse each figure is; nothing under other conditions."""
        if baseline is None or baseline.conditions != self.conditions:
            return {}
        before = baseline.values
        return {f.name: f.worsening(before[f.name]) for f in self.figures if f.name in before}


@dataclass(frozen=True)
class Baseline:
    """The values of an earlier report, by the names of the figures."""

    conditions: Mapping[str, Any]
    values: Mapping[str, float]


def read_baseline(path: Path) -> Baseline | None:
    """Return the report saved at ``path``, None when there is none; ConfigError if it is none."""
    if not path.is_file():
        return None
    try:
        raw = json.loads(path.read_text(encoding='utf-8'))
        values = {figure['name']: float(figure['value']) for figure in raw['figures']}
        return Baseline(raw['conditions'], values)
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f'{path}: is no saved report: {error!r}') from error


def figure_table(figures: Sequence[Figure], worsenings: Mapping[str, float]) -> Table:
    """Return the figures with their targets and, if compared, how many times worse they got."""
    table = Table('what', box=box.MARKDOWN)
    table.add_column('median', justify='right')
    table.add_column('p95', justify='right')
    table.add_column('unit')
    table.add_column('target', justify='right')
    table.add_column('')
    if worsenings:
        table.add_column('times worse', justify='right')
    for figure in figures:
        row = [figure.name, _number(figure.value), _number(figure.p95), figure.unit]
        row += [_target(figure), figure.verdict]
        if worsenings:
            row += [_worsening(worsenings.get(figure.name))]
        table.add_row(*row, style=COLOURS.get(figure.verdict))
    return table


def stage_table(stages: Sequence[Stage]) -> Table:
    """Return where the time of a frame goes."""
    table = Table('stage', box=box.MARKDOWN)
    for heading in ('median (ms)', 'p95 (ms)', 'share of the mean'):
        table.add_column(heading, justify='right')
    for stage in stages:
        times = _number(stage.median_ms), _number(stage.p95_ms)
        table.add_row(stage.name, *times, f'{stage.share:.0%}')
    return table


def _target(figure: Figure) -> str:
    if figure.limit is None:
        return ''
    return f'{"≥" if figure.at_least else "≤"} {figure.limit:g}'


def _worsening(ratio: float | None) -> str:
    if ratio is None:
        return ''
    return f'{"! " if ratio > WARN_ABOVE else ""}{ratio:.2f}'


def _number(value: float | None) -> str:
    """Return a number with three digits, or more before the point."""
    if value is None:
        return ''
    places = 0 if abs(value) >= 100.0 else 1 if abs(value) >= 10.0 else 2
    return f'{value:.{places}f}'
