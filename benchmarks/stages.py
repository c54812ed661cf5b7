# SPDX-License-Identifier: MIT
"""Where the time of a frame goes, stage by stage, with the functions that the nodes call."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter

import numpy as np
from rclpy.node import Node
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import Image

from benchmarks.figure import Stage, to_stages
from emotion_ros.conversions.from_msg import msg_to_faces
from emotion_ros.core.fusion.card import load_fusion_card
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.fusion.fusion import Fusion
from emotion_ros.core.observations import TextObservation
from emotion_ros.core.state import EmotionState
from emotion_ros.msg import EmotionState as EmotionStateMsg
from emotion_ros.msg import FaceEmotionArray
from emotion_ros.nodes.image_decoder import make_decoder
from emotion_ros.nodes.to_msg import face_to_msg, seconds_to_stamp, state_to_msg
from emotion_ros.perception.face.pipeline import FacePipeline, FaceReport
from emotion_ros.perception.models.file import packaged_weights

STAGES = ('deserialise', 'decode', 'detect', 'classify', 'fuse', 'publish', 'search')
COUNT = 300
WARM_UP = 30
PERIOD_S = 1.0 / 30.0
WORDS_EVERY = 60
START_S = 1000.0
QUEUE_DEPTH = 10


class StagedRun:
    """Takes frames through all stages in one thread; ``times_s`` has a list for each stage.

    There are words, too, in what is fused. Publishers have a listener, so that they work.
    """

    def __init__(self, pipeline: FacePipeline, fusion: Fusion, node: Node) -> None:
        self.times_s: dict[str, list[float]] = {stage: [] for stage in STAGES}
        self._decode = make_decoder(pipeline.config)
        self._pipeline = pipeline
        self._fusion = fusion
        self._faces = node.create_publisher(FaceEmotionArray, 'emotion/faces', QUEUE_DEPTH)
        self._states = node.create_publisher(EmotionStateMsg, 'emotion_state', QUEUE_DEPTH)
        for publisher in (self._faces, self._states):
            node.create_subscription(
                publisher.msg_type, publisher.topic_name, lambda _: None, QUEUE_DEPTH
            )

    def take(self, frame: bytes, stamp_s: float) -> None:
        """Take one serialised image through."""
        with self._timed('deserialise'):
            msg = deserialize_message(frame, Image)
        with self._timed('decode'):
            image_bgr = self._decode(msg)
        report = self._pipeline.process(image_bgr, stamp_s)
        for stage, seconds in report.timings.items():
            self.times_s[stage].append(seconds)
        faces = faces_to_msg(report, stamp_s)
        with self._timed('fuse'):
            state = self._fuse(faces, stamp_s)
        with self._timed('publish'):
            self._faces.publish(faces_to_msg(report, stamp_s))
            self._states.publish(state_to_msg(state, stamp_s))
        with self._timed('search'):
            self._pipeline.catch_up()

    def hear(self, stamp_s: float) -> None:
        """Let the fusion have words to weigh."""
        words = TextObservation(stamp_s, sentiment=(0.1, 0.2, 0.7))
        self._fusion.add_text(words, stamp_s)

    def _fuse(self, faces: FaceEmotionArray, now_s: float) -> EmotionState:
        self._fusion.add_faces(msg_to_faces(faces), now_s)
        return self._fusion.states(now_s)[0]

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        began_s = perf_counter()
        yield
        self.times_s[stage].append(perf_counter() - began_s)


def measure_stages(
    pipeline: FacePipeline, config: FusionConfig, frames: Sequence[Image], node: Node
) -> list[Stage]:
    """Return what each stage takes per frame, after a warm-up."""
    fusion = Fusion(config, load_fusion_card(packaged_weights() / 'fusion.json'))
    run = StagedRun(pipeline, fusion, node)
    serialised = [serialize_message(frame) for frame in frames]
    for n in range(WARM_UP + COUNT):
        stamp_s = START_S + n * PERIOD_S
        if n % WORDS_EVERY == 0:
            run.hear(stamp_s)
        run.take(serialised[n % len(serialised)], stamp_s)
    return to_stages({name: 1e3 * np.array(t[WARM_UP:]) for name, t in run.times_s.items()})


def faces_to_msg(report: FaceReport, stamp_s: float) -> FaceEmotionArray:
    """Return what vision_node publishes."""
    msg = FaceEmotionArray(faces=[face_to_msg(face) for face in report.faces])
    msg.header.stamp = seconds_to_stamp(stamp_s)
    return msg
