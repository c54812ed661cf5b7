# SPDX-License-Identifier: MIT
"""Texts for every status and reason."""

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.state import Reason, Status
from emotion_ros.view.vocabulary import REASON_WORDS, STATUS_WORDS, vocabulary


def test_there_are_words_for_every_status_and_reason():
    assert set(STATUS_WORDS) == set(Status)
    assert set(REASON_WORDS) == set(Reason)
    assert [reason for reason, words in REASON_WORDS.items() if not words] == [Reason.NONE]


def test_the_vocabulary_is_keyed_as_the_messages_are():
    words = vocabulary()
    assert words['statuses'] == ['ok', 'holding', 'no_person', 'no_input', 'disabled', 'paused']
    assert words['reason_words']['low_confidence'] == 'confidence too low'
    assert len(words['coordinates']) == len(EMOTIONS)
