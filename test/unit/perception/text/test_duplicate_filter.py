# SPDX-License-Identifier: MIT
"""Repeats: counted once, unless time has passed or jumped."""

import pytest

from emotion_ros.perception.text.duplicate_filter import DuplicateFilter


@pytest.mark.parametrize(
    ('texts', 'duplicates'),
    [
        ([], []),
        ([(5.0, 'yes')], [False]),
        ([(5.0, 'yes'), (5.3, 'yes'), (5.6, 'yes')], [False, True, True]),
        ([(5.0, 'yes'), (6.0, 'yes')], [False, False]),
        ([(5.0, 'yes'), (5.3, 'no'), (5.6, 'yes')], [False, False, False]),
        ([(5.0, 'yes'), (5.0, 'yes')], [False, True]),
        ([(5.0, 'yes'), (5.9, 'yes'), (6.8, 'yes'), (7.9, 'yes')], [False, True, True, False]),
        ([(90.0, 'yes'), (5.0, 'yes'), (5.5, 'yes')], [False, False, True]),
    ],
)
def test_promise_23_same_text_within_a_second(
    texts: list[tuple[float, str]], duplicates: list[bool]
) -> None:
    """Turns red when DuplicateFilter.is_duplicate always returns False."""
    filter_ = DuplicateFilter(window_s=1.0)
    assert [filter_.is_duplicate(text, now_s) for now_s, text in texts] == duplicates
