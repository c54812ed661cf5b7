# SPDX-License-Identifier: MIT
"""From the messages of a bag to the observations that the fusion takes."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from emotion_ros.bag.offline_fusion import FusionInput
from emotion_ros.bag.reader import Recorded, Topic
from emotion_ros.bag.replay_config import FROM_HEADER
from emotion_ros.bag.types import COMPRESSED_IMAGE, EVIDENCE, FACES, IMAGE, TEXT_SENTIMENT
from emotion_ros.conversions.from_msg import (
    msg_to_evidence,
    msg_to_faces,
    msg_to_raw,
    msg_to_text,
    stamp_to_seconds,
)
from emotion_ros.conversions.speech import SPEECH_TYPES, speech_from_msg
from emotion_ros.core.evidence import Evidence
from emotion_ros.core.fusion.fusion import Observation
from emotion_ros.core.observations import FacesObservation, TextObservation
from emotion_ros.core.stamp_check import check_stamp
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.errors import InvalidInput
from emotion_ros.perception.face.pipeline import FacePipeline
from emotion_ros.perception.image.bit_depth import BitDepth
from emotion_ros.perception.image.compressed import decode_compressed
from emotion_ros.perception.image.decode import ImageArray, decode_image
from emotion_ros.perception.text.pipeline import TextPipeline

_CONVERT: dict[str, Callable[[Any], Observation]] = {
    FACES: msg_to_faces,
    TEXT_SENTIMENT: msg_to_text,
    EVIDENCE: msg_to_evidence,
}


@dataclass
class TopicResult:
    """What became of the messages of a topic.

    ``age_s`` is how much older than its receipt the first one is, by its header; None without.
    """

    messages: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    age_s: float | None = None


class BagObserver:
    """Processes images and speech as the nodes would, and reads recorded observations.

    An image or an utterance that its node would reject gives no observation; ``results`` counts
    them. A network is needed only for topics that are given to ``observe``.
    """

    def __init__(
        self,
        vision: FacePipeline | None,
        text: TextPipeline | None,
        without: Collection[str],
        stamps: str = FROM_HEADER,
    ) -> None:
        self.results: dict[Topic, TopicResult] = {}
        self._vision = vision
        self._text = text
        self._without = without
        self._by_header = stamps == FROM_HEADER
        self._depth = BitDepth()

    @property
    def rejected(self) -> Counter[str]:
        """Number of rejected images and utterances so far, by reason."""
        return sum((result.rejected for result in self.results.values()), Counter())

    def observe(self, messages: Iterable[Recorded]) -> Iterator[FusionInput]:
        """Yield the observations with their time of receipt, as OfflineFusion takes them."""
        for recorded in messages:
            result = self.results.setdefault(recorded.topic, TopicResult())
            result.messages += 1
            if result.age_s is None and hasattr(recorded.msg, 'header'):
                result.age_s = _age_s(recorded)
            convert = _CONVERT.get(recorded.topic.type)
            observation: Observation | str | None
            try:
                if convert:
                    observation = convert(recorded.msg)
                    if not self._by_header:
                        observation = replace(observation, stamp_s=recorded.time_ns / NANOSECONDS)
                else:
                    observation = self._process(recorded, result)
            except InvalidInput as error:
                observation = error.reason
            if isinstance(observation, Evidence) and observation.modality in self._without:
                continue
            if observation is not None:
                yield recorded.time_ns, observation

    def _process(self, recorded: Recorded, result: TopicResult) -> Observation | None:
        now_s = recorded.time_ns / NANOSECONDS
        try:
            if recorded.topic.type in SPEECH_TYPES and self._text is not None:
                return self._process_speech(self._text, recorded, now_s)
            if recorded.topic.type in _DECODE and self._vision is not None:
                return self._process_image(self._vision, recorded, now_s)
        except InvalidInput as error:
            result.rejected[error.reason] += 1
        return None

    def _process_speech(
        self, text: TextPipeline, recorded: Recorded, now_s: float
    ) -> TextObservation:
        """Process an utterance as the sentiment node does: without a stamp, its receipt counts."""
        said = speech_from_msg(recorded.topic.type, recorded.msg)
        stamp_s = said.stamp_s if self._by_header and said.stamp_s else now_s
        return text.process(said.utterance, stamp_s).to_observation(stamp_s)

    def _process_image(
        self, vision: FacePipeline, recorded: Recorded, now_s: float
    ) -> FacesObservation:
        """Process an image message as the vision node does."""
        header, config = recorded.msg.header, vision.config
        stamp_s = now_s
        if self._by_header:
            stamp_s = stamp_to_seconds(header.stamp)
            stamp_s = check_stamp(stamp_s, now_s, config.max_age, config.max_future)
        report = vision.process(decode_recorded(recorded, self._depth), stamp_s)
        return FacesObservation(stamp_s=stamp_s, frame_id=header.frame_id, faces=report.faces)


def decode_recorded(recorded: Recorded, depth: BitDepth | None = None) -> ImageArray:
    """Return the pixels of a recorded image message, BGR uint8; InvalidInput when undecodable.

    ``depth`` belongs to the topic; without it, a 16-bit image is taken by itself.
    """
    return _DECODE[recorded.topic.type](recorded.msg, depth)


def _age_s(recorded: Recorded) -> float:
    stamp = recorded.msg.header.stamp
    return float(recorded.time_ns - stamp.sec * NANOSECONDS - stamp.nanosec) / NANOSECONDS


_DECODE: dict[str, Callable[[Any, BitDepth | None], ImageArray]] = {
    IMAGE: lambda msg, depth: decode_image(msg_to_raw(msg), depth),
    COMPRESSED_IMAGE: lambda msg, depth: decode_compressed(
        np.frombuffer(msg.data, np.uint8), depth=depth
    ),
}
