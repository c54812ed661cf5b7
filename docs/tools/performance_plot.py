# SPDX-License-Identifier: MIT
"""Plot of the last saved benchmark: ``python docs/tools/performance_plot.py``.

Latency and CPU against faces, frame size, frame rate and robots, from benchmarks/baseline.json.
"""

import json
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from statistics import linear_regression
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

Line = Sequence[tuple[str, str]]  # the label of a point, and the scenario it shows
RAW: Line = tuple((size, size) for size in ('640x480', '1280x720', '1920x1080'))
UNITS = {
    'faces (640x480)': 'per face',
    'size of the frame': 'per Mpx',
    'frames per second': 'per Hz',
    'robots (10 fps)': 'per robot',
}
PANELS: Mapping[str, Mapping[str, Line]] = {
    'faces (640x480)': {
        'raw': (
            ('0', '640x480, no face'),
            ('1', '640x480'),
            ('2', '640x480, 2 faces'),
            ('5', '640x480, 5 faces'),
        )
    },
    'size of the frame': {
        'raw': RAW,
        'compressed': tuple((size, f'{name}, compressed') for size, name in RAW),
    },
    'frames per second': {
        'raw': (('10', '640x480, 10 fps'), ('30', '640x480'), ('60', '640x480, 60 fps'))
    },
    'robots (10 fps)': {
        'raw': (
            ('1', '640x480, 10 fps'),
            *((f'{n}', f'640x480, 10 fps, {n} robots') for n in (2, 4, 8)),
        )
    },
}
DOCS = Path(__file__).parents[1]
BASELINE = DOCS.parent / 'benchmarks' / 'baseline.json'
PLOT = DOCS / 'figures' / 'performance_cost.svg'
STYLE = DOCS / 'figures' / 'style.mplstyle'
INK, GRID = '#333333', 'C2'
COLOURS = {'raw': 'C0', 'compressed': 'C1'}


def main() -> None:
    """Draw the plot of docs/performance.md."""
    draw_cost(json.loads(BASELINE.read_text(encoding='utf-8'))['performances'], PLOT)


def draw_cost(performances: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Draw latency (median to p95) above CPU, with its slope; PANELS names the scenarios."""
    of = {performance['situation']: performance for performance in performances}
    with rc_context(fname=STYLE):
        figure = Figure(figsize=(11, 5))
        rows = figure.subplots(2, len(PANELS), sharey='row')
        for (heading, lines), above, below in zip(PANELS.items(), *rows, strict=True):
            for kind, line in lines.items():
                labels = [label for label, _ in line]
                points = [of[scenario] for _, scenario in line]
                median, p95 = ([p['state'][name] for p in points] for name in ('p50', 'p95'))
                cpu = [p['cpu_percent'] for p in points]
                above.plot(labels, median, 'o-', color=COLOURS[kind])
                above.fill_between(
                    labels, median, p95, color=COLOURS[kind], alpha=0.2, linewidth=0
                )
                slope = linear_regression([amount(label) for label in labels], cpu).slope
                label = f'{kind}: {slope:.2g} % {UNITS[heading]}'
                below.plot(labels, cpu, 'o-', color=COLOURS[kind], label=label)
            below.set_xlabel(heading)
            below.legend(loc='lower right', fontsize='small', handlelength=1.0)
        rows[0][0].set_ylabel('frame to state, ms\n(median to p95)')
        rows[1][0].set_ylabel('CPU, % of a core')
        for axis in rows.flat:
            axis.set_ylim(bottom=0)
            axis.grid(axis='y', color=GRID, alpha=0.3)
            axis.tick_params(colors=INK)
        figure.tight_layout()
        figure.savefig(path, metadata={'Date': None})


def amount(label: str) -> float:
    """Return what a label stands for: a number, or the megapixels of a size."""
    return prod(map(int, label.split('x'))) / 1e6 if 'x' in label else float(label)


if __name__ == '__main__':
    main()
