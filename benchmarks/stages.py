# SPDX-License-Identifier: MIT
"""Time per frame of each stage, in one process, with the functions that the nodes call."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter

from rclpy.node import Node
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import Image

from benchmarks.figure import Figure, Stage, summarise, to_stages
from emotion_ros.conversions.from_msg import msg_to_faces
from emotion_ros.core.fusion.card import load_fusion_card
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.fusion.fusion import Fusion
from emotion_ros.core.observations import FaceObservation, FacesObservation, TextObservation
from emotion_ros.files.resources import packaged_weights
from emotion_ros.msg import EmotionState, FaceEmotionArray
from emotion_ros.nodes.image_decoder import make_decoder
from emotion_ros.nodes.to_msg import face_to_msg, seconds_to_stamp, state_to_msg
from emotion_ros.perception.face.pipeline import FacePipeline, FaceReport

STAGES = ('deserialise', 'decode', 'detect', 'classify', 'fuse', 'publish', 'search')
FRAMES, WARM_UP_FRAMES, TEXT_EVERY_FRAMES = 300, 30, 60
STEPS, WARM_UP_STEPS, TEXT_EVERY_STEPS = 1000, 100, 45
MAX_STEP_MS = 0.3
PERIOD_S = 1.0 / 30.0
START_S = 1000.0
QUEUE_DEPTH = 10
POSITIVE = (0.1, 0.2, 0.7)
HAPPY = FaceObservation(
    face_id=1,
    box_xyxy=(0.4, 0.4, 0.6, 0.6),
    detection_score=0.9,
    quality=0.9,
    probabilities=(0.02, 0.02, 0.02, 0.88, 0.02, 0.02, 0.02),
)


class StagedPipeline:
    """Processes frames through all stages in one thread.

    ``times_s`` has the times of each stage. The publishers have subscribers, so that publishing
    does its full work.
    """

    def __init__(self, pipeline: FacePipeline, fusion: Fusion, node: Node) -> None:
        self.times_s: dict[str, list[float]] = {stage: [] for stage in STAGES}
        self._decode = make_decoder(pipeline.config)
        self._pipeline = pipeline
        self._fusion = fusion
        self._faces = node.create_publisher(FaceEmotionArray, 'emotion/faces', QUEUE_DEPTH)
        self._states = node.create_publisher(EmotionState, 'emotion_state', QUEUE_DEPTH)
        for publisher in (self._faces, self._states):
            node.create_subscription(
                publisher.msg_type, publisher.topic_name, lambda _: None, QUEUE_DEPTH
            )

    def process(self, frame: bytes, stamp_s: float) -> None:
        """Process one serialised image."""
        with self._timed('deserialise'):
            msg = deserialize_message(frame, Image)
        with self._timed('decode'):
            image_bgr = self._decode(msg)
        report = self._pipeline.process(image_bgr, stamp_s)
        for stage, seconds in report.timings.items():
            self.times_s[stage].append(seconds)
        faces = faces_to_msg(report, stamp_s)
        with self._timed('fuse'):
            self._fusion.add_faces(msg_to_faces(faces), stamp_s)
            state = self._fusion.states(stamp_s)[0]
        with self._timed('publish'):
            self._faces.publish(faces_to_msg(report, stamp_s))
            self._states.publish(state_to_msg(state, stamp_s))
        with self._timed('search'):
            self._pipeline.run_deferred()

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        began_s = perf_counter()
        yield
        self.times_s[stage].append(perf_counter() - began_s)


def measure_stages(
    pipeline: FacePipeline, config: FusionConfig, frames: Sequence[Image], node: Node
) -> list[Stage]:
    """Return the time of each stage per frame, after a warm-up; text is fused as well."""
    fusion = make_fusion(config)
    staged = StagedPipeline(pipeline, fusion, node)
    serialised = [serialize_message(frame) for frame in frames]
    for n in range(WARM_UP_FRAMES + FRAMES):
        stamp_s = START_S + n * PERIOD_S
        if n % TEXT_EVERY_FRAMES == 0:
            fusion.add_text(TextObservation(stamp_s, sentiment=POSITIVE), stamp_s)
        staged.process(serialised[n % len(serialised)], stamp_s)
    return to_stages(
        {name: [1e3 * t for t in times[WARM_UP_FRAMES:]] for name, times in staged.times_s.items()}
    )


def measure_fusion_step(config: FusionConfig) -> Figure:
    """Return median and p95 of one fusion step (faces in, states out) without messages.

    There is text that has not expired in every step.
    """
    fusion = make_fusion(config)
    times_ms = []
    for step in range(WARM_UP_STEPS + STEPS):
        now_s = step * PERIOD_S
        if step % TEXT_EVERY_STEPS == 0:
            fusion.add_text(TextObservation(now_s, sentiment=POSITIVE), now_s)
        faces = FacesObservation(stamp_s=now_s, frame_id='camera', faces=(HAPPY,))
        began_s = perf_counter()
        fusion.add_faces(faces, now_s)
        fusion.states(now_s)
        times_ms.append(1e3 * (perf_counter() - began_s))
    return summarise('one step of the fusion', 'ms', times_ms[WARM_UP_STEPS:], limit=MAX_STEP_MS)


def make_fusion(config: FusionConfig) -> Fusion:
    """Return a fusion with the packaged weights."""
    return Fusion(config, load_fusion_card(packaged_weights() / 'fusion.json'))


def faces_to_msg(report: FaceReport, stamp_s: float) -> FaceEmotionArray:
    """Return the message that vision_node publishes for a frame."""
    msg = FaceEmotionArray(faces=[face_to_msg(face) for face in report.faces])
    msg.header.stamp = seconds_to_stamp(stamp_s)
    return msg
