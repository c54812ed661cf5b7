# SPDX-License-Identifier: MIT
"""Speech messages to utterances, of whatever type is published."""

from dataclasses import dataclass
from typing import Any

from std_msgs.msg import Header

from emotion_ros.conversions.speech import SPEECH_TYPES, speech_from_msg
from emotion_ros.core.image_topics import Topic
from emotion_ros.core.people.speaker_binding import Speaker
from emotion_ros.core.speech.utterance import Utterance
from emotion_ros.msg import TextSentiment
from emotion_ros.nodes.messages.stamps import seconds_to_stamp
from emotion_ros.nodes.messages.type_names import ros_type_name
from emotion_ros.perception.text.config import AUTO

UNKNOWN_SPEAKER = Speaker()


@dataclass(frozen=True)
class StampedUtterance:
    """An utterance and when it was said (ROS time, s), with the fields of TextSentiment for it.

    ``voice_id`` is that of ROS4HRI, '' for none; ``speaker`` is who said it, as far as known.
    """

    utterance: Utterance
    stamp_s: float
    header: Header
    stamp_source: int
    voice_id: str = ''
    speaker: Speaker = UNKNOWN_SPEAKER


def speech_sources(topic: str, speech_type: str) -> tuple[Topic, ...]:
    """Return the types in which speech may come on a topic: the named one, or all of them."""
    known = [name for name in SPEECH_TYPES if speech_type in (AUTO, name.rpartition('/')[2])]
    return tuple(Topic(topic, name) for name in known)


def stamp_utterance(msg: Any, receipt_s: float) -> StampedUtterance:
    """Return what a message of one of SPEECH_TYPES says, and when.

    Without a stamp the ROS time of its receipt (s) counts. InvalidInput('bad_stamp').
    """
    found = speech_from_msg(ros_type_name(type(msg)), msg)
    if found.stamp_s:
        return StampedUtterance(found.utterance, found.stamp_s, msg.header, TextSentiment.HEADER)
    header = Header(stamp=seconds_to_stamp(receipt_s), frame_id=found.frame_id)
    return StampedUtterance(found.utterance, receipt_s, header, TextSentiment.RECEIPT)
