# SPDX-License-Identifier: MIT
"""Words with which a person opts out."""

import pytest

from emotion_ros.core.people.opt_out import OptOutPhrases


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('', False),
        ("Please don't analyse me.", True),
        ('Please don’t analyze me!', True),
        ('PLEASE DO NOT ANALYZE ME', True),
        ('dont watch me', True),
        ('Could you stop\nwatching me, robot?', True),
        ('I watch you', False),
        ("Don't watch the film with me", False),
        ('stop watching melons', False),
        ('I am so happy today!', False),
        ('stop watching me ' * 10_000, True),
    ],
)
def test_an_opt_out_is_found_in_what_recognisers_write(text, expected):
    assert OptOutPhrases().are_in(text) is expected


def test_the_phrases_are_a_parameter():
    phrases = OptOutPhrases(('Bitte nicht', '', '...'))
    assert phrases.are_in('Ach, bitte nicht!')
    assert not phrases.are_in("don't analyse me")
    assert not OptOutPhrases(()).are_in("don't analyse me")
