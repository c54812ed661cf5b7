# SPDX-License-Identifier: MIT
"""A picture of how the cost grows with faces, frame size and rate."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.performance import Performance
from training.fusion.plots import INK, OURS, QUIET, STYLE

Line = Sequence[tuple[str, str]]  # what stands under a point, and the situation it shows
RAW: Line = tuple((size, size) for size in ('640x480', '1280x720', '1920x1080'))
PANELS: Mapping[str, Mapping[str, Line]] = {
    'faces (640x480)': {
        'raw': (
            ('0', '640x480, nobody'),
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
}
COLOURS = {'raw': OURS, 'compressed': '#d9822b'}


def draw_cost(performances: Sequence[Performance], path: Path) -> None:
    """Draw latency (median to p95) over CPU share; every situation of PANELS must be there."""
    of = {performance.situation: performance for performance in performances}
    with rc_context(STYLE):
        figure = Figure(figsize=(9, 5))
        rows = figure.subplots(2, len(PANELS), sharey='row')
        for (heading, lines), above, below in zip(PANELS.items(), *rows, strict=True):
            for kind, line in lines.items():
                seen = [of[situation] for _, situation in line]
                labels = [label for label, _ in line]
                _draw_latency(above, labels, seen, COLOURS[kind])
                cpu = [p.cpu_percent for p in seen]
                below.plot(labels, cpu, 'o-', color=COLOURS[kind], label=kind)
            below.set_xlabel(heading)
        rows[0][0].set_ylabel('frame to state, ms\n(median to p95)')
        rows[1][0].set_ylabel('CPU, % of a core')
        rows[1][1].legend(loc='upper left')
        for axis in rows.flat:
            axis.set_ylim(bottom=0)
            axis.grid(axis='y', color=QUIET, alpha=0.3)
            axis.tick_params(colors=INK)
        figure.tight_layout()
        figure.savefig(path, metadata={'Date': None})


def _draw_latency(
    axis: Axes, labels: Sequence[str], seen: Sequence[Performance], colour: str
) -> None:
    middle, upper = [p.state.p50 for p in seen], [p.state.p95 for p in seen]
    axis.plot(labels, middle, 'o-', color=colour)
    axis.fill_between(labels, middle, upper, color=colour, alpha=0.2, linewidth=0)
