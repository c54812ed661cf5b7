# SPDX-License-Identifier: MIT
"""Who is processed, also after a face was lost."""

from dataclasses import replace

import pytest

from emotion_ros.core.people.privacy import (
    EVERYBODY,
    MAY_BE_PAUSED,
    OPTED_OUT,
    PrivacyKeeper,
    PrivacyMode,
    PrivacyRules,
)
from emotion_ros.errors import InvalidInput

FULL, NO_TEXT, PAUSED = PrivacyMode.FULL, PrivacyMode.NO_TEXT, PrivacyMode.PAUSED


def keeper(*frames: tuple[float, str], **modes: PrivacyMode) -> PrivacyKeeper:
    """Return a keeper for which a and b are in view at 0 s, then modes and images follow."""
    kept = PrivacyKeeper(hold_s=10.0)
    kept.update(['a', 'b'], 0.0)
    for person, mode in modes.items():
        assert not kept.set(person, mode)
    for at_s, people in frames:
        kept.update(people.split(), at_s)
    return kept


@pytest.mark.parametrize(
    ('frames', 'expected'),
    [
        ([], {'a': PAUSED, 'b': FULL}),
        ([(1.0, 'a b')], {'a': PAUSED, 'b': FULL}),
        ([(1.0, 'a c')], {'c': FULL}),  # in one image: somebody else
        ([(1.0, 'b c')], {'b': FULL, 'c': PAUSED}),  # it may be a
        ([(1.0, 'b'), (9.9, 'b c')], {'b': FULL, 'c': PAUSED}),
        ([(1.0, 'b'), (10.5, 'b'), (10.6, 'b c')], {'c': FULL}),  # after the hold
        ([(1.0, 'c'), (30.0, 'c'), (31.0, 'd')], {'c': PAUSED, 'd': PAUSED}),
        ([(1.0, 'b'), (2.0, 'a b'), (3.0, 'a b d')], {'a': PAUSED, 'd': FULL}),
        ([(60.0, 'c')], {'c': PAUSED}),  # nothing was seen meanwhile
        ([(1.0, 'b'), (20.0, 'b'), (21.0, 'a b')], {'a': FULL}),  # an id that is used again
        ([(90.0, 'a b'), (5.0, 'a c')], {'a': PAUSED}),  # the clock jumped back
        ([(90.0, 'a b'), (5.0, 'c')], {'c': PAUSED}),
    ],
)
def test_who_may_be_a_paused_person_is_paused(frames, expected):
    kept = keeper(*frames, a=PAUSED)
    assert {person: kept.mode(person) for person in expected} == expected


def test_a_person_asked_again_is_not_paused_any_more():
    kept = keeper((1.0, 'c'), a=PAUSED)
    assert kept.explain('c') == MAY_BE_PAUSED
    kept.set('c', FULL)
    kept.update(['c'], 2.0)
    assert kept.mode('c') is FULL


@pytest.mark.parametrize(
    ('modes', 'frames', 'expected'),
    [
        ({}, [], FULL),
        ({'a': PAUSED}, [], PAUSED),
        ({'a': NO_TEXT}, [], NO_TEXT),
        ({'a': PAUSED}, [(1.0, 'b')], PAUSED),  # missing, and perhaps the speaker
        ({'a': PAUSED}, [(1.0, 'b'), (20.0, 'b')], FULL),
        ({'a': PAUSED}, [(1.0, '')], PAUSED),
        ({'a': PAUSED}, [(1.0, ''), (20.0, '')], FULL),
    ],
)
def test_words_of_nobody_known_count_as_of_the_strictest_who_may_have_said_them(
    modes, frames, expected
):
    assert keeper(*frames, **modes).mode('') is expected


def test_with_everybody_paused_only_who_agreed_is_processed():
    kept = keeper()
    kept.set(EVERYBODY, PAUSED)
    kept.set('a', FULL)
    kept.update(['a', 'c'], 1.0)
    assert kept.paused(['a', 'b', 'c']) == {'b', 'c'}
    kept.update(['a'], 2.0)
    assert kept.mode('') is FULL
    kept.update([], 3.0)
    assert kept.mode('') is PAUSED
    kept.update(['d'], 4.0)
    assert kept.mode('d') is PAUSED  # a may be back as d: ask again


def test_a_mode_for_everybody_replaces_that_of_each():
    kept = keeper(a=PAUSED)
    kept.set(EVERYBODY, FULL)
    assert kept.mode('a') is FULL
    assert not kept.is_restricted


@pytest.mark.parametrize('person', ['z', 'x' * 5000, '\n', 'a '])
def test_an_unknown_person_is_refused_with_who_is_known(person):
    answer = keeper().set(person, PAUSED)
    assert 'is not known (known: a, b)' in answer
    assert len(answer) < 150


@pytest.mark.parametrize(
    ('person', 'camera', 'paused'),
    [
        ('a', True, {'a'}),
        ('', True, {'a', 'b'}),  # it is not known who said it
        ('z', True, {'a', 'b'}),
        ('', False, {'a', 'b', 'c'}),  # without images everybody
    ],
)
def test_who_opts_out_in_words_is_paused(person, camera, paused):
    kept = keeper()
    kept.pause_speaker(person, 0.5, camera)
    assert kept.paused(['a', 'b', 'c']) == paused
    assert kept.explain('a') == OPTED_OUT or person == '' or person == 'z'


def test_who_opts_out_of_view_is_paused_when_coming_into_view():
    kept = keeper((1.0, ''))
    kept.pause_speaker('', 1.5, camera_is_alive=True)
    kept.update(['c'], 2.0)
    assert kept.mode('c') is PAUSED


def test_a_follower_comes_to_the_same_modes_before_it_is_told():
    kept, other = keeper(a=PAUSED), PrivacyKeeper()
    other.update(['a', 'b'], 0.0)
    other.follow(kept.rules())
    other.update(['b', 'c'], 1.0)
    assert other.paused(['a', 'b', 'c']) == {'a', 'c'}
    kept.update(['b', 'c'], 1.0)
    kept.set('c', FULL)
    other.follow(kept.rules())
    other.update(['b', 'c'], 2.0)
    assert other.paused(['a', 'b', 'c']) == {'a'}
    kept.set(EVERYBODY, FULL)
    other.follow(kept.rules())
    assert not other.is_restricted


def test_rules_survive_the_way_between_nodes():
    rules = replace(keeper(a=PAUSED, b=NO_TEXT).rules(), session='x', resets=2)
    assert PrivacyRules.from_json(rules.to_json()) == rules
    assert (rules.mode('a'), rules.mode('c'), rules.mode('')) == (PAUSED, FULL, PAUSED)


@pytest.mark.parametrize(
    'text',
    ['', '[]', '{}', 'null', '{"everybody": "half"}', '[' * 10_000, PrivacyRules().to_json()[:-9]],
)
def test_malformed_rules_are_refused(text):
    with pytest.raises(InvalidInput, match='emotion/privacy') as error:
        PrivacyRules.from_json(text)
    assert len(str(error.value)) < 300


def test_a_restarted_fusion_node_makes_nobody_processed_again():
    before = replace(keeper(a=PAUSED).rules(), session='1')
    assert replace(PrivacyRules(), session='2').forgets(before)
    assert not replace(PrivacyRules(), session='1').forgets(before)
    assert not replace(PrivacyRules(), session='2', resets=1).forgets(before)
    assert not replace(PrivacyRules(), session='2').forgets(PrivacyRules(session='1'))


def test_the_memory_does_not_grow_with_the_people_who_came():
    kept = keeper(a=PAUSED)
    for i in range(2000):
        kept.update([f'p{i}'], 1.0 + i)
    assert len(kept.rules().people) < 25
