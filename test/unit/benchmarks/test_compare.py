# SPDX-License-Identifier: MIT
"""Two versions beside each other: the arithmetic, on made-up numbers."""

from io import StringIO
from itertools import product

from rich.console import Console
from rich.table import Table

from benchmarks import compare


def printed(table: Table) -> list[list[str]]:
    text = StringIO()
    Console(file=text, width=200).print(table)
    lines = [line for line in text.getvalue().splitlines() if line.startswith('|')]
    return [[cell.strip() for cell in line.strip('|').split('|')] for line in lines[2:]]


def test_a_row_has_medians_and_their_ratio_and_only_what_both_versions_have() -> None:
    """Red when ``to_table`` divides the other way round."""
    results = {
        'abc': {'still': {'p50_ms': [9.0, 8.0, 80.0], 'rss_mb': [200.0]}, 'heavy': {}},
        'this': {'still': {'p50_ms': [4.5, 5.0, 1.0]}, 'heavy': {'cpu_percent': [10.0]}},
    }
    ((name, *values),) = printed(compare.to_table(results, 'abc'))
    assert 'median' in name
    assert values == ['9.00', '4.50', '0.50', '≤ 0.7', '≤ 0.5', 'aim']


def test_the_target_of_a_share_is_for_the_share_itself() -> None:
    """Red when ``to_table`` compares the ratio in every row, or prints ``ok``."""
    shares = {name: {'heavy': {'processed_percent': [96.0]}} for name in ('abc', 'this')}
    ((_, *values),) = printed(compare.to_table(shares, 'abc'))
    assert values == ['96.0', '96.0', '1.00', '≥ 95', '≥ 99.9', 'floor']


def test_every_load_has_a_name_and_every_target_a_row() -> None:
    """Red when a target names a load or a value that is not measured."""
    assert {load.name for load in compare.LOADS} | {compare.REPLAY} == set(compare.NAMES)
    assert set(compare.TARGETS) <= set(product(compare.NAMES, compare.KEYS))
