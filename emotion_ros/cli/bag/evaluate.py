# SPDX-License-Identifier: MIT
"""``emotion-ros evaluate``: the models and the fusion against labels of your own."""

import argparse
import sys
from collections import Counter
from math import isnan
from pathlib import Path

import numpy as np
from rich.table import Table

from emotion_ros.cli.bag.arguments import add_replay_arguments, replay_options
from emotion_ros.cli.console import table_console
from emotion_ros.conversions.state_fields import to_json
from emotion_ros.sessions.labels import LABELS, SCHEMES, SYNONYMS, read_labels, read_mapping
from emotion_ros.sessions.predict_labels import Prediction, predictions
from emotion_ros.sessions.scores import FEWEST, Figure, Scores, score
from emotion_ros.view.progress import with_progress

MOST_LISTED = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the sub-command."""
    add = parser.add_argument
    add('labels', type=Path, help='CSV with image,emotion or text,sentiment or bag,start,end,…')
    add(
        '--map',
        action='append',
        default=[],
        metavar='WORD=LABEL',
        help='what a word of the file means, nothing to leave it out; or the numbers of '
        f'{" or ".join(SCHEMES)}. Known without: {", ".join(SYNONYMS)}. May be repeated',
    )
    add('--json', action='store_true', help='one JSON object')
    add_replay_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Print the scores; EmotionRosError when the labels or an option cannot be used."""
    labels = read_labels(args.labels, read_mapping(args.map))
    options = replay_options(args, args.labels)
    with with_progress(predictions(labels, options), len(labels.rows), 'evaluate') as watched:
        made = list(watched)
    names = LABELS[labels.head]
    scored = [prediction for prediction in made if not prediction.reason]
    rows = np.array([p.probabilities for p in scored]).reshape(-1, len(names))
    truth = np.array([p.row.label for p in scored], np.int64)
    scores = score(rows, truth, names)
    not_scored = Counter(prediction.reason for prediction in made if prediction.reason)
    right = scores.accuracy.value * scores.n if scores.n else 0.0
    whole = {
        'labels': labels.head,
        'rows': len(made),
        **scores.to_fields(),
        'accuracy_of_all_rows': right / len(made),
        'not_scored': dict(sorted(not_scored.items())),
        'left_out': labels.left_out,
    }
    if args.json:
        print(to_json(whole))
    else:
        _print_scores(scores, names)
        rest = f'; with the others counted as wrong: {right / len(made):.1%}' if not_scored else ''
        print(f'{scores.n} of {len(made)} scored{rest}')
    _list_problems(made, not_scored, labels.left_out)
    return 0 if scores.n else 1


def _print_scores(scores: Scores, names: tuple[str, ...]) -> None:
    console = table_console()
    table = Table('', 'value', '95 % interval')
    for title, figure in (
        ('accuracy', scores.accuracy),
        ('macro F1', scores.macro_f1),
        ('ECE (15 bins)', scores.ece15),
        *((f'recall of {label}', figure) for label, figure in scores.recall.items()),
    ):
        table.add_row(title, *_cells(figure))
    console.print(table)
    confusion = Table('true \\ predicted', *names, 'n')
    for name, row in zip(names, scores.confusion, strict=True):
        confusion.add_row(name, *map(str, row), str(row.sum()))
    console.print(confusion)


def _cells(figure: Figure) -> tuple[str, str]:
    if isnan(figure.value):
        return '-', '-'
    low, high = figure.interval
    interval = f'fewer than {FEWEST} rows' if isnan(low) else f'{low:.1%} to {high:.1%}'
    return f'{figure.value:.1%}', interval


def _list_problems(
    made: list[Prediction], not_scored: Counter[str], left_out: dict[str, int]
) -> None:
    """Print how many rows were not scored, and the first of each reason."""
    for reason, number in sorted(not_scored.items()):
        print(f'not scored: {number} {reason}', file=sys.stderr)
        of_reason = [p for p in made if p.reason == reason]
        for prediction in of_reason[:MOST_LISTED]:
            detail = f': {prediction.detail}' if prediction.detail else ''
            print(f'  line {prediction.row.line}{detail}', file=sys.stderr)
        if number > MOST_LISTED:
            print(f'  and {number - MOST_LISTED} more', file=sys.stderr)
    for word, number in sorted(left_out.items()):
        print(f'left out by --map: {number} {word}', file=sys.stderr)
