# SPDX-License-Identifier: MIT
"""Statuses and reasons in words for people, and what else the charts of a page are made of."""

from typing import Any

from emotion_ros.core.emotions import EMOTIONS, SENTIMENTS, Emotion
from emotion_ros.core.state import Reason, Status
from emotion_ros.core.trigger import SILENCE_S
from emotion_ros.core.valence_arousal import VALENCE_AROUSAL

STATUS_WORDS = {
    Status.OK: 'fresh evidence',
    Status.HOLDING: 'evidence is ageing',
    Status.NO_PERSON: 'nobody in view',
    Status.NO_INPUT: 'no input',
    Status.DISABLED: 'switched off',
}
REASON_WORDS = {
    Reason.NONE: '',
    Reason.NO_INPUT: 'no input',
    Reason.NO_PERSON: 'nobody in view',
    Reason.STALE: 'the evidence is old',
    Reason.LOW_CONFIDENCE: 'not sure enough',
    Reason.DWELL: 'only just begun',
    Reason.CONFLICT: 'face and words disagree',
    Reason.DISABLED: 'switched off',
}


def vocabulary() -> dict[str, Any]:
    """Return what the scripts of the pages need to know of the package, as plain data.

    ``coordinates`` are (valence, arousal) of every emotion; the words are keyed by the names of
    the constants in lower case. A state older than ``silence_s`` (s) is no state any more.
    """
    return {
        'emotions': EMOTIONS,
        'sentiments': SENTIMENTS,
        'coordinates': [VALENCE_AROUSAL[Emotion(i)] for i in range(len(EMOTIONS))],
        'statuses': [status.name.lower() for status in Status],
        'status_words': {status.name.lower(): words for status, words in STATUS_WORDS.items()},
        'reason_words': {reason.value: words for reason, words in REASON_WORDS.items()},
        'silence_s': SILENCE_S,
    }
