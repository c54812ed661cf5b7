# SPDX-License-Identifier: MIT
"""Numbers as they stand in our tables."""


def number(value: float | None) -> str:
    """Return a number with three digits, or more before the point; '' for none."""
    if value is None:
        return ''
    places = 0 if abs(value) >= 100.0 else 1 if abs(value) >= 10.0 else 2
    return f'{value:.{places}f}'
