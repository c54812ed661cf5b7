# SPDX-License-Identifier: MIT
"""Cameras and recognisers as they are found: the doctor names the cause, its remedy helps.

Each case publishes one fault, reads the first finding, follows its remedy by the letter and waits
until the fault is gone.
"""

import re
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any

import cv2
import numpy as np
import pytest
from builtin_interfaces.msg import Time
from rclpy.duration import Duration
from rclpy.lifecycle import LifecycleNode
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, qos_profile_sensor_data
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Bool, Header, String
from std_srvs.srv import SetBool

from consult import examine
from emotion_ros.core.graph.checks import diagnose
from emotion_ros.core.graph.snapshot import Kind, Severity
from emotion_ros.msg import EmotionState
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.graph import graph_survey
from emotion_ros.nodes.graph.remedies import remedy
from emotion_ros.nodes.sentiment_node import SentimentNode
from emotion_ros.nodes.vision_node import VisionNode
from emotion_ros.srv import SetPrivacy
from fakes import (
    HappyFaceClassifier,
    KeywordTextEngine,
    face_pipeline_factory,
    text_pipeline_factory,
)
from graph import Graph
from stills import bright_square

CAMERA = '/camera/image_raw'
SIM_S, YEAR_S = 100.0, 3.15e7
VISION, FUSION = ('image_transport', 'max_age'), ('vision_timeout', 'face_fresh_for')
Publish = Callable[[], None]
WORDS_AND_MUTE = ((String, 'speech'), (Bool, 'mute'))
SHAPE = {'height': 120, 'width': 160, 'step': 480}


@dataclass
class World:
    """What a case can publish with, and what its remedies change."""

    graph: Graph
    rig: Node
    fixed: bool = False
    """Whether a change was made to the source itself."""
    clocks: Any = None
    _sim_ticks: Any = field(default_factory=count)

    def camera(self, topic: str, msg_type: type = Image) -> Any:
        return self.rig.create_publisher(msg_type, topic, 1)

    def now_s(self) -> float:
        return self.rig.get_clock().now().nanoseconds / 1e9

    def tick(self, now_s: float | None = None) -> float:
        """Publish the next time of a simulation, or this time, and return it."""
        if self.clocks is None:
            self.clocks = self.rig.create_publisher(Clock, '/clock', 1)
        if now_s is None:
            now_s = SIM_S + next(self._sim_ticks) / 15.0
        self.clocks.publish(Clock(clock=stamp(now_s)))
        return now_s


def stamp(seconds: float) -> Time:
    return Time(sec=int(seconds), nanosec=int(seconds % 1 * 1e9))


def picture(stamp_s: float, encoding: str = 'bgr8', **changes: Any) -> Image:
    """Return a picture with a rough bright square, which fakes take for a face."""
    pixels = cv2.cvtColor(bright_square(), cv2.COLOR_GRAY2BGR)
    height, width, _ = pixels.shape
    msg = Image(height=height, width=width, step=3 * width, encoding=encoding)
    msg.header.stamp, msg.data = stamp(stamp_s), array('B', pixels.tobytes())
    for name, value in changes.items():
        setattr(msg, name, value)
    return msg


def jpeg(stamp_s: float) -> CompressedImage:
    raw = picture(stamp_s)
    pixels = np.frombuffer(raw.data, np.uint8).reshape(raw.height, raw.width, 3)
    msg = CompressedImage(header=raw.header, format='jpeg')
    msg.data = array('B', cv2.imencode('.jpg', pixels)[1].tobytes())
    return msg


def raw_on(topic: str, **changes: Any) -> Callable[[World], Publish]:
    """Return a camera of raw images; ``changes`` are its faults, gone once it is fixed."""

    def start(world: World) -> Publish:
        camera = world.camera(topic)
        return lambda: camera.publish(picture(world.now_s(), **({} if world.fixed else changes)))

    return start


def jpeg_on(topic: str) -> Callable[[World], Publish]:
    def start(world: World) -> Publish:
        camera = world.camera(topic, CompressedImage)
        return lambda: camera.publish(jpeg(world.now_s()))

    return start


def late_by(age_s: float) -> Callable[[World], Publish]:
    """Return a camera whose stamps are behind the clock; ahead of it when negative."""

    def start(world: World) -> Publish:
        camera = world.camera(CAMERA)
        late = lambda: 0.0 if world.fixed else age_s  # noqa: E731
        return lambda: camera.publish(picture(world.now_s() - late()))

    return start


def bag(world: World) -> Publish:
    """Return a recording of last year, which is played with its clock once it is fixed."""
    camera = world.camera(CAMERA)

    def publish() -> None:
        recorded_s = world.now_s() - YEAR_S
        if world.fixed:
            world.tick(recorded_s)
        camera.publish(picture(recorded_s))

    return publish


def in_simulation(world: World) -> Publish:
    """Return a simulator with its /clock."""
    camera = world.camera(CAMERA)
    return lambda: camera.publish(picture(world.tick()))


def beside_simulation(world: World) -> Publish:
    """Return a camera on the wall clock, while there is a /clock."""
    camera = world.camera(CAMERA)

    def publish() -> None:
        world.tick()
        camera.publish(picture(world.now_s()))

    return publish


def paused(world: World) -> Publish:
    """Return a bag that is paused: the clock stands still and no image comes."""
    camera = world.camera(CAMERA)
    first_s = world.tick()

    def publish() -> None:
        if world.fixed:
            camera.publish(picture(world.tick()))
        else:
            world.clocks.publish(Clock(clock=stamp(first_s)))

    return publish


def managed(world: World) -> Publish:
    """Return a managed camera that is configured and not activated."""
    node = world.graph.add(partial(LifecycleNode, 'usb_cam'))
    camera = node.create_lifecycle_publisher(Image, CAMERA, 1)
    node.trigger_configure()

    def publish() -> None:
        if world.fixed and not camera.is_activated:
            node.trigger_activate()
        camera.publish(picture(world.now_s()))

    return publish


def encoded(world: World) -> Publish:
    """Return a camera that has only a transport which needs a decoder, and that decoder."""
    world.camera(f'{CAMERA}/ffmpeg', String)
    decoders: list[Any] = []

    def publish() -> None:
        if world.fixed and not decoders:
            decoders.append(world.camera(CAMERA))
        for decoder in decoders:
            decoder.publish(picture(world.now_s()))

    return publish


def words_to_an_empty_room(world: World) -> Publish:
    """Return a camera that sees nobody, and a recogniser on a muted microphone."""
    camera = world.camera(CAMERA)
    dim = np.tile(np.linspace(8, 40, 160)[None, :, None], (120, 1, 3)).astype(np.uint8)
    words, mute = (world.rig.create_publisher(*each, 1) for each in WORDS_AND_MUTE)
    said = count(1)  # the first words come long after the first mute: topics have no common order

    def publish() -> None:
        camera.publish(picture(world.now_s(), data=array('B', dim.tobytes()), **SHAPE))
        if not world.fixed:
            mute.publish(Bool(data=True))
        if mute.get_subscription_count() and (number := next(said)) % 8 == 0:
            words.publish(String(data=f'so happy {number}'))

    return publish


@dataclass(frozen=True)
class Case:
    """A fault: what publishes, what the nodes are given, and what the doctor has to say first."""

    start: Callable[[World], Publish]
    what: str
    image: str = CAMERA
    parameters: dict[str, Any] = field(default_factory=dict)
    enabled: bool = True
    mode: int = SetPrivacy.Request.FULL
    severity: Severity = Severity.PROBLEM
    keeps_nodes: bool = False

    @property
    def lasts(self) -> bool:
        """Whether the nodes go on: starting them anew would end the fault by itself."""
        is_paused = self.mode != SetPrivacy.Request.FULL
        return self.keeps_nodes or not self.enabled or is_paused


CASES = {
    'only compressed, under another name': Case(
        jpeg_on('/usb_cam/image_raw/compressed'), 'there is /usb_cam/image_raw/compressed'
    ),
    'only compressed, raw wanted': Case(
        jpeg_on(f'{CAMERA}/compressed'),
        f'no node publishes {CAMERA}; there is {CAMERA}/compressed',
        parameters={'image_transport': 'raw'},
    ),
    'a name without compressed': Case(jpeg_on('/camera/jpeg'), 'there is /camera/jpeg'),
    'ffmpeg': Case(encoded, f'there is {CAMERA}/ffmpeg, which needs a decoder'),
    'depth first': Case(
        lambda world: (
            world.camera('/cam/aligned_depth_to_color/image_raw')
            and raw_on('/cam/color/image_raw')(world)
        ),
        'there is /cam/color/image_raw, /cam/aligned_depth_to_color/image_raw',
    ),
    'managed': Case(managed, 'usb_cam announces it but nothing arrives; it is a managed node'),
    '32FC1': Case(
        raw_on(CAMERA, encoding='32FC1'), 'messages are refused: unsupported_encoding (32FC1'
    ),
    'a bag without --clock': Case(bag, 's behind the clock here'),
    'late for both': Case(late_by(1.6), 'behind the clock here'),
    'late for the fusion': Case(
        late_by(1.6), 'fusion_node could not use', parameters={'max_age': 5.0}
    ),
    'power-on': Case(
        lambda world: raw_on(CAMERA, header=Header(stamp=Time(sec=60)))(world),
        'stamps do not count from 1970',
    ),
    'simulation': Case(in_simulation, 'stamps are those of /clock'),
    'beside a simulation': Case(
        beside_simulation,
        'stamps are those of the wall clock',
        parameters={'use_sim_time': True},
    ),
    'paused': Case(paused, 'the clock stands still', parameters={'use_sim_time': True}),
    'switched off': Case(raw_on(CAMERA), 'vision_node is switched off', enabled=False),
    'everybody paused': Case(
        raw_on(CAMERA),
        'at last PAUSED',
        mode=SetPrivacy.Request.PAUSED,
        severity=Severity.NOTE,
    ),
    'muted': Case(
        words_to_an_empty_room,
        'messages are refused: muted',
        severity=Severity.NOTE,
        keeps_nodes=True,
    ),
}


class Nodes:
    """The nodes of this package, started with launch arguments and parameters."""

    def __init__(self, graph: Graph, image: str, **parameters: Any) -> None:
        self._graph = graph
        arguments = ['--ros-args', '-r', f'image:={image}']
        both = {k: v for k, v in parameters.items() if k == 'use_sim_time'}
        vision = both | {k: v for k, v in parameters.items() if k in VISION}
        fusion = both | {k: v for k, v in parameters.items() if k in FUSION}
        self.vision = graph.add(
            partial(VisionNode, cli_args=arguments),
            face_pipeline_factory(HappyFaceClassifier()),
            min_face_px=8,
            detect_every=1,
            **vision,
        )
        text = graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine()), **both)
        self._all = [self.vision, text, graph.add(FusionNode, **fusion)]

    def stop(self) -> None:
        for node in self._all:
            self._graph.remove(node)


def follow(text: str, case: Case, world: World) -> tuple[str, dict[str, Any]]:
    """Do the first that a remedy offers; return image_topic and parameters to start again."""
    text = re.split('[;,] or ', text)[0]
    given = dict(re.findall(r'(\w+):=(\S+)', text))
    image = given.get('image_topic', case.image)
    parameters = {k: v for k, v in case.parameters.items() if k != 'image_transport'}
    if 'image_transport' in case.parameters:
        parameters['image_transport'] = given.get(
            'image_transport', case.parameters['image_transport']
        )
    elif 'image_transport' in given:
        parameters['image_transport'] = given['image_transport']
    if 'use_sim_time' in given:
        parameters['use_sim_time'] = given['use_sim_time'].strip(';,') == 'true'
    values = re.findall(r'(max_age|vision_timeout|face_fresh_for): ([\d.]+\d)', text)
    parameters |= {name: float(value) for name, value in values}
    called = re.findall(r'ros2 service call (\S+) std_srvs/srv/SetBool "\{data: true\}"', text)
    for service in called:
        assert world.graph.call(SetBool, service, SetBool.Request(data=True)).success
    for service, mode in re.findall(r'service call (\S+) \S+/SetPrivacy .*mode: (\d)', text):
        everybody = SetPrivacy.Request(mode=int(mode))
        assert world.graph.call(SetPrivacy, service, everybody).success
    for topic, value in re.findall(r'pub --once (\S+) \S+/Bool "\{data: (\w+)\}"', text):
        world.rig.create_publisher(Bool, topic, 1).publish(Bool(data=value == 'true'))
    world.fixed = True  # what is to be done at the source: driver, player, decoder
    return image, parameters


@pytest.mark.parametrize('name', CASES)
def test_the_doctor_names_the_cause_first_and_its_remedy_helps(graph, rig, monkeypatch, name):
    monkeypatch.setattr(graph_survey, 'SETTLED_S', 0.6)
    monkeypatch.setattr(graph_survey, 'LEAST_S', 1.2)
    case, world = CASES[name], World(graph, rig)
    words = rig.create_publisher(String, 'speech', 10)
    publish = case.start(world)
    nodes = Nodes(graph, case.image, **case.parameters)
    if not case.enabled:
        graph.call(SetBool, '/vision_node/enable', SetBool.Request(data=False))
    if case.mode != SetPrivacy.Request.FULL:
        graph.call(SetPrivacy, '/fusion_node/set_privacy', SetPrivacy.Request(mode=case.mode))
    snapshot = examine(graph, publish, seconds=0.0)
    found = diagnose(snapshot)
    assert case.what in found[0].what
    assert found[0].severity is case.severity
    simulated = bool(case.parameters.get('use_sim_time'))
    image, parameters = follow(remedy(found[0], use_sim_time=simulated), case, world)
    states = graph.listen(EmotionState, 'emotion_state')
    if not case.lasts:
        nodes.stop()
        graph.monitor.expect_jump()
        nodes = Nodes(graph, image, **parameters)

    is_gone = lambda: any(state.label == 'happy' for state in states)  # noqa: E731
    graph.until(is_gone, 'an emotion', publish=publish)
    assert words.get_subscription_count() >= 0


@pytest.mark.parametrize(
    ('policy', 'qos'),
    [
        ('', QoSProfile(depth=1)),
        ('', qos_profile_sensor_data),
        ('transient local', QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)),
        ('a deadline', QoSProfile(depth=1, deadline=Duration(seconds=0.2))),
    ],
)
def test_a_controller_that_cannot_receive_the_states_is_named(
    graph, rig, monkeypatch, policy, qos
):
    """Sources: py_trees_ros (latched subscribers), ros2/rclcpp 2499."""
    monkeypatch.setattr(graph_survey, 'SETTLED_S', 0.6)
    monkeypatch.setattr(graph_survey, 'LEAST_S', 1.2)
    Nodes(graph, CAMERA)
    rig.create_subscription(EmotionState, 'emotion_state', print, qos)
    found = diagnose(examine(graph, raw_on(CAMERA)(World(graph, rig)), seconds=0.0))
    named = [f for f in found if f.kind is Kind.UNMATCHED_SUBSCRIBER]
    expected = f'/emotion_state: /rig asks for {policy} and receives nothing'
    assert [f.what for f in named] == ([expected] if policy else [])


def test_a_bag_that_is_played_beside_the_nodes_is_named_until_it_stops(graph, rig, monkeypatch):
    monkeypatch.setattr(graph_survey, 'SETTLED_S', 0.6)
    monkeypatch.setattr(graph_survey, 'LEAST_S', 1.2)
    publish = raw_on(CAMERA)(World(graph, rig))
    Nodes(graph, CAMERA)
    player = graph.add(partial(Node, 'rosbag2_player'))
    player.create_publisher(EmotionState, 'emotion_state', 10)
    found = diagnose(examine(graph, publish, seconds=0.0))[0]
    assert found.what.startswith('/emotion_state has 2 publishers (/fusion_node, /rosbag2_player)')
    assert found.severity is Severity.PROBLEM
    assert remedy(found).startswith('stop one of them')
    graph.remove(player)
    after = diagnose(examine(graph, publish, seconds=0.0))
    assert not any('emotion_context' in f.what for f in after)  # is not meant to be speech
    assert [f.what for f in after if f.severity is Severity.PROBLEM] == []
