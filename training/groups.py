# SPDX-License-Identifier: MIT
"""Figures by group of people or recordings: ``--by groups.csv`` of the evaluate commands.

The first column of the file is the key: ``row`` (0 is the first row of the evaluated split) or
a name that the data have; every other column divides the rows into groups.
"""

import argparse
import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotion_ros.errors import ConfigError
from emotion_ros.sessions import metrics
from training.tables import read_table

ROW = 'row'
DRAWS = 1000
LEVEL = (0.025, 0.975)
SHOWN = 5
Ints = NDArray[np.integer]
Groups = Mapping[str, Sequence[str]]
"""The group of every row, by column."""


def add_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--by``."""
    text = 'csv: row (from 0) or name, then columns of groups; prints the figure of each group'
    parser.add_argument('--by', type=Path, metavar='GROUPS.csv', help=text)


def read_groups(path: Path, count: int, names: Mapping[str, Sequence[str]]) -> Groups:
    """Return the groups of ``count`` rows; ``names`` are other keys than the row that they have.

    ConfigError when a row has no group or two, or a key is not in the data.
    """
    keys = {ROW: [str(i) for i in range(count)]} | dict(names)
    try:
        with path.open(encoding='utf-8-sig', newline='') as file:
            header, *lines = [line for line in csv.reader(file) if any(line)] or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f'{path}: not a readable csv file ({error})') from error
    if len(header) < 2 or header[0] not in keys or len(set(header)) < len(header):
        raise ConfigError(
            f'{path}: the columns are {", ".join(header) or "none"}; wanted are a key '
            f'({" or ".join(keys)}) and one or more columns of groups'
        )
    short = next((i for i, line in enumerate(lines, 2) if len(line) != len(header)), None)
    if short:
        raise ConfigError(f'{path}: line {short} has not {len(header)} values')
    wanted = keys[header[0]]
    found = {line[0]: line[1:] for line in lines}
    if len(found) < len(lines):
        raise ConfigError(f'{path}: a {header[0]} comes twice')
    for kind, some in (
        ('in the data, but not in this file', [key for key in wanted if key not in found]),
        ('in this file, but not in the data', sorted(set(found) - set(wanted))),
    ):
        if some:
            shown = ', '.join(dict.fromkeys(some[:SHOWN]))
            more = f' and {len(some) - SHOWN} more' if len(some) > SHOWN else ''
            raise ConfigError(f'{path}: {header[0]} {shown}{more}: {kind}')
    return {name: [found[key][i] for key in wanted] for i, name in enumerate(header[1:])}


def names_in(path: Path, column: str, split_column: str, split: str) -> dict[str, list[str]]:
    """Return the names of a split in a parquet file that has them, by the name of their column."""
    if path.suffix != '.parquet':
        return {}
    table = read_table(path, (split_column,))
    mine = table[table[split_column] == split]
    return {column: mine[column].astype(str).tolist()} if column in mine else {}


def figures_by(
    groups: Groups,
    labels: Ints,
    predicted: Ints,
    classes: int,
    figure: Callable[[NDArray[np.int64]], float],
) -> dict[str, Any]:
    """Return n, the ``figure`` of a confusion table and its 95 % interval for each group.

    The interval draws the rows of a group anew; it says nothing on few people with many rows.
    """
    rng = np.random.default_rng(0)
    result: dict[str, Any] = {}
    for column, values in groups.items():
        result[column] = {}
        for value in sorted(set(values)):
            rows = np.flatnonzero([v == value for v in values])
            drawn = [
                figure(metrics.confusion(labels[some], predicted[some], classes))
                for some in rng.choice(rows, (DRAWS, len(rows)))
            ]
            low, high = np.quantile(drawn, LEVEL)
            result[column][value] = {
                'n': len(rows),
                figure.__name__: figure(metrics.confusion(labels[rows], predicted[rows], classes)),
                'low': float(low),
                'high': float(high),
            }
    return result
