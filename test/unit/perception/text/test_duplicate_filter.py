# SPDX-License-Identifier: MIT
"""What a recogniser sends again: an utterance, a sentence by a timer, the transcript so far."""

import pytest

from emotion_ros.perception.text.duplicate_filter import (
    MOST_VOICES,
    DuplicateFilter,
    Repetitions,
    Transcript,
)

SAD = 'i am so sad today'
HAPPY, TURN = 'I am so happy today!', 'Please turn left.'
UNHAPPY, ALONE = 'I am not happy with this', 'I told you to leave me alone'
LONG = 'we went to the lake in the morning and the water was cold'


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


@pytest.mark.parametrize(
    ('said', 'new'),
    [
        ([], []),
        # the first time it may be a person who says the sentence again and goes on
        ([(0.0, HAPPY), (4.0, f'{HAPPY} {TURN}')], [HAPPY, f'{HAPPY} {TURN}']),
        ([(0.0, UNHAPPY), (10.0, f'{UNHAPPY} at all')], [UNHAPPY, f'{UNHAPPY} at all']),
        ([(0.0, ALONE), (9.0, f'{ALONE}, you idiot')], [ALONE, f'{ALONE}, you idiot']),
        (
            [(0.0, UNHAPPY), (5.0, f'{UNHAPPY} at all'), (9.0, f'{UNHAPPY} at all you idiot')],
            [UNHAPPY, f'{UNHAPPY} at all', f'{UNHAPPY} at all you idiot'],
        ),
        # then it is a transcript
        (
            [(0.0, HAPPY), (0.5, f'{HAPPY} {TURN}'), (9.0, f'{HAPPY} {TURN} {ALONE}.')],
            [HAPPY, f'{HAPPY} {TURN}', f'{ALONE}.'],
        ),
        (
            [(0.0, HAPPY), (4.0, f'{HAPPY} Please'), (9.0, f'{HAPPY} Please turn left.')],
            [HAPPY, f'{HAPPY} Please', 'Please turn left.'],
        ),
        # a long one, and the last seconds of a window that moves on
        ([(0.0, LONG), (4.0, f'{LONG} please turn left')], [LONG, 'please turn left']),
        ([(0.0, f'oh well {LONG}'), (3.0, f'{LONG} turn')], [f'oh well {LONG}', 'turn']),
        ([(0.0, f'Oh. {LONG}'), (3.0, f'{LONG} in. No')], [f'Oh. {LONG}', 'in. No']),
        # a sentence that still grows
        ([(0.0, SAD), (0.4, f'{SAD} because')], [SAD, f'{SAD} because']),
        # another sentence with the same beginning, a short answer, one after a long time
        ([(0.0, SAD), (4.0, 'i am so happy')], [SAD, 'i am so happy']),
        ([(0.0, 'Yes.'), (4.0, 'Yes. I am sad')], ['Yes.', 'Yes. I am sad']),
        ([(0.0, HAPPY), (99.0, f'{HAPPY} {TURN}')], [HAPPY, f'{HAPPY} {TURN}']),
        ([(9.0, HAPPY), (0.0, f'{HAPPY} {TURN}')], [HAPPY, f'{HAPPY} {TURN}']),
    ],
)
def test_only_what_is_new_counts(said, new):
    """Turns red when the whole transcript is classified again with each message."""
    transcript = Transcript()
    assert [transcript.new_words(text, now_s) for now_s, text in said] == new


@pytest.mark.parametrize(
    ('text', 'every_s', 'expected'),
    [
        *[(SAD, 0.5, 1), (SAD, 2.0, 1), (SAD, 4.9, 5), (SAD, 6.0, 5)],
        *[('no', 2.0, 5), ('no', 0.5, 1)],
    ],
)
def test_a_sentence_that_a_timer_repeats_counts_once(text, every_s, expected):
    duplicates = DuplicateFilter()
    passed = [not duplicates.is_duplicate(text, k * every_s) for k in range(5)]
    assert sum(passed) == expected


def test_a_person_who_repeats_a_sentence_is_heard_again():
    duplicates = DuplicateFilter()
    passed = [not duplicates.is_duplicate(SAD, at_s) for at_s in (0.0, 2.2, 4.9, 7.0, 9.6)]
    assert passed == [True, False, True, False, True]


def test_a_timer_is_not_quite_regular():
    duplicates = DuplicateFilter()
    passed = [not duplicates.is_duplicate(SAD, 2.0 * k + 0.04 * (k % 2)) for k in range(9)]
    assert sum(passed) == 1


def test_each_voice_repeats_only_itself():
    """Turns red when one memory serves all voices, or grows with their number."""
    repetitions = Repetitions()
    first = repetitions.of('anna')
    assert repetitions.of('ben') is not first
    assert repetitions.of('anna') is repetitions.of('') is first
    for number in range(MOST_VOICES):
        repetitions.of(f'other_{number}')
    assert repetitions.of('anna') is not first
