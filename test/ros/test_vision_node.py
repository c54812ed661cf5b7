# SPDX-License-Identifier: MIT
"""vision_node over real DDS: every frame answered, bad ones counted, failures reported."""

from array import array
from functools import partial

import cv2
import numpy as np
import pytest
from rcl_interfaces.msg import Log
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CompressedImage, Image
from std_srvs.srv import SetBool

from emotion_ros.core.graph.snapshot import InputTopic
from emotion_ros.errors import InvalidInput
from emotion_ros.msg import FaceEmotionArray
from emotion_ros.nodes.vision_node import VisionNode
from fakes import FaultSequence, HappyFaceClassifier, face_pipeline_factory
from graph import Graph

OK, DISABLED = 0, 1


def image_now(graph: Graph, spot: bool = True, **changes) -> Image:
    """Return a black picture, with a bright square in it if wanted, stamped now."""
    pixels = np.zeros((48, 64, 3), np.uint8)
    if spot:
        pixels[10:34, 20:44] = 200
    data = array('B')
    data.frombytes(pixels.tobytes())
    msg = Image(height=48, width=64, encoding='bgr8', step=192, data=data)
    msg.header.stamp = graph.tester.get_clock().now().to_msg()
    msg.header.frame_id = 'camera_optical_frame'
    for name, value in changes.items():
        setattr(msg, name, value)
    return msg


def start(graph: Graph, faults: FaultSequence | None = None, **parameters) -> VisionNode:
    """Start a vision node whose network says happy."""
    options = {'min_face_px': 8, 'detect_every': 1, **parameters}
    return graph.add(
        VisionNode,
        face_pipeline_factory(HappyFaceClassifier(faults or FaultSequence())),
        **options,
    )


def answer(graph: Graph, publisher, faces: list, msg: Image) -> FaceEmotionArray:
    """Publish one frame and return what is said of it."""
    publisher.publish(msg)
    same = lambda: [f for f in faces if f.header.stamp == msg.header.stamp]  # noqa: E731
    return graph.until(same, 'the answer to a frame')[0]


@pytest.mark.parametrize(('spot', 'count'), [(False, 0), (True, 1)])
def test_every_frame_is_answered_also_an_empty_one(graph, spot, count):
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    start(graph)
    publisher = graph.publisher(Image, 'image')
    said = answer(graph, publisher, faces, image_now(graph, spot))
    assert (said.status, len(said.faces)) == (OK, count)
    assert (said.image_width, said.image_height) == (64, 48)
    assert said.header.frame_id == 'camera_optical_frame'
    assert said.inference_time > 0.0


def test_a_face_is_described(graph):
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    start(graph)
    face = answer(graph, graph.publisher(Image, 'image'), faces, image_now(graph)).faces[0]
    assert (face.face_id, face.emotion) == (1, 3)
    assert face.box_xyxy == pytest.approx([20 / 64, 10 / 48, 44 / 64, 34 / 48], abs=1e-6)
    assert face.confidence == pytest.approx(0.94)
    assert face.valence > 0.5
    assert face.detection_score == pytest.approx(0.9)


def test_promise_51_an_image_without_a_stamp_gets_the_time_of_receipt(graph):
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    start(graph)
    publisher = graph.publisher(Image, 'image')
    msg = image_now(graph)
    sent_sec = msg.header.stamp.sec
    msg.header.stamp.sec = msg.header.stamp.nanosec = 0
    publisher.publish(msg)
    said = graph.until(lambda: faces, 'an answer')[0]
    assert 0 <= said.header.stamp.sec - sent_sec < 20


def test_the_age_of_a_refused_image_is_that_at_its_receipt(graph):
    node = start(graph)
    msg = image_now(graph)
    stamp_s = msg.header.stamp.sec + msg.header.stamp.nanosec * 1e-9
    node.refused = (InvalidInput('bad_step', 'step: too small'), msg, stamp_s + 0.25)
    described, words = node.describe_refused(InputTopic('/image', 'sensor_msgs/msg/Image'))
    assert described.age_s == pytest.approx(0.25, abs=1e-5)
    assert words.endswith('too small, bgr8, 64x48')


@pytest.mark.parametrize('depth', [1, 10])
@pytest.mark.parametrize('durability', ['VOLATILE', 'TRANSIENT_LOCAL'])
@pytest.mark.parametrize('reliability', ['BEST_EFFORT', 'RELIABLE'])
def test_promise_43_every_kind_of_camera_is_heard(graph, depth, durability, reliability):
    """Red when LATEST_IMAGE is reliable."""
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    start(graph)
    qos = QoSProfile(
        depth=depth,
        durability=DurabilityPolicy[durability],
        reliability=ReliabilityPolicy[reliability],
    )
    publisher = graph.publisher(Image, 'image', qos)

    show = lambda: publisher.publish(image_now(graph))  # noqa: E731
    assert graph.until(lambda: faces, 'an answer', publish=show)[0].status == OK


def test_compressed_images(graph):
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    start(graph, image_transport='compressed')
    publisher = graph.publisher(CompressedImage, 'image/compressed')
    assert len(answer(graph, publisher, faces, jpeg_now(graph)).faces) == 1


def test_promise_41_a_hung_network_leaves_the_node_answering(graph):
    faults = FaultSequence('hang')
    node = start(graph, faults)
    publisher = graph.publisher(Image, 'image')
    publisher.publish(image_now(graph))
    graph.until(lambda: faults.calls, 'the hang')

    further = lambda: node.statistics.counts()['received'] >= 4  # noqa: E731
    graph.until(further, 'further images', publish=lambda: publisher.publish(image_now(graph)))
    assert node.statistics.counts()['dropped'] >= 1
    assert graph.call(SetBool, 'vision_node/enable', SetBool.Request(data=False)).success
    graph.remove(node)
    faults.released.set()
    assert faults.calls == 1


def test_switched_off_nothing_is_inferred(graph):
    faults = FaultSequence()
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    node = start(graph, faults)
    publisher = graph.publisher(Image, 'image')
    graph.call(SetBool, 'vision_node/enable', SetBool.Request(data=False))
    graph.until(lambda: faces and faces[-1].status == DISABLED, 'disabled')
    publisher.publish(image_now(graph))
    graph.until(lambda: node.statistics.counts()['received'] == 1, 'the image')
    told = len(faces)
    graph.until(lambda: len(faces) > told + 1, 'disabled, again')
    assert (faults.calls, {f.status for f in faces}) == (0, {DISABLED})
    graph.call(SetBool, 'vision_node/enable', SetBool.Request(data=True))
    assert answer(graph, publisher, faces, image_now(graph)).status == OK


def test_the_debug_image_is_made_only_for_a_subscriber(graph):
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    start(graph)
    publisher = graph.publisher(Image, 'image')
    answer(graph, publisher, faces, image_now(graph))
    pictures = graph.listen(Image, 'emotion/debug_image')

    show = lambda: publisher.publish(image_now(graph))  # noqa: E731
    picture = graph.until(lambda: pictures, 'the debug image', publish=show)[0]
    pixels = np.frombuffer(picture.data, np.uint8).reshape(48, 64, 3)
    assert (picture.encoding, picture.step) == ('bgr8', 192)
    assert pixels[10, 20:44].tolist().count([80, 220, 80]) > 10


@pytest.mark.parametrize(('fault', 'reason'), [('nan', 'bad_output'), ('raise', 'internal')])
def test_a_failure_is_reported_by_a_fixed_word(graph, fault, reason):
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    start(graph, FaultSequence(fault))
    publisher = graph.publisher(Image, 'image')

    show = lambda: publisher.publish(image_now(graph))  # noqa: E731
    failed = lambda: [f for f in faces if f.status == FaceEmotionArray.STATUS_ERROR]  # noqa: E731
    assert graph.until(failed, 'the failure', publish=show)[0].reason == reason


INFRARED = np.pad(np.full((24, 24), 900, np.uint16), ((10, 14), (20, 20)))  # 10 of 16 bits
SEMI_PLANAR = np.vstack([np.minimum(INFRARED, 200), np.full((24, 64), 128)]).astype(np.uint8)
ODD_IMAGES = [
    ('mono16', 128, INFRARED),
    ('16UC1', 128, INFRARED),
    ('nv12', 96, SEMI_PLANAR),
    ('rgb16', 384, INFRARED.repeat(3)),
]


@pytest.mark.parametrize(('encoding', 'step', 'pixels'), ODD_IMAGES)
def test_images_as_infrared_and_oak_cameras_send_them_are_seen(graph, encoding, step, pixels):
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    start(graph)
    publisher = graph.publisher(Image, 'image')
    data = array('B', pixels.tobytes())
    msg = image_now(graph, encoding=encoding, step=step, data=data)
    [face] = answer(graph, publisher, faces, msg).faces
    assert list(face.box_xyxy) == pytest.approx([20 / 64, 10 / 48, 44 / 64, 34 / 48], abs=0.02)


def test_a_jpeg_with_the_rest_of_an_older_one_behind_it_is_seen(graph):
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    start(graph, image_transport='compressed')
    publisher = graph.publisher(CompressedImage, 'image/compressed')
    msg = jpeg_now(graph)
    msg.data.extend(bytes(5_000) + b'\r\n')
    assert len(answer(graph, publisher, faces, msg).faces) == 1


def jpeg_now(graph: Graph) -> CompressedImage:
    """Return a picture with a bright square as JPEG, stamped now."""
    raw = image_now(graph)
    pixels = np.frombuffer(raw.data, np.uint8).reshape(48, 64, 3)
    msg = CompressedImage(header=raw.header, format='jpeg')
    msg.data = array('B', cv2.imencode('.jpg', pixels)[1].tobytes())
    return msg


# What is given for ``image``, the transport, and where the camera publishes which type.
BASE = '/usb_cam/image_raw'
CAMERAS = [
    (BASE, 'auto', BASE, Image),
    (BASE, 'auto', f'{BASE}/compressed', CompressedImage),
    (BASE, 'raw', BASE, Image),
    (BASE, 'compressed', f'{BASE}/compressed', CompressedImage),
    (f'{BASE}/compressed', 'auto', f'{BASE}/compressed', CompressedImage),
    (f'{BASE}/compressed', 'compressed', f'{BASE}/compressed', CompressedImage),
    (f'{BASE}/compressed', 'auto', BASE, Image),
    (f'{BASE}/theora', 'auto', BASE, Image),
    ('/camera/jpeg', 'auto', '/camera/jpeg', CompressedImage),
    ('/camera/jpeg', 'compressed', '/camera/jpeg', CompressedImage),
]


@pytest.mark.parametrize('is_late', [False, True])
@pytest.mark.parametrize(('given', 'transport', 'topic', 'msg_type'), CAMERAS)
def test_whatever_is_given_for_a_camera_its_images_are_taken(
    graph, rig, given, transport, topic, msg_type, is_late
):
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    if not is_late:
        camera = rig.create_publisher(msg_type, topic, 1)
    make = partial(VisionNode, cli_args=['--ros-args', '-r', f'image:={given}'])
    network = face_pipeline_factory(HappyFaceClassifier())
    graph.add(make, network, min_face_px=8, detect_every=1, image_transport=transport)
    if is_late:
        camera = rig.create_publisher(msg_type, topic, 1)

    def show() -> None:
        camera.publish(image_now(graph) if msg_type is Image else jpeg_now(graph))

    answered = lambda: [answer for answer in faces if answer.faces]  # noqa: E731
    assert graph.until(answered, 'an answer', publish=show)


def test_raw_images_are_taken_when_both_are_there_and_the_camera_may_start_later(graph):
    node = start(graph)
    graph.tester.create_publisher(CompressedImage, 'image/compressed', 1)
    graph.tester.create_publisher(Image, 'image', 1)
    graph.until(lambda: graph.tester.count_publishers('image') == 1, 'the camera')
    for _ in range(3):
        node.input.update()
    assert node.input.topic_name == '/image'


def test_the_choice_is_told_in_one_line(graph):
    said = graph.listen(Log, '/rosout', 100)
    node = start(graph)
    graph.tester.create_publisher(CompressedImage, 'image/compressed', 1)
    lines = lambda: [m.msg for m in said if m.name == 'vision_node']  # noqa: E731
    graph.until(lines, 'the line')
    graph.until(lambda: node.input.topic_name == '/image/compressed', 'the change')
    assert len(lines()) == 1
    assert lines()[0].startswith('/image/compressed (sensor_msgs/msg/CompressedImage) is taken')


def test_qos_of_the_camera_can_be_overridden(graph):
    overrides = {
        'qos_overrides./image.subscription.reliability': 'reliable',
        'qos_overrides./image.subscription.depth': 5,
    }
    nodes = [start(graph, **overrides), start(graph)]
    found = [node.input.qos for node in nodes]
    assert [(qos.reliability, qos.depth) for qos in found] == [
        (ReliabilityPolicy.RELIABLE, 5),
        (ReliabilityPolicy.BEST_EFFORT, 1),
    ]


def test_the_effort_can_be_changed_while_it_runs(graph):
    node = start(graph)
    changes = {'detect_every': 9, 'detect_width': 160, 'min_face_px': 40, 'max_fps': 5.0}
    results = node.set_parameters([Parameter(name, value=v) for name, v in changes.items()])
    assert all(result.successful for result in results)
    assert node._pipeline.config == node.config
    wanted = [node.is_wanted(None) for _ in range(3)]
    assert wanted == [True, False, False]
    node.set_parameters([Parameter('max_fps', value=0.0)])
    assert all(node.is_wanted(None) for _ in range(3))
