# SPDX-License-Identifier: MIT
"""The log of a training run: a CSV file, the same line for people, and a bar while they wait."""

import csv
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TextIO, TypeVar

Item = TypeVar('Item')


def log_line(folder: Path, values: Mapping[str, float]) -> None:
    """Append to ``log.csv`` and print; numbers to four decimals."""
    path = folder / 'log.csv'
    row = {name: f'{value:.4f}'.rstrip('0').rstrip('.') for name, value in values.items()}
    is_new = not path.exists()
    with path.open('a', newline='') as file:
        writer = csv.DictWriter(file, row)
        if is_new:
            writer.writeheader()
        writer.writerow(row)
    print('  '.join(f'{name} {value}' for name, value in row.items()), flush=True)


def progress(items: Iterable[Item], title: str, stream: TextIO | None = None) -> Iterable[Item]:
    """``items``, with a bar on ``stream`` (stderr) when that is a terminal."""
    from tqdm import tqdm

    return tqdm(items, title, file=stream or sys.stderr, leave=False, disable=None)
