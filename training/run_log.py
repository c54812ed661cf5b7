"""The log of a training run: a CSV file, and the same line for people."""

import csv
from collections.abc import Mapping
from pathlib import Path


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
