# SPDX-License-Identifier: MIT
"""Inputs of which most messages are refused, though some are used: the log names the reason."""

import pytest

from emotion_ros.nodes.inputs.input_monitor import PartlyRefused


@pytest.mark.parametrize(
    ('source', 'used', 'rejected', 'expected'),
    [
        ('nothing', 0, {}, ''),
        ('fine', 15, {}, ''),
        ('three in four', 4, {'bad_stamp': 11}, 'bad_stamp'),
        ('one in four', 11, {'bad_stamp': 4}, ''),
        ('a recogniser in silence', 1, {'empty': 30}, ''),
        ('both', 1, {'empty': 30, 'stale': 8}, 'stale'),
        ('few', 0, {'stale': 1}, ''),
    ],
)
def test_a_reason_is_named_when_it_is_that_of_most(source, used, rejected, expected):
    """Turns red when one used message in a second hides that all others are refused."""
    monitor = PartlyRefused()
    found = [
        monitor.check(used * k, {reason: n * k for reason, n in rejected.items()})
        for k in range(2 * PartlyRefused.CHECKS)
    ]
    assert found[-1][0] == expected, source
    assert found[0][0] == ''  # not at once: a clock may have jumped
