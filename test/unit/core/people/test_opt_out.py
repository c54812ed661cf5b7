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
        ('Please stop analyzing my emotions', True),
        ('I do not want you to analyse me', True),
        ("I don't want to be recorded.", True),
        ("I'd rather not be filmed", True),
        ('can you stop recording now?', True),
        ("I'm not comfortable being watched here", True),
        ('I don’t want my face to be scanned', True),
        ('No photos of me, please', True),
        ('Could you switch that camera off?', True),
        ('turn off facial recognition', True),
        ("I don't give you my consent", True),
        ('please opt me out', True),
        ("I don't mind being recorded", False),
        ("Don't look at me, this is your turn!", False),
        ("I can't stop listening to this song", False),
        ('He never said that he would record music for us', False),
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
    phrases = OptOutPhrases(('Bitte nicht', '', '...', '*', '|', 'lass|lassen * allein|in-ruhe'))
    assert phrases.are_in('Ach, bitte nicht!')
    assert phrases.are_in('Lassen Sie mich doch bitte allein')
    assert phrases.are_in('LASS mich in Ruhe')
    assert not phrases.are_in('lass uns eins zwei drei vier allein')
    assert not phrases.are_in("don't analyse me")
    assert not OptOutPhrases(()).are_in("don't analyse me")


def test_own_phrases_may_be_added_to_the_packaged_ones():
    phrases = OptOutPhrases(('packaged', 'film mich nicht'))
    assert phrases.are_in('Bitte film mich nicht!')
    assert phrases.are_in("don't analyse me")
    assert not phrases.are_in('the goods are packaged')
