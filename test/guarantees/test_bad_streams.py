# SPDX-License-Identifier: MIT
"""Promises 14 to 16: streams of garbage, bytes that are no message, and views without a face."""

import os
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import cv2
import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from numpy.typing import NDArray
from rclpy.serialization import serialize_message
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Bool, String

from emotion_ros.demo.frame_renderer import FrameRenderer
from emotion_ros.demo.storyboard import Cue, Picture, Storyboard, View
from emotion_ros.demo.storyboard_file import packaged_storyboard
from emotion_ros.msg import (
    EmotionEvidence,
    EmotionState,
    EmotionStateArray,
    FaceEmotionArray,
    TextSentiment,
)
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.messages.stamps import seconds_to_stamp
from emotion_ros.nodes.messages.to_msg import bgr_to_msg
from emotion_ros.nodes.sentiment_node import SentimentNode
from emotion_ros.nodes.vision_node import VisionNode
from emotion_ros.sandbox.processes import Program
from fakes import (
    HappyFaceClassifier,
    KeywordTextEngine,
    face_pipeline_factory,
    text_pipeline_factory,
)
from graph import Graph, diagnostics_of
from lengths import length
from running import pipeline
from stills import Camera, bright_square, still

PORTRAIT = 'demo/astronaut.jpg'
ONES = b'\xff' * 40


def test_promise_14_garbage_hides_no_good_image_and_fills_no_log(graph, figure):
    """Red when VisionNode.accept does not validate, or when a rejected image is logged."""
    seconds, good_fps, bad_for_good = length(10.0, 3.0), 10.0, 20
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    diagnostics = graph.listen(DiagnosticArray, '/diagnostics')
    with pipeline(graph) as running:
        good = Camera(graph, bright_square(), good_fps)
        graph.until(lambda: faces, 'the first answer')
        good.stop()
        before = settled_counts(graph, diagnostics)
        lines_before = printed_lines(running.program)
        faces.clear()
        good.shown_s.clear()
        camera = graph.publisher(Image, 'image', 1)
        garbage = cycle([*(malformed() * bad_for_good)[:bad_for_good], None])

        def film() -> None:
            bad = next(garbage)
            good.show() if bad is None else camera.publish(now(graph, bad))

        timer = graph.tester.create_timer(1.0 / (good_fps * (bad_for_good + 1)), film)
        graph.until(lambda: len(good.shown_s) >= seconds * good_fps, 'all images', 60.0)
        graph.tester.destroy_timer(timer)
        counts = settled_counts(graph, diagnostics) - before
        lines = printed_lines(running.program) - lines_before
    refused = sum(n for key, n in counts.items() if key.startswith('rejected.'))
    share = len(faces) / len(good.shown_s)
    figure('good images answered', 100 * share, '%')
    figure('garbage refused', refused / seconds, 'a second')
    figure('lines in the log', lines / seconds, 'a second')
    # The short form runs where others take the processor.
    assert refused > length(5.0, 0.5) * good_fps * seconds
    assert counts['received'] - refused <= len(good.shown_s)  # garbage takes nobody's place
    assert counts['processed'] >= length(0.95, 0.5) * (counts['received'] - refused)
    assert share >= length(0.95, 0.0)
    assert lines <= 2 * seconds


def settled_counts(graph: Graph, diagnostics: list[DiagnosticArray]) -> Counter[str]:
    """Return what the vision node has counted a second from now."""
    seen = len(diagnostics)
    graph.until(lambda: len(diagnostics) >= seen + 6, 'two reports of each node')
    values = diagnostics_of(diagnostics, 'vision_node')
    return Counter({key: int(value) for key, value in values.items() if value.isdecimal()})


def printed_lines(program: Program) -> int:
    """Return how many lines a program has printed."""
    file = program.output.fileno()
    return os.pread(file, os.fstat(file).st_size, 0).count(b'\n')


def malformed() -> list[Image]:
    """Return images of which each lacks something."""
    images = []
    for changes in ({'step': 3}, {'width': 0}, {'encoding': 'x'}, {'height': 2**32 - 1}, {}):
        msg = still(bright_square(), seconds_to_stamp(0.0))
        msg.data = array('B', b'123')
        for name, value in changes.items():
            setattr(msg, name, value)
        images.append(msg)
    return images


def now(graph: Graph, msg: Any) -> Any:
    """Return a message stamped now."""
    msg.header.stamp = graph.tester.get_clock().now().to_msg()
    return msg


def good_image(graph: Graph) -> Image:
    """Return an image with a face."""
    return now(graph, still(bright_square(), seconds_to_stamp(0.0)))


def good_file(graph: Graph) -> CompressedImage:
    """Return the same as a JPEG."""
    data = cv2.imencode('.jpg', bright_square())[1]
    return now(graph, CompressedImage(format='jpeg', data=array('B', data.tobytes())))


def good_evidence(graph: Graph) -> EmotionEvidence:
    """Return what a voice sounds like."""
    p = [0.01] * 5 + [0.94, 0.01]
    return now(graph, EmotionEvidence(modality='voice', probabilities=p, quality=1.0))


def good_text(graph: Graph) -> TextSentiment:
    """Return glad words."""
    report = TextSentiment(sentiment=2, confidence=0.96, quality=1.0)
    report.sentiment_probabilities = [0.02, 0.02, 0.96]
    report.emotion_probabilities = [1 / 7] * 7
    return now(graph, report)


def is_muted(report: DiagnosticArray) -> bool:
    """Return whether a node says that it is muted."""
    return any(v.key == 'muted' and v.value == 'true' for s in report.status for v in s.values)


@dataclass(frozen=True)
class Door:
    """Who listens, what is a good message, and how one sees that it was handled."""

    add: Callable[[Graph], object]
    good: Callable[[Graph], Any]
    output: str
    kind: type
    shows: Callable[[Any], object]


def vision(graph: Graph, **parameters: Any) -> None:
    """Start a vision node that takes what is bright for a face."""
    graph.add(
        VisionNode, face_pipeline_factory(HappyFaceClassifier()), min_face_px=8, **parameters
    )


def sentiment(graph: Graph) -> None:
    """Start a sentiment node that knows two words."""
    graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine()))


def fusion(graph: Graph, **parameters: Any) -> None:
    """Start a fusion node."""
    graph.add(FusionNode, **parameters)


FACES = ('emotion/faces', FaceEmotionArray)
STATE = ('emotion_state', EmotionState)
DOORS = {
    'image': Door(vision, good_image, *FACES, lambda m: m.faces),
    'image/compressed': Door(
        lambda graph: vision(graph, image_transport='compressed'),
        good_file,
        *FACES,
        lambda m: m.faces,
    ),
    'speech': Door(
        sentiment,
        lambda _: String(data='I am so happy today!'),
        'emotion/text',
        TextSentiment,
        lambda m: m.sentiment == m.POSITIVE,
    ),
    'mute': Door(sentiment, lambda _: Bool(data=True), '/diagnostics', DiagnosticArray, is_muted),
    'emotion/faces': Door(
        fusion,
        lambda graph: now(graph, FaceEmotionArray()),
        *STATE,
        lambda m: m.status == m.STATUS_NO_PERSON,
    ),
    'emotion/text': Door(fusion, good_text, *STATE, lambda m: m.evidence),
    'emotion/evidence': Door(fusion, good_evidence, *STATE, lambda m: m.evidence),
    '/clock': Door(
        lambda graph: fusion(graph, use_sim_time=True),
        lambda _: Clock(clock=seconds_to_stamp(1000.0)),
        *STATE,
        lambda m: m.header.stamp.sec == 1000,
    ),
}


@pytest.mark.parametrize('topic', DOORS)
def test_promise_15_bytes_that_are_no_message_pass_by(graph, topic):
    """Red when a subscription is made with raw=True: then any bytes reach the callback."""
    door = DOORS[topic]
    door.add(graph)
    heard = graph.listen(door.kind, door.output)
    good = door.good(graph)
    publisher = graph.publisher(type(good), topic)
    whole = serialize_message(good)
    for garbage in (b'', whole[:4], whole[: len(whole) // 2], whole[:-1], ONES[: len(whole)]):
        publisher.publish(garbage)

    handled = lambda: any(door.shows(msg) for msg in heard)  # noqa: E731
    again = lambda: publisher.publish(door.good(graph))  # noqa: E731
    graph.until(handled, f'the next good message on {topic}', publish=again)
    assert graph.errors == []


NOISE = np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)
VIEWS: list[tuple[str, NDArray[np.uint8] | View, int]] = [
    ('black', np.zeros((480, 640, 3), np.uint8), 0),
    ('white', np.full((480, 640, 3), 255, np.uint8), 0),
    ('noise', NOISE, 0),
    ('nobody', View(()), 0),
    ('two', View((Picture(PORTRAIT, 20, 60, 360), Picture(PORTRAIT, 400, 120, 220))), 2),
    ('border', View((Picture(PORTRAIT, -150, 60, 360),)), 1),
]


@pytest.mark.parametrize(('name', 'view', 'most'), VIEWS, ids=[name for name, _, _ in VIEWS])
def test_promise_16_every_view_has_its_outcome(graph, name, view, most):
    """Red when Fusion._idle_state is always NO_INPUT, or FocusSelector takes the smallest."""
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    states = graph.listen(EmotionState, 'emotion_state')
    everybody = graph.listen(EmotionStateArray, 'emotion_states')
    graph.add(VisionNode)
    graph.add(FusionNode)
    camera = graph.publisher(Image, 'image')
    image = painted(view) if isinstance(view, View) else view

    def show() -> None:
        camera.publish(bgr_to_msg(image, graph.tester.get_clock().now().to_msg(), 'camera'))

    def shown() -> object:
        return len(faces) >= 5 and states and everybody and settled(faces[-1])

    def settled(last: FaceEmotionArray) -> bool:
        return len(everybody[-1].states) == max(len(last.faces), 1)

    graph.until(shown, 'five answers and what the fusion makes of them', publish=show)
    found = faces[-1].faces
    assert graph.errors == [] and {f.status for f in faces} == {FaceEmotionArray.STATUS_OK}
    assert len(found) <= most and (name == 'border' or len(found) == most)
    for face in found:
        assert all(0.0 <= x <= 1.0 for x in face.box_xyxy)
    if not found:
        graph.until(lambda: states[-1].status == EmotionState.STATUS_NO_PERSON, 'an empty room')
        assert states[-1].person_id == ''
        assert states[-1].not_actionable_reason == 'no_person'
    else:
        graph.until(lambda: bool(states[-1].person_id), 'somebody in view')
    if len(found) == 2:
        largest = max(found, key=lambda face: face.box_xyxy[3] - face.box_xyxy[1])
        assert states[-1].person_id == f'face_{largest.face_id}'


def painted(view: View) -> NDArray[np.uint8]:
    """Return what a camera sees of it."""
    portrait = Cue(0.0, show=View((Picture(PORTRAIT, 0, 0, 360),)))
    story = Storyboard((portrait, Cue(1.0, show=view)))
    return FrameRenderer(story, packaged_storyboard().parent).render(view, 0)
