# SPDX-License-Identifier: MIT
"""demo_source: plays a storyboard in place of camera, microphone, recogniser or other nodes."""

from array import array
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rclpy.node import Node
from rclpy.publisher import Publisher
from sensor_msgs.msg import Image
from std_msgs.msg import Header, String

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.stamp_check import CLOCK_JUMP_S
from emotion_ros.demo.config import FRAMES, MODALITIES, STATE, DemoConfig
from emotion_ros.demo.controller_node import ScriptedController
from emotion_ros.demo.frame_renderer import HEIGHT, WIDTH, FrameRenderer
from emotion_ros.demo.ground_truth import (
    ground_truth_faces,
    ground_truth_state,
    ground_truth_text,
    ground_truth_voice,
)
from emotion_ros.demo.sound_track import SoundTrack
from emotion_ros.demo.storyboard import Cue, Storyboard
from emotion_ros.demo.storyboard_file import load_storyboard, packaged_storyboard
from emotion_ros.msg import Audio, EmotionEvidence, EmotionState, FaceEmotionArray, TextSentiment
from emotion_ros.nodes.base_node import EmotionNode
from emotion_ros.nodes.executor import run
from emotion_ros.nodes.messages.qos import LATCHED, QUEUE_DEPTH
from emotion_ros.nodes.messages.stamps import seconds_to_stamp
from emotion_ros.nodes.messages.to_msg import (
    bgr_to_msg,
    evidence_to_msg,
    face_to_msg,
    state_to_msg,
)
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE

STARTED_TOPIC = 'demo/started'
FRAME_ID = 'demo_camera'
MICROPHONE_ID = 'demo_microphone'
MAX_CHUNK_S = 1.0
NOT_PLAYED = float('-inf')


class DemoSourceNode(EmotionNode[DemoConfig]):
    """Plays the story in ROS time; after its end the last view stays, or it starts again.

    The stamp of ``demo/started`` (latched) is the start of the story, its frame_id the file.
    """

    Config = DemoConfig

    def __init__(self, **node_options: Any) -> None:
        super().__init__('demo_source', **node_options)

    def setup(self) -> None:
        """Read the storyboard and open the topics of the level."""
        path = Path(self.config.storyboard) if self.config.storyboard else packaged_storyboard()
        self._path = path
        self._storyboard = load_storyboard(path)
        self._output = _OUTPUTS[self.config.level](self, self._storyboard, path.parent)
        self._started_publisher = self.create_publisher(Header, STARTED_TOPIC, LATCHED)

    def activate(self) -> None:
        """Play from the start."""
        self._waits_since_s = self.steady_s()
        self._start_s: float | None = None
        self._played_until_s = NOT_PLAYED
        self.create_timer(1.0 / self.config.rate, self._on_tick, clock=self.steady_clock)

    def details(self) -> dict[str, str]:
        """Return the storyboard and the level."""
        return {'storyboard': str(self._path), 'level': self.config.level}

    def _on_tick(self) -> None:
        now_s, began_s = self.now_s(), self.steady_s()
        if not self.enabled or not self._may_play(now_s):
            return
        is_over = self.config.loop and self._played_until_s >= self._storyboard.duration_s
        is_set_back = now_s - (self._start_s or 0.0) < self._played_until_s - CLOCK_JUMP_S
        if self._start_s is None or is_over or is_set_back:
            self._start_s, self._played_until_s = now_s, NOT_PLAYED
            header = Header(stamp=seconds_to_stamp(now_s), frame_id=str(self._path))
            self._started_publisher.publish(header)
        t_s = now_s - self._start_s
        cues = self._storyboard.cues_between(self._played_until_s, t_s)
        self._output.publish(t_s, cues, now_s)
        self._played_until_s = max(t_s, self._played_until_s)
        self.statistics.processed(0.0, self.steady_s() - began_s)

    def _may_play(self, now_s: float) -> bool:
        """Return whether there is a clock and, before the start, every topic has a subscriber.

        After ``wait_for_subscribers`` seconds it starts without them.
        """
        if now_s == 0.0 or self._start_s is not None:
            return now_s > 0.0
        waited_s = self.steady_s() - self._waits_since_s
        return waited_s >= self.config.wait_for_subscribers or self._output.has_subscribers()


class _Output:
    """Publishes what a level of DemoConfig asks for."""

    def __init__(self, storyboard: Storyboard, *publishers: Publisher) -> None:
        self._storyboard = storyboard
        self._topics = publishers

    def has_subscribers(self) -> bool:
        """Return whether every topic has a subscriber."""
        return all(topic.get_subscription_count() for topic in self._topics)

    def publish(self, t_s: float, cues: Sequence[Cue], stamp_s: float) -> None:
        """Publish the view at ``t_s`` and the speech in ``cues``, stamped ``stamp_s``."""
        raise NotImplementedError


class _FramesOutput(_Output):
    """A camera (``image``, bgr8), a speech recogniser (``speech``), and a microphone (``audio``).

    Reliable, which matches best-effort and reliable subscribers. The microphone is there when the
    storyboard has sound; it goes on between the sentences.
    """

    def __init__(self, node: Node, storyboard: Storyboard, folder: Path) -> None:
        self._renderer = FrameRenderer(storyboard, folder)
        self._images = node.create_publisher(Image, 'image', 1)
        self._speech = node.create_publisher(String, 'speech', QUEUE_DEPTH)
        self._frame = 0
        topics = [self._images, self._speech]
        cues = storyboard.cues
        voice_ids = sorted({cue.voice_id for cue in cues if cue.voice_id})
        self._controller: ScriptedController | None = None
        if voice_ids or any(cue.robot or cue.consent is not None for cue in cues):
            self._controller = ScriptedController(node, voice_ids)
        self._track: SoundTrack | None = None
        if storyboard.has_sound:
            self._track = SoundTrack(storyboard, folder)
            self._audio = node.create_publisher(Audio, 'audio', QUEUE_DEPTH)
            self._played = 0  # samples of the story
            topics.append(self._audio)
        super().__init__(storyboard, *topics)

    def publish(self, t_s: float, cues: Sequence[Cue], stamp_s: float) -> None:
        view = self._storyboard.view_at(t_s)
        if view.camera_on:
            self._frame += 1
            image = self._renderer.render(view, self._frame)
            self._images.publish(bgr_to_msg(image, seconds_to_stamp(stamp_s), FRAME_ID))
        if self._track:
            self._publish_sound(self._track, t_s, stamp_s)
        for cue in cues:
            if cue.say and not cue.voice_id:
                self._speech.publish(String(data=cue.say))
            if self._controller:
                self._controller.perform(cue)

    def _publish_sound(self, track: SoundTrack, t_s: float, stamp_s: float) -> None:
        """Publish the samples up to ``t_s``; after a pause or a new start, only the last ones."""
        until = round(t_s * SAMPLE_RATE)
        if not 0 <= until - self._played <= MAX_CHUNK_S * SAMPLE_RATE:
            self._played = until
        samples = array('h', track.samples(self._played, until).tobytes())
        begin_s = stamp_s - t_s + self._played / SAMPLE_RATE
        self._played = until
        if samples:
            header = Header(stamp=seconds_to_stamp(begin_s), frame_id=MICROPHONE_ID)
            msg = Audio(header=header, sample_rate=SAMPLE_RATE, channels=1, samples=samples)
            self._audio.publish(msg)


class _ModalitiesOutput(_Output):
    """The ground truth in place of vision_node, sentiment_node and voice_node."""

    def __init__(self, node: Node, storyboard: Storyboard) -> None:
        self._faces = node.create_publisher(FaceEmotionArray, 'emotion/faces', QUEUE_DEPTH)
        self._text = node.create_publisher(TextSentiment, 'emotion/text', QUEUE_DEPTH)
        self._voice = node.create_publisher(EmotionEvidence, 'emotion/evidence', QUEUE_DEPTH)
        super().__init__(storyboard, self._faces, self._text)

    def publish(self, t_s: float, cues: Sequence[Cue], stamp_s: float) -> None:
        header = Header(stamp=seconds_to_stamp(stamp_s), frame_id=FRAME_ID)
        view = self._storyboard.view_at(t_s)
        if view.camera_on:
            faces = [face_to_msg(face) for face in ground_truth_faces(view, WIDTH, HEIGHT)]
            size = {'image_width': WIDTH, 'image_height': HEIGHT}
            self._faces.publish(FaceEmotionArray(header=header, faces=faces, **size))
        for cue in cues:
            if cue.say:
                text = ground_truth_text(cue.sentiment, stamp_s)
                msg = TextSentiment(
                    header=header,
                    sentiment=int(cue.sentiment),
                    sentiment_probabilities=list(text.sentiment),
                    emotion_probabilities=list(text.emotion),
                    quality=text.quality,
                )
                self._text.publish(msg)
            if cue.voice is not Emotion.UNKNOWN:
                voice = ground_truth_voice(cue.voice, stamp_s)
                self._voice.publish(evidence_to_msg(voice))


class _StateOutput(_Output):
    """The expected states in place of fusion_node."""

    def __init__(self, node: Node, storyboard: Storyboard) -> None:
        self._states = node.create_publisher(EmotionState, 'emotion_state', QUEUE_DEPTH)
        super().__init__(storyboard, self._states)

    def publish(self, t_s: float, cues: Sequence[Cue], stamp_s: float) -> None:
        del cues  # the expectations contain their effect
        state = ground_truth_state(self._storyboard, t_s, stamp_s)
        self._states.publish(state_to_msg(state, stamp_s))


_OUTPUTS: dict[str, Callable[[Node, Storyboard, Path], _Output]] = {
    FRAMES: _FramesOutput,
    MODALITIES: lambda node, storyboard, _: _ModalitiesOutput(node, storyboard),
    STATE: lambda node, storyboard, _: _StateOutput(node, storyboard),
}


def main(args: list[str] | None = None) -> int:
    """Run the node until it is asked to stop."""
    return run([DemoSourceNode], args)


if __name__ == '__main__':
    raise SystemExit(main())
