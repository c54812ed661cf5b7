# SPDX-License-Identifier: MIT
"""Messages of speech recognisers to utterances, by the name of their type.

Works for every object with the fields of the message: those of rclpy and those of a bag reader.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from emotion_ros.conversions.from_msg import stamp_to_seconds
from emotion_ros.core.speech.utterance import Utterance

STRING = 'std_msgs/msg/String'
LIVE_SPEECH = 'hri_msgs/msg/LiveSpeech'
CANDIDATES = 'speech_recognition_msgs/msg/SpeechRecognitionCandidates'
TRANSCRIPTION = 'whisper_msgs/msg/Transcription'


@dataclass(frozen=True)
class RecognisedSpeech:
    """An utterance; ``stamp_s`` (ROS time, s) is 0 when the message has no stamp."""

    utterance: Utterance
    stamp_s: float = 0.0
    frame_id: str = ''


def speech_from_msg(msg_type: str, msg: Any) -> RecognisedSpeech:
    """Return what a message of one of SPEECH_TYPES says.

    KeyError for another type; InvalidInput: 'bad_stamp' when its nanosec is 1e9 or more,
    'unsupported_format' for JSON without words.
    """
    return _CONVERT[msg_type](msg)


def _from_live_speech(msg: Any) -> RecognisedSpeech:
    """Convert a LiveSpeech of ROS4HRI; before Jazzy, ``locale`` was ``language``."""
    language = msg.locale if hasattr(msg, 'locale') else msg.language
    utterance = _in_words(msg.final, float(msg.confidence), language)
    if not msg.final:
        utterance = replace(utterance, partial=msg.incremental)
    return RecognisedSpeech(utterance, stamp_to_seconds(msg.header.stamp), msg.header.frame_id)


def _from_candidates(msg: Any) -> RecognisedSpeech:
    """Convert the first candidate that is not empty: they are sorted, the likeliest first."""
    for index, text in enumerate(msg.transcript):
        if text:
            confidence = float(msg.confidence[index]) if index < len(msg.confidence) else 0.0
            return RecognisedSpeech(_in_words(text, confidence))
    return RecognisedSpeech(Utterance())


def _in_words(text: str, confidence: float, language: str = '') -> Utterance:
    """Return the utterance of a field with words, which may be the JSON of the recogniser.

    What the message itself states goes before what the JSON does.
    """
    found = Utterance.from_text(text)
    return replace(
        found,
        confidence=confidence or found.confidence,
        language=language or found.language,
    )


_CONVERT: dict[str, Callable[[Any], RecognisedSpeech]] = {
    STRING: lambda msg: RecognisedSpeech(Utterance.from_text(msg.data)),
    LIVE_SPEECH: _from_live_speech,
    CANDIDATES: _from_candidates,
    TRANSCRIPTION: lambda msg: RecognisedSpeech(Utterance.from_text(msg.text)),
}
SPEECH_TYPES = tuple(_CONVERT)
