# SPDX-License-Identifier: MIT
"""Which parts of a recording may not be used."""

import pytest

from emotion_ros.core.people.privacy import PrivacyMode, PrivacyRules
from emotion_ros.core.people.private_times import PrivateTimes

SECOND = 1_000_000_000
FREE, PAUSED = PrivacyRules(), PrivacyRules(people={'a': PrivacyMode.PAUSED})
ONLY_WORDS = PrivacyRules(unknown_speaker=PrivacyMode.NO_TEXT)


@pytest.mark.parametrize(
    ('changes', 'at', 'expected'),
    [
        ([], 5, (False, False)),
        ([(0, FREE)], 5, (False, False)),
        ([(0, PAUSED)], 5, (True, False)),
        ([(6, PAUSED)], 4, (False, False)),
        ([(6, PAUSED)], 5.5, (True, False)),  # what came just before is what it is about
        ([(6, PAUSED), (8, FREE)], 7, (True, False)),
        ([(6, PAUSED), (8, FREE)], 8, (False, False)),
        ([(6, ONLY_WORDS), (8, FREE)], 7, (False, True)),
        ([(6, PrivacyRules(everybody=PrivacyMode.PAUSED))], 7, (True, False)),
    ],
)
def test_while_a_person_was_paused_nothing_is_used(changes, at, expected):
    times = PrivateTimes()
    for second, rules in changes:
        times.add(second * SECOND, rules)
    time_ns = int(at * SECOND)
    assert (times.hides_image(time_ns), times.hides_words(time_ns)) == expected
