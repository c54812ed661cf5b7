# SPDX-License-Identifier: MIT
"""An evaluation as files: two pictures, a table and JSON.

matplotlib is only imported here and only when a report is asked for.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.errors import MissingDependency
from emotion_ros.sessions import metrics

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]

BINS = 15
INK, ACCENT, TOO_SURE, TOO_SHY = '#22313f', '#3b75af', '#e8919b', '#9cc7a5'


def write_report(
    folder: Path, figures: dict[str, Any], probabilities: Floats, labels: Ints, title: str
) -> None:
    """Write ``confusion.png``, ``reliability.png``, ``classes.txt`` and ``report.json``.

    ``probabilities`` [N, 7] are those whose calibration is evaluated.
    """
    folder.mkdir(parents=True, exist_ok=True)
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    bins = metrics.reliability(confidence, right, BINS)
    table = np.array(figures['confusion'])
    draw_confusion(table, title).savefig(folder / 'confusion.png', dpi=150)
    draw_reliability(bins, figures['ece15'], title).savefig(folder / 'reliability.png', dpi=150)
    (folder / 'classes.txt').write_text(class_table(table) + '\n')
    page = {'title': title, **figures, 'reliability': [_bin(*b) for b in bins]}
    (folder / 'report.json').write_text(json.dumps(page, indent=2, allow_nan=False) + '\n')


def class_table(confusion: Ints) -> str:
    """Recall, precision, F1 and count of each class, for people."""
    recall, f1 = metrics.class_recall(confusion), metrics.class_f1(confusion)
    precision = metrics.class_precision(confusion)
    head = f'{"":<9} {"recall":>9} {"precision":>9} {"f1":>9} {"n":>6}'
    rows = [
        f'{name:<9} {recall[i]:>9.3f} {precision[i]:>9.3f} {f1[i]:>9.3f} {confusion[i].sum():>6}'
        for i, name in enumerate(EMOTIONS)
    ]
    return '\n'.join([head, *rows])


def draw_confusion(table: Ints, title: str) -> 'Figure':
    """Shares of each true class by colour, with percentages and counts in the cells."""
    figure, (axes,) = _figure(6.4, 6.4, title, f'accuracy {metrics.accuracy(table):.1%}')
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap='Blues', vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        cell = {'ha': 'center', 'color': 'white' if share > 0.65 else INK}
        axes.text(column, row, f'{share:.0%}', va='bottom', fontsize=11, **cell)
        axes.text(column, row + 0.06, str(table[row, column]), va='top', fontsize=8, **cell)
    axes.set_xticks(range(len(EMOTIONS)), EMOTIONS, rotation=30, ha='right')
    rows = [f'{name} ({row.sum()})' for name, row in zip(EMOTIONS, table, strict=True)]
    axes.set_yticks(range(len(EMOTIONS)), rows)
    axes.set_xlabel('predicted')
    axes.set_ylabel('true (faces)')
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    return figure


def draw_reliability(bins: list[tuple[int, float, float]], ece: float, title: str) -> 'Figure':
    """Accuracy against confidence in ``BINS`` bins, and how many faces each bin holds."""
    figure, (upper, lower) = _figure(6.0, 6.4, title, f'ECE-15 {ece:.3f}', rows=(3, 1))
    counts, accuracy, confidence = (np.array(column) for column in zip(*bins, strict=True))
    left = np.minimum((confidence * BINS).astype(int), BINS - 1) / BINS
    bar = {'width': 1 / BINS, 'align': 'edge', 'edgecolor': 'white', 'linewidth': 0.8}
    low, gap = np.minimum(accuracy, confidence), confidence - accuracy
    upper.bar(left, low, color=ACCENT, label='as sure as right', **bar)
    upper.bar(left, gap.clip(0), bottom=low, color=TOO_SURE, label='too sure', **bar)
    upper.bar(left, (-gap).clip(0), bottom=low, color=TOO_SHY, label='too cautious', **bar)
    upper.plot([0, 1], [0, 1], color=INK, linestyle='--', linewidth=1, label='perfect')
    upper.set_ylabel('accuracy')
    upper.set_ylim(0, 1)
    upper.legend(loc='upper left', frameon=False)
    lower.bar(left, counts, color=ACCENT, **bar)
    _write_counts(lower, left, counts)
    lower.set_xlabel('confidence')
    lower.set_ylabel('faces')
    for axes in (upper, lower):
        axes.set_xlim(0, 1)
        axes.spines[['top', 'right']].set_visible(False)
    return figure


def _write_counts(axes: 'Axes', left: Floats, counts: Ints) -> None:
    for x, count in zip(left, counts, strict=True):
        axes.text(x + 0.5 / BINS, count, str(count), ha='center', va='bottom', fontsize=7)
    axes.set_ylim(0, counts.max() * 1.2)


def _figure(
    width: float, height: float, title: str, figure_of_merit: str, rows: tuple[int, ...] = (1,)
) -> tuple['Figure', list['Axes']]:
    """A titled figure with one axes per row; no pyplot, so that nothing global changes."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingDependency('a report needs matplotlib: pip install matplotlib') from error
    figure = Figure((width, height), layout='constrained')
    figure.suptitle(f'{title}\n{figure_of_merit}', color=INK, fontsize=11)
    axes = figure.subplots(len(rows), squeeze=False, height_ratios=rows, sharex=len(rows) > 1)
    return figure, list(axes[:, 0])


def _bin(count: int, accuracy: float, confidence: float) -> dict[str, float]:
    return {'n': count, 'accuracy': accuracy, 'confidence': confidence}
