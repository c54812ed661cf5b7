# SPDX-License-Identifier: MIT
"""voice_node: from sound to ``emotion/evidence`` of the voice and ``emotion/voice``.

Sound is held in memory for as long as a segment of speech lasts, and goes nowhere.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, ClassVar

from std_msgs.msg import Bool, String

from emotion_ros.conversions.audio import (
    AudioFormat,
    audio_from_msg,
    format_from_msg,
)
from emotion_ros.conversions.from_msg import msg_to_faces
from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.evidence import VOICE, Evidence, Rejection
from emotion_ros.core.graph.audio_checks import check_audio, check_sound
from emotion_ros.core.graph.snapshot import Kind
from emotion_ros.core.observations import SourceStatus, describe
from emotion_ros.core.people.privacy import PrivacyMode
from emotion_ros.core.people.speaker_binding import SpeakerBinding
from emotion_ros.core.speech.own_voice import MutedTimes, RobotSpeech
from emotion_ros.core.stamp_check import check_stamp
from emotion_ros.core.state import WeighedEvidence
from emotion_ros.core.voice.audio_topics import (
    AUDIO_INFO,
    WITHOUT_FORMAT,
    audio_sources,
    info_topics,
)
from emotion_ros.errors import InvalidInput
from emotion_ros.msg import EmotionEvidence, FaceEmotionArray
from emotion_ros.msg import VoiceActivity as VoiceActivityMsg
from emotion_ros.nodes.executor import run
from emotion_ros.nodes.graph.remedies import remedy_here
from emotion_ros.nodes.inputs.input_subscription import LatchedInput
from emotion_ros.nodes.messages.qos import QUEUE_DEPTH, SOUND, SOUND_DEPTH
from emotion_ros.nodes.messages.to_msg import activity_to_msg, evidence_to_msg
from emotion_ros.nodes.messages.type_names import message_class, ros_type_name
from emotion_ros.nodes.people.privacy_follower import PrivacyFollower
from emotion_ros.nodes.worker_node import WorkerNode
from emotion_ros.perception.voice.config import VoiceConfig
from emotion_ros.perception.voice.pipeline import (
    VoiceActivity,
    VoicePipeline,
    VoiceReport,
    make_voice_pipeline,
)
from emotion_ros.perception.voice.sound_statistics import SoundStatistics
from emotion_ros.perception.voice.stream import AudioChunk, AudioStream, check_chunk

ACTIVITY_PERIOD_S = 0.1
NO_SOUND = VoiceActivity(level_dbfs=float('nan'), speech_probability=float('nan'))


def make_pipeline_of_one_thread(config: VoiceConfig) -> VoicePipeline:
    """Load detector and classifier; of two cores, one is left to the faces."""
    return make_voice_pipeline(config, threads=1)


class VoiceNode(WorkerNode[VoiceConfig, AudioChunk | None]):
    """Finds speech in the sound of one microphone and classifies its emotion.

    None in the mailbox stands for an interruption: what was spoken until then is dropped.
    """

    Config = VoiceConfig
    MAILBOX_SLOTS: ClassVar[int] = SOUND_DEPTH

    def __init__(
        self,
        make_pipeline: Callable[[VoiceConfig], VoicePipeline] = make_pipeline_of_one_thread,
        **node_options: Any,
    ) -> None:
        self._make_pipeline = make_pipeline
        super().__init__('voice_node', **node_options)

    def setup(self) -> None:
        """Load the model and open the publishers."""
        self._pipeline = self._make_pipeline(self.config)
        self._frame_id = ''  # the last message, of an inactive node, has it too
        self.privacy = PrivacyFollower(self)
        self._evidence = self.create_publisher(EmotionEvidence, 'emotion/evidence', QUEUE_DEPTH)
        self.results = self.create_publisher(VoiceActivityMsg, 'emotion/voice', QUEUE_DEPTH)

    def activate(self) -> None:
        """Subscribe to the sound, its format, the faces, and what the robot itself says."""
        self._stream = AudioStream(self.config.channel)
        self._sound = SoundStatistics()
        self._problem = ''
        self._reported: Kind | None = None
        self._spoken_s = 0.0
        self.speakers = SpeakerBinding()
        self._muted, self.robot_speech = MutedTimes(), RobotSpeech()
        self._is_interrupted = False
        sources = audio_sources(self.resolve_topic_name('audio'), self.config.audio_type)
        self._formats: dict[str, AudioFormat] = {}
        self._cut = bytearray()  # of a sample that a message of AudioData cut
        self._latched = [LatchedInput(self, Bool, 'mute', self._on_mute)]
        self._follow_formats({s.name for s in sources if s.type in WITHOUT_FORMAT})
        self.create_subscription(String, 'robot_speech', self._on_robot_speech, QUEUE_DEPTH)
        self.create_subscription(FaceEmotionArray, 'emotion/faces', self._on_faces, QUEUE_DEPTH)
        self.subscribe(sources, SOUND, check_audio, asks_for_all=True)
        self.create_timer(ACTIVITY_PERIOD_S, self._publish_activity, clock=self.steady_clock)

    def deactivate(self) -> None:
        """Stop the worker and forget the sound."""
        super().deactivate()
        for each in self._latched:
            each.close_latched()
        self._pipeline.reset()

    def details(self) -> dict[str, str]:
        """Return model, topic and what the sound is like."""
        return {
            'model': self._pipeline.model_name,
            'model_sha256': self._pipeline.model_sha256,
            'vad': self._pipeline.vad_name,
            'topic': self.input.topic_name,
            'muted': str(self._muted.is_muted).lower(),
            **self._sound.collect(),
            **self._stream.loss.collect(),
        }

    def problems(self) -> Iterable[str]:
        """Return what is wrong with the input, or with the sound that arrives."""
        return (*super().problems(), self._problem)

    def on_enable(self, enabled: bool) -> None:
        """Drop what was spoken before."""
        super().on_enable(enabled)
        self._interrupt()

    def on_second(self) -> None:
        """Look for latched publishers, and log once what is wrong with the sound."""
        super().on_second()
        for each in self._latched:
            each.update()
        values = self._sound.collect() | self._stream.loss.collect()
        found = next(check_sound(self.input.topic_name, values), None)
        if found and found.kind is not self._reported:
            self.get_logger().warning(f'{found.what}. {remedy_here(found)}')
        self._reported = found.kind if found else None
        self._problem = found.what if found else ''

    def accept(self, msg: Any) -> AudioChunk:
        """Return the sound of a message; InvalidInput while the robot itself speaks."""
        now_s, config = self.now_s(), self.config
        audio_format = self._formats.get(self.input.topic_name) or AudioFormat(
            config.sample_rate, config.channels
        )
        chunk = audio_from_msg(ros_type_name(type(msg)), msg, now_s, audio_format, self._cut)
        check_chunk(chunk, config.channel)
        end_s = chunk.stamp_s + chunk.duration_s
        check_stamp(end_s, now_s, config.max_age, config.max_future)
        reason = self._own_voice(end_s, now_s)
        if reason:
            self._interrupt()
            raise InvalidInput(reason, 'the robot speaks')
        self._is_interrupted = False
        self._frame_id = chunk.source
        return chunk

    def process(self, chunk: AudioChunk | None) -> None:
        """Find the speech in a chunk and publish the emotion of the segments that are due."""
        if chunk is None:
            self._stream.reset()
            self._pipeline.reset()
            return
        started_s = self.steady_s()
        samples, stamp_s = self._stream.add(chunk)
        for segment in self._pipeline.add(samples, stamp_s):
            speaker = self.speakers.speaker(segment.start_s, segment.end_s)
            if self.privacy.mode(speaker.person_id) is PrivacyMode.PAUSED:
                self.statistics.count('paused')
            else:
                lost_s = self._stream.loss.lost_s(segment.start_s, segment.end_s)
                if lost_s:
                    self.statistics.count('segments_with_gaps')
                self._publish(self._pipeline.classify(segment, lost_s), speaker.person_id)
        busy_s = self.steady_s() - started_s
        activity = self._pipeline.activity
        if self.privacy.mode('') is PrivacyMode.PAUSED:  # it may be they who speak
            activity = replace(activity, speaking=False)
        self._sound.add(chunk.duration_s, busy_s, activity)
        self.statistics.processed(self.now_s() - stamp_s - chunk.duration_s, busy_s)

    def status_to_msg(self, status: SourceStatus, reason: str) -> VoiceActivityMsg:  # noqa: ARG002
        """Return a voice activity without sound, stamped now: there is no field for a status."""
        return activity_to_msg(replace(NO_SOUND, stamp_s=self.now_s()), self._frame_id)

    def _publish(self, report: VoiceReport, person_id: str) -> None:
        self.statistics.count('segments')
        if report.reason:
            self.statistics.count(report.reason)
            return
        evidence = Evidence(
            modality=VOICE,
            stamp_s=report.end_s,
            probabilities=report.probabilities,
            quality=report.quality,
            person_id=person_id,
            source=self.get_name(),
            detail=describe(report.probabilities, EMOTIONS),
        )
        if self.may_publish():
            weighed = WeighedEvidence(evidence, 0.0, 0.0, Rejection.NONE)
            self._evidence.publish(evidence_to_msg(weighed))

    def _publish_activity(self) -> None:
        """Publish the level and whether a person speaks; NaN while no sound arrives."""
        activity, person_id, now_s = self._pipeline.activity, '', self.now_s()
        if not now_s - activity.stamp_s <= self.config.max_age:  # NaN: none yet
            activity = replace(NO_SOUND, stamp_s=now_s)
        self._spoken_s = activity.segment_duration_s or self._spoken_s
        if activity.speaking:
            begin_s = activity.stamp_s - activity.segment_duration_s
            person_id = self.speakers.speaker(begin_s, activity.stamp_s).person_id
        if self.privacy.mode(person_id) is PrivacyMode.PAUSED:
            activity, person_id, self._spoken_s = replace(NO_SOUND, stamp_s=now_s), '', 0.0
        activity = replace(activity, segment_duration_s=self._spoken_s)
        self.results.publish(activity_to_msg(activity, self._frame_id, person_id))

    def _own_voice(self, end_s: float, now_s: float) -> str:
        """Return why sound that ended then is the robot's own, or ''."""
        if self._muted.contains(end_s, now_s, self.config.mute_hold):
            return 'muted'
        window_s = self.config.own_voice_window
        return 'own_voice' if window_s and self.robot_speech.is_speaking(now_s, window_s) else ''

    def _interrupt(self) -> None:
        """Drop what is being spoken, once, in the order of the sound."""
        if not self._is_interrupted and self._worker:
            self._is_interrupted = True
            self._worker.submit(None)

    def _follow_formats(self, topics: Iterable[str]) -> None:
        """Subscribe to the AudioInfo of raw audio topics, where ros-drivers' is installed."""
        info = message_class(AUDIO_INFO)
        if info is None or not hasattr(info, 'sample_rate'):
            return
        for topic in topics:
            for name in info_topics(topic):

                def on_info(msg: Any, topic: str = topic) -> None:
                    self._formats[topic] = format_from_msg(msg)

                self._latched.append(LatchedInput(self, info, name, on_info))

    def _on_mute(self, msg: Bool) -> None:
        self._muted.update(bool(msg.data), self.now_s())

    def _on_robot_speech(self, msg: String) -> None:
        self.robot_speech.add(msg.data, self.now_s())

    def _on_faces(self, msg: FaceEmotionArray) -> None:
        try:
            self.speakers.update(msg_to_faces(msg))
        except InvalidInput as error:  # a bad stamp
            self.statistics.count(f'faces.{error.reason}')


def main(args: list[str] | None = None) -> int:
    """Run the node until it is asked to stop."""
    return run([VoiceNode], args)


if __name__ == '__main__':
    raise SystemExit(main())
