# SPDX-License-Identifier: MIT
"""From the messages of a bag to the observations that the fusion takes in."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

import numpy as np

from emotion_ros.bag.offline_fusion import NANOSECONDS, Event, Observation
from emotion_ros.bag.reader import Recorded
from emotion_ros.bag.types import (
    COMPRESSED_IMAGE,
    EVIDENCE,
    FACES,
    IMAGE,
    STRING,
    TEXT_SENTIMENT,
)
from emotion_ros.conversions.from_msg import (
    msg_to_evidence,
    msg_to_faces,
    msg_to_raw,
    msg_to_text,
    stamp_to_seconds,
)
from emotion_ros.core.evidence import Evidence
from emotion_ros.core.observations import FacesObservation, TextObservation
from emotion_ros.core.stamp_check import accepted_stamp
from emotion_ros.core.utterance import Utterance
from emotion_ros.errors import InvalidInput
from emotion_ros.perception.face.pipeline import FacePipeline
from emotion_ros.perception.image.compressed import decode_compressed
from emotion_ros.perception.image.decode import ImageArray, decode_image
from emotion_ros.perception.text.pipeline import TextPipeline

_CONVERT: dict[str, Callable[[Any], Observation]] = {
    FACES: msg_to_faces,
    TEXT_SENTIMENT: msg_to_text,
    EVIDENCE: msg_to_evidence,
}


class Observer:
    """Turns images and speech into what the nodes would say of them, and reads what they said.

    An image or an utterance that its node would refuse is counted by reason in ``rejected`` and
    gives no event. The networks are needed only for topics that are given to ``observe``.
    """

    def __init__(
        self, vision: FacePipeline | None, text: TextPipeline | None, without: Collection[str]
    ) -> None:
        self.rejected: Counter[str] = Counter()
        self._vision = vision
        self._text = text
        self._without = without

    def observe(self, messages: Iterable[Recorded]) -> Iterator[Event]:
        """Yield the observations at the time of their receipt, as OfflineFusion wants them."""
        for recorded in messages:
            event = self._observe(recorded)
            if event is not None:
                yield recorded.time_ns, event

    def _observe(self, recorded: Recorded) -> Observation | str | None:
        convert = _CONVERT.get(recorded.topic.type)
        try:
            if convert is not None:
                return self._wanted(convert(recorded.msg))
            return self._perceive(recorded, recorded.time_ns / NANOSECONDS)
        except InvalidInput as error:
            if convert is not None:
                return error.reason
            self.rejected[error.reason] += 1
            return None

    def _wanted(self, observation: Observation) -> Observation | None:
        if isinstance(observation, Evidence) and observation.modality in self._without:
            return None
        return observation

    def _perceive(self, recorded: Recorded, now_s: float) -> Observation | None:
        if recorded.topic.type == STRING and self._text is not None:
            return _hear(self._text, recorded.msg, now_s)
        if recorded.topic.type in _DECODE and self._vision is not None:
            return _see(self._vision, recorded, now_s)
        return None


def _see(vision: FacePipeline, recorded: Recorded, now_s: float) -> FacesObservation:
    """Do as the vision node does with an image message."""
    header = recorded.msg.header
    stamp_s = accepted_stamp(
        stamp_to_seconds(header.stamp), now_s, vision.config.max_age, vision.config.max_future
    )
    report = vision.process(decode_recorded(recorded), stamp_s)
    return FacesObservation(stamp_s=stamp_s, frame_id=header.frame_id, faces=report.faces)


def _hear(text: TextPipeline, msg: Any, now_s: float) -> TextObservation:
    """Do as the sentiment node does with speech, which has no stamp: its receipt counts."""
    return text.process(Utterance(final=msg.data), now_s).to_observation(now_s)


def decode_recorded(recorded: Recorded) -> ImageArray:
    """Return the picture in an image message of a bag; InvalidInput when there is none."""
    return _DECODE[recorded.topic.type](recorded.msg)


def _decode_compressed(msg: Any) -> ImageArray:
    return decode_compressed(np.frombuffer(msg.data, np.uint8))


def _decode_raw(msg: Any) -> ImageArray:
    return decode_image(msg_to_raw(msg))


_DECODE: dict[str, Callable[[Any], ImageArray]] = {
    IMAGE: _decode_raw,
    COMPRESSED_IMAGE: _decode_compressed,
}
