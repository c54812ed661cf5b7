# SPDX-License-Identifier: MIT
"""From the messages of a bag to the observations that the fusion takes."""

from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import islice
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeAlias, TypeVar

import numpy as np

from emotion_ros.bag.offline_fusion import FusionInput
from emotion_ros.bag.reader import Bag, Recorded, Topic
from emotion_ros.bag.replay_config import FROM_HEADER
from emotion_ros.bag.types import COMPRESSED_IMAGE, EVIDENCE, FACES, IMAGE, TEXT_SENTIMENT
from emotion_ros.conversions.audio import AudioFormat, audio_from_msg, format_from_msg
from emotion_ros.conversions.from_msg import (
    msg_to_evidence,
    msg_to_faces,
    msg_to_raw,
    msg_to_text,
    stamp_to_seconds,
)
from emotion_ros.conversions.speech import SPEECH_TYPES, speech_from_msg
from emotion_ros.core.evidence import VOICE, Evidence
from emotion_ros.core.fusion.fusion import Observation
from emotion_ros.core.observations import FacesObservation
from emotion_ros.core.stamp_check import check_stamp
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.core.voice.audio_topics import AUDIO_INFO, AUDIO_MESSAGES
from emotion_ros.errors import InvalidInput
from emotion_ros.perception.face.pipeline import FacePipeline, LocatedFaces
from emotion_ros.perception.image.bit_depth import BitDepth
from emotion_ros.perception.image.compressed import open_compressed
from emotion_ros.perception.image.decode import ImageArray, decode_image
from emotion_ros.perception.image.frame import ArrayFrame, Frame, ScaledFrame
from emotion_ros.perception.text.pipeline import TextPipeline
from emotion_ros.perception.voice.observer import VoiceObserver
from emotion_ros.perception.voice.stream import check_chunk

T = TypeVar('T')

MOST_AHEAD = 3  # an image of 4K takes 25 MB
SOUNDS_TRIED = 50

_CONVERT: dict[str, Callable[[Any], Observation]] = {
    FACES: msg_to_faces,
    TEXT_SENTIMENT: msg_to_text,
    EVIDENCE: msg_to_evidence,
}


@dataclass(frozen=True, eq=False)
class _Image:
    """An image with the stamp that counts."""

    stamp_s: float
    frame: Frame


_Input: TypeAlias = tuple[Recorded, _Image | InvalidInput | None]
_Located: TypeAlias = tuple[Recorded, LocatedFaces | InvalidInput | None]
_Observed: TypeAlias = tuple[Recorded, Observation | list[Evidence] | InvalidInput | None]


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
        voice: VoiceObserver | None = None,
        audio_format: AudioFormat | None = None,
        *,
        in_threads: bool = True,
    ) -> None:
        self.results: dict[Topic, TopicResult] = {}
        self._vision = vision
        self._text = text
        self._voice = voice
        self._audio_format = audio_format
        self._in_threads = in_threads
        self._cut = bytearray()  # of a sample that a message of AudioData cut
        self._without = without
        self._by_header = stamps == FROM_HEADER
        self._depth = BitDepth()
        self._latest: ScaledFrame | None = None  # the last one in which faces were located

    @property
    def rejected(self) -> Counter[str]:
        """Number of rejected images and utterances so far, by reason."""
        return sum((result.rejected for result in self.results.values()), Counter())

    def observe(self, messages: Generator[Recorded, None, None]) -> Iterator[FusionInput]:
        """Yield the observations with their time of receipt, as OfflineFusion takes them.

        With ``in_threads`` the messages that follow are decoded in one thread meanwhile, the
        faces in their images located in a second and classified in a third.
        """
        # The evidence of a voice that is replayed does not count twice.
        replayed = () if self._voice is None else (VOICE,)
        left_out = {*self._without, *replayed}
        ahead: Callable[[Any], Any] = run_ahead if self._in_threads else iter
        located = ahead(self._locate(ahead(self._decode(messages))))
        for recorded, observation in ahead(self._process(located)):
            result = self.results.setdefault(recorded.topic, TopicResult())
            result.messages += 1
            if result.age_s is None and hasattr(recorded.msg, 'header'):
                result.age_s = _age_s(recorded)
            if isinstance(observation, list):  # of the voice
                yield from ((recorded.time_ns, evidence) for evidence in observation)
            elif isinstance(observation, InvalidInput):
                if recorded.topic.type in _CONVERT:  # the fusion counts it
                    yield recorded.time_ns, observation.reason
                else:
                    result.rejected[observation.reason] += 1
            elif isinstance(observation, Evidence) and observation.modality in left_out:
                continue
            elif observation is not None:
                yield recorded.time_ns, observation

    def _classify_sound(self, voice: VoiceObserver, recorded: Recorded) -> list[Evidence]:
        """Return the evidence that is due after a message with sound."""
        receipt_s = recorded.time_ns / NANOSECONDS
        msg, audio_format = recorded.msg, self._audio_format
        chunk = audio_from_msg(recorded.topic.type, msg, receipt_s, audio_format, self._cut)
        check_chunk(chunk)
        if not self._by_header:
            begin_s = receipt_s - chunk.duration_s
            chunk = replace(chunk, stamp_s=begin_s, is_stamped=False)
        return voice.add(chunk)

    def _decode(self, messages: Generator[Recorded, None, None]) -> Generator[_Input, None, None]:
        """Add the frame to an image message, after the vision node's check of its stamp."""
        with closing(messages):
            for recorded in messages:
                image: _Image | InvalidInput | None = None
                if self._vision is not None and recorded.topic.type in _OPEN:
                    stamp_s, config = recorded.time_ns / NANOSECONDS, self._vision.config
                    try:
                        if self._by_header:
                            own_s = stamp_to_seconds(recorded.msg.header.stamp)
                            limits = config.max_age, config.max_future
                            stamp_s = check_stamp(own_s, stamp_s, *limits)
                        open_frame = _OPEN[recorded.topic.type]
                        image = _Image(
                            stamp_s, open_frame(recorded.msg, self._depth, config.rotate)
                        )
                        if isinstance(image.frame, ScaledFrame):
                            image.frame.decode_like(self._latest)
                    except InvalidInput as error:
                        image = error
                yield recorded, image

    def _locate(self, images: Generator[_Input, None, None]) -> Generator[_Located, None, None]:
        """Locate the faces of an image."""
        located: LocatedFaces | InvalidInput | None
        with closing(images):
            for recorded, image in images:
                located = image if isinstance(image, InvalidInput) else None
                if self._vision is not None and isinstance(image, _Image):
                    try:
                        located = self._vision.locate(image.frame, image.stamp_s)
                        self._latest = (
                            image.frame if isinstance(image.frame, ScaledFrame) else None
                        )
                    except InvalidInput as error:
                        located = error
                yield recorded, located

    def _process(
        self, inputs: Generator[_Located, None, None]
    ) -> Generator[_Observed, None, None]:
        """Add the observation to a message, as the nodes do; speech may lack a stamp."""
        with closing(inputs):
            for recorded, located in inputs:
                try:
                    yield recorded, self._observe_message(recorded, located)
                except InvalidInput as error:
                    yield recorded, error

    def _observe_message(
        self, recorded: Recorded, located: LocatedFaces | InvalidInput | None
    ) -> Observation | list[Evidence] | InvalidInput | None:
        msg, msg_type = recorded.msg, recorded.topic.type
        receipt_s = recorded.time_ns / NANOSECONDS
        if convert := _CONVERT.get(msg_type):
            observation = convert(msg)
            if self._voice is not None and isinstance(observation, FacesObservation):
                self._voice.add_faces(observation)
            return observation if self._by_header else replace(observation, stamp_s=receipt_s)
        if msg_type == AUDIO_INFO:
            self._audio_format = format_from_msg(msg)
        elif self._voice is not None and msg_type in AUDIO_MESSAGES:
            return self._classify_sound(self._voice, recorded)
        elif self._text is not None and msg_type in SPEECH_TYPES:
            said = speech_from_msg(msg_type, msg)
            stamp_s = said.stamp_s if self._by_header and said.stamp_s else receipt_s
            return self._text.process(said.utterance, stamp_s).to_observation(stamp_s)
        elif self._vision is not None and isinstance(located, LocatedFaces):
            faces = self._vision.classify(located).faces
            shown = FacesObservation(located.stamp_s, msg.header.frame_id, faces=faces)
            if self._voice is not None:
                self._voice.add_faces(shown)
            return shown
        return located if isinstance(located, InvalidInput) else None


def find_sound_problem(bag: Bag, audio: Topic, channel: int, audio_format: AudioFormat) -> str:
    """Return why the first sounds of a topic cannot be used, '' when one of them can."""
    problem = ''
    with closing(bag.messages([audio])) as messages:
        for recorded in islice(messages, SOUNDS_TRIED):
            receipt_s = recorded.time_ns / NANOSECONDS
            try:
                chunk = audio_from_msg(audio.type, recorded.msg, receipt_s, audio_format)
                check_chunk(chunk, channel)
            except InvalidInput as error:
                problem = error.reason
            else:
                return ''
    return problem


def read_audio_format(bag: Bag, info: Topic | None, otherwise: AudioFormat) -> AudioFormat:
    """Return what the first AudioInfo of a topic says: it may have come after the first sound."""
    with closing(bag.messages([info] if info else [])) as messages:
        first = next(messages, None)
    return format_from_msg(first.msg) if first else otherwise


def run_ahead(items: Generator[T, None, None]) -> Generator[T, None, None]:
    """Yield the items in order, while the next MOST_AHEAD are made in a separate thread."""
    wanted: SimpleQueue[bool] = SimpleQueue()
    made: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()

    def make() -> None:
        try:
            while wanted.get():
                made.put((next(items, None), None))
        except BaseException as error:  # noqa: BLE001
            made.put((None, error))
        finally:
            items.close()

    thread = Thread(target=make, daemon=True)
    thread.start()
    try:
        for _ in range(MOST_AHEAD):
            wanted.put(True)
        while True:
            item, error = made.get()
            if error is not None:
                raise error
            if item is None:
                return
            wanted.put(True)
            yield item
    finally:
        wanted.put(False)
        thread.join()


def decode_recorded(recorded: Recorded) -> ImageArray:
    """Return the pixels of a recorded image message, BGR uint8; InvalidInput when undecodable."""
    return _OPEN[recorded.topic.type](recorded.msg, BitDepth(), 0).pixels()


def _age_s(recorded: Recorded) -> float:
    stamp = recorded.msg.header.stamp
    return float(recorded.time_ns - stamp.sec * NANOSECONDS - stamp.nanosec) / NANOSECONDS


_OPEN: dict[str, Callable[[Any, BitDepth, int], Frame]] = {
    IMAGE: lambda msg, depth, rotate: ArrayFrame(
        decode_image(msg_to_raw(msg), depth, copy=False), rotate
    ),
    COMPRESSED_IMAGE: lambda msg, depth, rotate: open_compressed(
        np.frombuffer(msg.data, np.uint8), depth, rotate
    ),
}
