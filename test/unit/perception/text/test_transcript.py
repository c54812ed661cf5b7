# SPDX-License-Identifier: MIT
"""What a recogniser sends again: the whole transcript so far, or one sentence by a timer."""

import pytest

from emotion_ros.perception.text.duplicate_filter import DuplicateFilter, Transcript

SAD = 'i am so sad today'
HAPPY, TURN = 'I am so happy today!', 'Please turn left.'


@pytest.mark.parametrize(
    ('said', 'new'),
    [
        ([], []),
        ([(0.0, HAPPY), (4.0, f'{HAPPY} {TURN}')], [HAPPY, TURN]),
        ([(0.0, HAPPY), (0.5, f'{HAPPY} {TURN}')], [HAPPY, TURN]),
        ([(0.0, SAD), (4.0, f'{SAD} please turn left')], [SAD, 'please turn left']),
        # the last seconds of a window that moves on
        ([(0.0, f'oh well {SAD}'), (3.0, f'{SAD} turn left')], [f'oh well {SAD}', 'turn left']),
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
    [(SAD, 2.0, 1), (SAD, 6.0, 5), ('no', 2.0, 5), ('no', 0.5, 1)],
)
def test_a_sentence_that_a_timer_repeats_counts_once(text, every_s, expected):
    duplicates = DuplicateFilter()
    passed = [not duplicates.is_duplicate(text, k * every_s) for k in range(5)]
    assert sum(passed) == expected
