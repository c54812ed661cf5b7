# SPDX-License-Identifier: MIT
"""Texts for statuses and reasons, and the constants that the scripts of the pages need."""

from typing import Any

from emotion_ros.core.emotions import EMOTIONS, SENTIMENTS, Emotion
from emotion_ros.core.state import Reason, Status
from emotion_ros.core.trigger import SILENCE_S
from emotion_ros.core.valence_arousal import VALENCE_AROUSAL

STATUS_WORDS = {
    Status.OK: 'fresh evidence',
    Status.HOLDING: 'holding: no fresh evidence',
    Status.NO_PERSON: 'nobody in view',
    Status.NO_INPUT: 'no input',
    Status.DISABLED: 'disabled',
    Status.PAUSED: 'paused',
}
REASON_WORDS = {
    Reason.NONE: '',
    Reason.NO_INPUT: 'no input',
    Reason.NO_PERSON: 'nobody in view',
    Reason.STALE: 'evidence is stale',
    Reason.LOW_CONFIDENCE: 'confidence too low',
    Reason.DWELL: 'not held long enough yet',
    Reason.CONFLICT: 'modalities disagree',
    Reason.DISABLED: 'disabled',
    Reason.PAUSED: 'paused',
}
REJECT_WORDS = {
    'stale': 'too old',
    'future': 'stamped ahead of the clock',
    'low_quality': 'quality too low',
    'wrong_person': 'another or unknown person',
    'unsupported_language': 'not a supported language',
    'unsupported_format': 'JSON of an unknown form',
    'empty': 'no words',
    'partial': 'not finished',
    'hallucination': 'typical of silence',
    'repetition': 'one word over and over',
    'repeated': 'the same text again at once',
    'muted': 'the robot speaks',
    'own_voice': 'words of the robot',
    'opt_out': 'asked not to be analysed',
}
"""Reasons of evidence and text for which the name alone would say too little."""


def reason_text(reason: Reason) -> str:
    """Return the name of a reason; of the one that says too little alone, with its words."""
    return f'{reason.value} ({REASON_WORDS[reason]})' if reason is Reason.DWELL else reason.value


def vocabulary() -> dict[str, Any]:
    """Return the package's labels, texts and constants as plain data for the pages' scripts.

    ``coordinates`` are (valence, arousal) of every emotion; the texts are keyed by the names of
    the constants in lower case. A state older than ``silence_s`` (s) is no longer shown.
    """
    return {
        'emotions': EMOTIONS,
        'sentiments': SENTIMENTS,
        'coordinates': [VALENCE_AROUSAL[Emotion(i)] for i in range(len(EMOTIONS))],
        'statuses': [status.name.lower() for status in Status],
        'status_words': {status.name.lower(): words for status, words in STATUS_WORDS.items()},
        'reason_words': {reason.value: words for reason, words in REASON_WORDS.items()},
        'reject_words': REJECT_WORDS,
        'silence_s': SILENCE_S,
    }
