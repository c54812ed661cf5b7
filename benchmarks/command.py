# SPDX-License-Identifier: MIT
"""What the commands share: options, the name of the processor, two kinds of runs in turn."""

import argparse
import platform
from collections.abc import Callable, Sequence
from math import inf
from pathlib import Path
from statistics import median
from typing import TypeVar

import numpy as np

T = TypeVar('T')
R = TypeVar('R')

CPU_INFO = Path('/proc/cpuinfo')


def options(doc: str | None, **defaults: float) -> argparse.ArgumentParser:
    """Return a parser with these options (numbers above 0) and their defaults."""
    parser = argparse.ArgumentParser(description=(doc or '').splitlines()[0])
    for name, default in defaults.items():
        parser.add_argument(
            f'--{name}', type=positive, default=default, help=f'default: {default:g}'
        )
    return parser


def positive(text: str) -> float:
    """Return a number above 0; ValueError, which argparse turns into a usage line, for others."""
    value = float(text)
    if not 0.0 < value < inf:
        raise ValueError(text)
    return value


def cpu_model() -> str:
    """Return the name of the processor, or of its architecture where Linux does not give it."""
    for line in CPU_INFO.read_text(encoding='utf-8').splitlines():
        key, _, value = line.partition(':')
        if key.strip() == 'model name':
            return value.strip()
    return platform.machine()


def in_turn(measure: Callable[[T], R], pair: tuple[T, T], rounds: float) -> list[tuple[R, R]]:
    """Measure both of a pair in each round, the one that was last in the round before first."""
    measured = []
    for number in range(int(rounds)):
        order: Sequence[T] = pair[::-1] if number % 2 else pair
        runs = [measure(each) for each in order]
        measured.append((runs[-1], runs[0]) if number % 2 else (runs[0], runs[-1]))
    return measured


def median_with_interval(values: Sequence[float]) -> str:
    """Return the median and, in brackets, the middle 80 % of the medians of resampled values."""
    samples = np.random.default_rng(0).choice(values, (2000, len(values)))
    low, high = np.quantile(np.median(samples, axis=1), (0.1, 0.9))
    return f'{median(values):.3g} ({low:.3g} to {high:.3g})'
