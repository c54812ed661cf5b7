# SPDX-License-Identifier: MIT
"""SVG pictures of the measured figures, one per function."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from studies.fusion.metrics.risk_coverage import LEAST_COVERAGE, RiskCoverage

OURS, QUIET, INK = 'C0', 'C2', '#333333'
STYLE = Path(__file__).parents[3] / 'docs' / 'figures' / 'style.mplstyle'


def draw_methods(methods: Mapping[str, Mapping[str, float]], path: Path) -> None:
    """Agreement with the raters and divergence from their votes, per method."""
    names = sorted(methods, key=lambda name: -methods[name]['kl'])
    colours = [OURS if name == 'pool' else QUIET for name in names]
    with rc_context(fname=STYLE):
        figure = Figure(figsize=(8, 2.4))
        axes = figure.subplots(1, 3, sharey=True)
        for axis, key, title in zip(
            axes,
            ('kl', 'nll', 'agreement'),
            ('KL from the votes (nats)', 'NLL of the intended (nats)', 'agreement'),
            strict=True,
        ):
            values = [methods[name][key] for name in names]
            bars = axis.barh(names, values, color=colours)
            axis.bar_label(bars, [f'{v:.3f}' for v in values], padding=2, fontsize=8)
            axis.set_title(title, fontsize=10)
            axis.set_xlim(0, 1.2 * max(values))
            axis.xaxis.set_visible(False)
            axis.spines['bottom'].set_visible(False)
        _save(figure, path)


def draw_scenarios(scenarios: Mapping[str, Mapping[str, Any]], path: Path) -> None:
    """Accuracy with its interval in every scenario."""
    names = list(scenarios)[::-1]
    with rc_context(fname=STYLE):
        figure = Figure(figsize=(8, 0.32 * len(names) + 0.8))
        axis = figure.subplots()
        for row, name in enumerate(names):
            mean, low, high = scenarios[name]['accuracy']
            colour = OURS if name.startswith(('both', 'opposite: both')) else QUIET
            axis.plot([low, high], [row, row], color=colour, linewidth=2)
            axis.plot([mean], [row], 'o', color=colour)
            axis.annotate(f'{mean:.3f}', (high, row), (6, -3), textcoords='offset points')
        axis.set_yticks(range(len(names)), names)
        axis.set_xlabel('accuracy, 95 % interval (the truth is the emotion of the face)')
        axis.set_xlim(right=axis.get_xlim()[1] + 0.03)
        _save(figure, path)


def draw_reliability(variants: Mapping[str, Mapping[str, Any]], path: Path) -> None:
    """How often the label is right at each confidence; the area is proportional to the count."""
    with rc_context(fname=STYLE):
        figure = Figure(figsize=(3.4 * len(variants), 3.4))
        axes = figure.subplots(1, len(variants))
        for axis, (title, of) in zip(axes, variants.items(), strict=True):
            bins = of['calibration']['reliability']
            total = sum(n for n, _, _ in bins)
            axis.plot([0, 1], [0, 1], color=QUIET, linewidth=1)
            axis.scatter(
                [confidence for _, _, confidence in bins],
                [right for _, right, _ in bins],
                s=[2000 * n / total for n, _, _ in bins],
                color=OURS,
                alpha=0.6,
            )
            axis.set(xlim=(0, 1), ylim=(0, 1), aspect='equal', xlabel='confidence')
            axis.set_title(f'{title}: ECE {of["calibration"]["ece15"]:.3f}', fontsize=10)
        axes[0].set_ylabel('share that is right')
        _save(figure, path)


def draw_risk_coverage(curves: Mapping[str, RiskCoverage], path: Path) -> None:
    """Accuracy of what is left against the share that is left, from LEAST_COVERAGE on."""
    colours = ('C1', 'C1', 'C2', 'C2', 'C0')
    with rc_context(fname=STYLE):
        figure = Figure(figsize=(8, 3.4))
        axis = figure.subplots()
        shares = np.linspace(LEAST_COVERAGE, 1.0, 200) - 1e-9
        for (name, curve), colour, style in zip(
            curves.items(), colours, ('-', '--', '-', '--', '-'), strict=True
        ):
            drawn = (
                np.unique(np.searchsorted(curve.coverage, shares)) if len(curve.coverage) else []
            )
            axis.plot(
                *(curve.coverage[drawn], curve.accuracy[drawn]),
                color=colour,
                linestyle=style,
                label=f'{name}: AURC {curve.aurc:.3f}',
            )
        axis.set(xlim=(0, 1), ylim=(None, 1), xlabel='coverage', ylabel='accuracy')
        axis.legend(loc='center left', bbox_to_anchor=(1, 0.5))
        _save(figure, path)


def draw_example(example: Mapping[str, Any], labels: tuple[str, ...], path: Path) -> None:
    """One sequence: the emotion shown, of each frame, and of the stable label."""
    rows = ('shown', 'each frame', 'stable label')
    with rc_context(fname=STYLE):
        figure = Figure(figsize=(8, 2.2))
        axis = figure.subplots()
        for row, name in enumerate(rows[::-1]):
            _draw_spans(axis, row, example['at_s'], example[name])
        for at_s in example['words_s']:
            axis.annotate('▾', (at_s, 2.42), ha='center', fontsize=9, color=INK)
        axis.set_yticks(range(3), rows[::-1])
        axis.set(xlabel='seconds (▾: utterance)', ylim=(-0.5, 2.75))
        used = sorted({e for name in rows for e in example[name]})
        handles = [Patch(color=_colour(e)) for e in used]
        axis.legend(
            handles,
            [labels[e] for e in used],
            ncol=len(used),
            loc='upper center',
            bbox_to_anchor=(0.5, 1.25),
            handlelength=1,
        )
        _save(figure, path)


def _draw_spans(axis: Axes, row: int, at_s: list[float], emotion: list[int]) -> None:
    """One bar per interval with the same emotion."""
    start = 0
    for i in range(1, len(emotion) + 1):
        if i == len(emotion) or emotion[i] != emotion[start]:
            until_s = at_s[i] if i < len(at_s) else at_s[-1]
            axis.barh(row, until_s - at_s[start], 0.7, at_s[start], color=_colour(emotion[start]))
            start = i


def _colour(emotion: int) -> str:
    """One of seven colours that differ for colour-blind people too (Okabe and Ito)."""
    return ('#d55e00', '#009e73', '#cc79a7', '#f0e442', '#bbbbbb', '#0072b2', '#56b4e9')[emotion]


def _save(figure: Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, bbox_inches='tight', metadata={'Date': None})
