# SPDX-License-Identifier: MIT
"""Where a storyboard is played to: as raw input, as the two modalities, or as finished states."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from rclpy.node import Node
from sensor_msgs.msg import Image
from std_msgs.msg import Header, String

from emotion_ros.demo.config import FRAMES, MODALITIES
from emotion_ros.demo.frame_renderer import HEIGHT, WIDTH, ScenePainter
from emotion_ros.demo.ground_truth import ideal_faces, ideal_state, ideal_text
from emotion_ros.demo.storyboard import Cue, Storyboard
from emotion_ros.msg import EmotionState, FaceEmotionArray, TextSentiment
from emotion_ros.nodes.to_msg import bgr_to_msg, face_to_msg, seconds_to_stamp, state_to_msg

FRAME_ID = 'demo_camera'
QUEUE_DEPTH = 10


class Stage(Protocol):
    """Publishes what is due at one moment of the story."""

    def is_heard(self) -> bool:
        """Return whether every topic has a subscriber."""
        ...

    def play(self, t_s: float, cues: Sequence[Cue], stamp_s: float) -> None:
        """Publish the view at ``t_s`` and what is said in ``cues``, stamped ``stamp_s``."""
        ...


def make_stage(level: str, node: Node, storyboard: Storyboard, folder: Path) -> Stage:
    """Return the stage for a level of DemoConfig; pictures are looked up in ``folder``."""
    if level == FRAMES:
        return FramesStage(node, storyboard, folder)
    if level == MODALITIES:
        return ModalitiesStage(node, storyboard)
    return StateStage(node, storyboard)


class FramesStage:
    """A camera (``image``, bgr8) and a speech recogniser (``speech``).

    Reliable, so that best-effort and reliable subscribers are both served.
    """

    def __init__(self, node: Node, storyboard: Storyboard, folder: Path) -> None:
        self._storyboard = storyboard
        self._painter = ScenePainter(storyboard, folder)
        self._images = node.create_publisher(Image, 'image', 1)
        self._speech = node.create_publisher(String, 'speech', QUEUE_DEPTH)
        self._frame = 0

    def is_heard(self) -> bool:
        """Return whether image and words have a subscriber."""
        return all(p.get_subscription_count() for p in (self._images, self._speech))

    def play(self, t_s: float, cues: Sequence[Cue], stamp_s: float) -> None:
        """Publish a frame, unless the camera is off, and the words."""
        view = self._storyboard.view_at(t_s)
        if view.camera_on:
            self._frame += 1
            image = self._painter.paint(view, self._frame)
            self._images.publish(bgr_to_msg(image, seconds_to_stamp(stamp_s), FRAME_ID))
        for cue in cues:
            if cue.say:
                self._speech.publish(String(data=cue.say))


class ModalitiesStage:
    """Perfect vision and sentiment nodes: ``emotion/faces`` and ``emotion/text``."""

    def __init__(self, node: Node, storyboard: Storyboard) -> None:
        self._storyboard = storyboard
        self._faces = node.create_publisher(FaceEmotionArray, 'emotion/faces', QUEUE_DEPTH)
        self._text = node.create_publisher(TextSentiment, 'emotion/text', QUEUE_DEPTH)

    def is_heard(self) -> bool:
        """Return whether faces and text have a subscriber."""
        return all(p.get_subscription_count() for p in (self._faces, self._text))

    def play(self, t_s: float, cues: Sequence[Cue], stamp_s: float) -> None:
        """Publish the faces, unless the camera is off, and the tone of the words."""
        if self._storyboard.view_at(t_s).camera_on:
            self._faces.publish(self._faces_at(t_s, stamp_s))
        for cue in cues:
            if cue.say:
                self._text.publish(_text_msg(cue, stamp_s))

    def _faces_at(self, t_s: float, stamp_s: float) -> FaceEmotionArray:
        faces = ideal_faces(self._storyboard.view_at(t_s), WIDTH, HEIGHT)
        return FaceEmotionArray(
            header=_header(stamp_s),
            image_width=WIDTH,
            image_height=HEIGHT,
            faces=[face_to_msg(face) for face in faces],
        )


class StateStage:
    """A perfect fusion: ``emotion_state`` as the storyboard expects it."""

    def __init__(self, node: Node, storyboard: Storyboard) -> None:
        self._storyboard = storyboard
        self._states = node.create_publisher(EmotionState, 'emotion_state', QUEUE_DEPTH)

    def is_heard(self) -> bool:
        """Return whether the state has a subscriber."""
        return bool(self._states.get_subscription_count())

    def play(self, t_s: float, cues: Sequence[Cue], stamp_s: float) -> None:
        """Publish the expected state; it holds what the words should have done."""
        del cues
        state = ideal_state(self._storyboard, t_s, stamp_s)
        self._states.publish(state_to_msg(state, stamp_s))


def _text_msg(cue: Cue, stamp_s: float) -> TextSentiment:
    text = ideal_text(cue.sentiment, stamp_s)
    return TextSentiment(
        header=_header(stamp_s),
        sentiment=int(cue.sentiment),
        sentiment_probabilities=[float(p) for p in text.sentiment],
        emotion_probabilities=[float(p) for p in text.emotion],
        quality=float(text.quality),
    )


def _header(stamp_s: float) -> Header:
    return Header(stamp=seconds_to_stamp(stamp_s), frame_id=FRAME_ID)
