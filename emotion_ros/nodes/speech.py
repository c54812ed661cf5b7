# SPDX-License-Identifier: MIT
"""Speech messages to utterances, of the type that the parameters name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from builtin_interfaces.msg import Time
from std_msgs.msg import Header, String

from emotion_ros.conversions.from_msg import stamp_to_seconds
from emotion_ros.core.utterance import Utterance
from emotion_ros.msg import TextSentiment
from emotion_ros.nodes.hri import live_speech_to_utterance, require_hri_msgs
from emotion_ros.nodes.to_msg import seconds_to_stamp
from emotion_ros.perception.text.config import LIVE_SPEECH, SentimentConfig


@dataclass(frozen=True)
class StampedUtterance:
    """An utterance and when it was said (ROS time, s), with the fields of TextSentiment for it."""

    utterance: Utterance
    stamp_s: float
    header: Header
    stamp_source: int


SpeechConverter = Callable[[Any, float], StampedUtterance]
"""Called with a message and the ROS time of its receipt (s)."""


def speech_type(config: SentimentConfig) -> Any:
    """Return the message type of the configured recogniser; MissingDependency without hri_msgs."""
    is_live = config.speech_type == LIVE_SPEECH
    return require_hri_msgs().LiveSpeech if is_live else String


def make_speech_converter(config: SentimentConfig) -> SpeechConverter:
    """Return the function that converts a message to an utterance with its stamp.

    A String has no stamp: its receipt counts, and so does that of a LiveSpeech stamped 0. It
    raises InvalidInput('bad_stamp').
    """
    return _convert_live_speech if config.speech_type == LIVE_SPEECH else _convert_string


def _convert_string(msg: String, receipt_s: float) -> StampedUtterance:
    return _on_receipt(Utterance.from_text(msg.data), receipt_s)


def _convert_live_speech(msg: Any, receipt_s: float) -> StampedUtterance:
    utterance = live_speech_to_utterance(msg)
    if msg.header.stamp == Time():
        return _on_receipt(utterance, receipt_s, msg.header.frame_id)
    stamp_s = stamp_to_seconds(msg.header.stamp)
    return StampedUtterance(utterance, stamp_s, msg.header, TextSentiment.HEADER)


def _on_receipt(utterance: Utterance, receipt_s: float, frame_id: str = '') -> StampedUtterance:
    header = Header(stamp=seconds_to_stamp(receipt_s), frame_id=frame_id)
    return StampedUtterance(utterance, receipt_s, header, TextSentiment.RECEIPT)
