# SPDX-License-Identifier: MIT
"""From the sound of a microphone to the evidence of the voice, without ROS: replay and live."""

from collections.abc import Callable

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.evidence import VOICE, Evidence
from emotion_ros.core.observations import FacesObservation, describe
from emotion_ros.core.people.speaker_binding import SpeakerBinding
from emotion_ros.perception.voice.pipeline import VoiceActivity, VoicePipeline
from emotion_ros.perception.voice.stream import AudioChunk, AudioStream


class VoiceObserver:
    """Does for one stream of sound what voice_node does; give it chunks and faces in order."""

    def __init__(self, pipeline: VoicePipeline, channel: int = -1, source: str = 'voice') -> None:
        self.pipeline = pipeline
        self._stream = AudioStream(channel)
        self._speakers = SpeakerBinding()
        self._source = source

    @property
    def activity(self) -> VoiceActivity:
        """The voice activity at the end of the last chunk."""
        return self.pipeline.activity

    def add_faces(self, faces: FacesObservation) -> None:
        """Take the faces in view: of several, the one whose mouth moves is the speaker."""
        self._speakers.update(faces)

    def add(
        self,
        chunk: AudioChunk,
        may_analyse: Callable[[str], bool] = lambda person: True,  # noqa: ARG005
    ) -> list[Evidence]:
        """Return the evidence of the segments that are due; InvalidInput for a bad chunk.

        Only segments are classified whose person ('' when that is not known) ``may_analyse``.
        """
        samples, stamp_s = self._stream.add(chunk)
        found = []
        for segment in self.pipeline.add(samples, stamp_s):
            person_id = self._speakers.speaker(segment.start_s, segment.end_s).person_id
            if not may_analyse(person_id):
                continue
            lost_s = self._stream.loss.lost_s(segment.start_s, segment.end_s)
            report = self.pipeline.classify(segment, lost_s)
            if not report.reason:
                evidence = Evidence(
                    modality=VOICE,
                    stamp_s=report.end_s,
                    probabilities=report.probabilities,
                    quality=report.quality,
                    person_id=person_id,
                    source=self._source,
                    detail=describe(report.probabilities, EMOTIONS),
                )
                found.append(evidence)
        return found
