# SPDX-License-Identifier: MIT
"""From the messages of a bag to the observations that the fusion takes."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

import numpy as np

from emotion_ros.bag.offline_fusion import FusionInput, Observation
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
from emotion_ros.core.observations import FacesObservation
from emotion_ros.core.stamp_check import check_stamp
from emotion_ros.core.units import NANOSECONDS
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


class BagObserver:
    """Processes images and speech as the nodes would, and reads recorded observations.

    An image or an utterance that its node would reject is counted by reason in ``rejected`` and
    gives no observation. A network is needed only for topics that are given to ``observe``.
    """

    def __init__(
        self, vision: FacePipeline | None, text: TextPipeline | None, without: Collection[str]
    ) -> None:
        self.rejected: Counter[str] = Counter()
        self._vision = vision
        self._text = text
        self._without = without

    def observe(self, messages: Iterable[Recorded]) -> Iterator[FusionInput]:
        """Yield the observations with their time of receipt, as OfflineFusion takes them."""
        for recorded in messages:
            convert = _CONVERT.get(recorded.topic.type)
            observation: Observation | str | None
            try:
                observation = convert(recorded.msg) if convert else self._process(recorded)
            except InvalidInput as error:
                observation = error.reason
            if isinstance(observation, Evidence) and observation.modality in self._without:
                continue
            if observation is not None:
                yield recorded.time_ns, observation

    def _process(self, recorded: Recorded) -> Observation | None:
        now_s = recorded.time_ns / NANOSECONDS
        try:
            if recorded.topic.type == STRING and self._text is not None:
                # as in the sentiment node: a String has no stamp, its time of receipt counts
                report = self._text.process(Utterance(final=recorded.msg.data), now_s)
                return report.to_observation(now_s)
            if recorded.topic.type in _DECODE and self._vision is not None:
                return _process_image(self._vision, recorded, now_s)
        except InvalidInput as error:
            self.rejected[error.reason] += 1
        return None


def _process_image(vision: FacePipeline, recorded: Recorded, now_s: float) -> FacesObservation:
    """Process an image message as the vision node does."""
    header = recorded.msg.header
    stamp_s = check_stamp(
        stamp_to_seconds(header.stamp), now_s, vision.config.max_age, vision.config.max_future
    )
    report = vision.process(decode_recorded(recorded), stamp_s)
    return FacesObservation(stamp_s=stamp_s, frame_id=header.frame_id, faces=report.faces)


def decode_recorded(recorded: Recorded) -> ImageArray:
    """Return the pixels of a recorded image message, BGR uint8; InvalidInput when undecodable."""
    return _DECODE[recorded.topic.type](recorded.msg)


_DECODE: dict[str, Callable[[Any], ImageArray]] = {
    IMAGE: lambda msg: decode_image(msg_to_raw(msg)),
    COMPRESSED_IMAGE: lambda msg: decode_compressed(np.frombuffer(msg.data, np.uint8)),
}
