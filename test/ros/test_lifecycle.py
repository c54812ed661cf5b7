# SPDX-License-Identifier: MIT
"""The nodes as managed nodes: what a lifecycle manager asks for, in every order, at any moment."""

import gc
import sys
import threading
import weakref
from collections.abc import Callable
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PointStamped
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
from rclpy.node import Node
from sensor_msgs.msg import Image
from std_msgs.msg import String
from std_srvs.srv import SetBool

from emotion_ros.demo.source_node import DemoSourceNode
from emotion_ros.errors import ConfigError, ModelError
from emotion_ros.msg import Audio, EmotionState, FaceEmotionArray, TextSentiment
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.sentiment_node import SentimentNode
from emotion_ros.nodes.vision_node import VisionNode
from emotion_ros.nodes.voice_node import VoiceNode
from emotion_ros.web.dashboard_node import DashboardNode
from fakes import (
    AngryVoiceClassifier,
    FaultSequence,
    HappyFaceClassifier,
    KeywordTextEngine,
    face_pipeline_factory,
    text_pipeline_factory,
    voice_pipeline_factory,
)
from graph import Graph, diagnostics_of
from lengths import length
from sounds import messages, syllables
from stills import bright_square, still

STEPS = int(length(1000, 25))
LABELS = ('configure', 'activate', 'deactivate', 'cleanup')
NEXT = {
    ('unconfigured', 'configure'): 'inactive',
    ('inactive', 'activate'): 'active',
    ('active', 'deactivate'): 'inactive',
    ('inactive', 'cleanup'): 'unconfigured',
}
IDS = {
    'configure': Transition.TRANSITION_CONFIGURE,
    'activate': Transition.TRANSITION_ACTIVATE,
    'deactivate': Transition.TRANSITION_DEACTIVATE,
    'cleanup': Transition.TRANSITION_CLEANUP,
}
STATUS_DISABLED = 1


class Recorded:
    """A factory that keeps weak references to what it made."""

    def __init__(self, make: Callable[..., Any]) -> None:
        self._make = make
        self.made: list[weakref.ref[Any]] = []

    def __call__(self, *args: Any) -> Any:
        """Make another one."""
        product = self._make(*args)
        self.made.append(weakref.ref(product))
        return product

    def alive(self) -> int:
        """Return how many are still held by anybody."""
        gc.collect()
        return sum(ref() is not None for ref in self.made)


def faces(faults: FaultSequence | None = None) -> Recorded:
    return Recorded(face_pipeline_factory(HappyFaceClassifier(faults or FaultSequence())))


NODES: dict[str, Callable[[], tuple[Any, tuple[Any, ...], dict[str, Any]]]] = {
    'vision_node': lambda: (VisionNode, (faces(),), {'min_face_px': 8, 'detect_every': 1}),
    'sentiment_node': lambda: (
        SentimentNode,
        (Recorded(text_pipeline_factory(KeywordTextEngine())),),
        {},
    ),
    'voice_node': lambda: (
        VoiceNode,
        (Recorded(voice_pipeline_factory(AngryVoiceClassifier())),),
        {'max_age': 60.0},
    ),
    'fusion_node': lambda: (FusionNode, (), {'modalities': ['voice']}),
    'demo_source': lambda: (DemoSourceNode, (), {'level': 'state'}),
    'dashboard_node': lambda: (DashboardNode, (), {'port': 0, 'show_image': True}),
}


def change(graph: Graph, name: str, label: str) -> bool:
    """Ask a node for a transition and return whether it did it."""
    asked = ChangeState.Request(transition=Transition(id=IDS[label]))
    return bool(graph.call(ChangeState, f'{name}/change_state', asked).success)


def state(graph: Graph, name: str) -> str:
    """Return the state that a node tells."""
    return str(graph.call(GetState, f'{name}/get_state', GetState.Request()).current_state.label)


def held(node: Node) -> dict[str, set[Any]]:
    """Return what a node holds."""
    kinds = ('publishers', 'subscriptions', 'services', 'clients', 'timers', 'waitables')
    found = {kind: set(getattr(node, kind)) for kind in kinds}
    names = set(vars(node)) - {'is_active', '_steps', '_hung_worker'}
    return {**found, 'names': names, 'threads': set(threading.enumerate())}


def picture(graph: Graph) -> Image:
    """Return an image of what the fakes take for a face, stamped now."""
    return still(bright_square(), graph.tester.get_clock().now().to_msg())


@pytest.mark.parametrize('name', NODES)
def test_promise_73_transitions_in_every_order_at_every_moment(graph, name):
    """Requests come one by one and several at once, while images and words come in."""
    make, args, parameters = NODES[name]()
    node = graph.add(make, *args, autostart=False, **parameters)
    client = graph.tester.create_client(ChangeState, f'{name}/change_state')
    graph.until(client.service_is_ready, 'the service')
    images = graph.tester.create_publisher(Image, 'image', 1)
    speech = graph.tester.create_publisher(String, 'speech', 10)
    audio = graph.tester.create_publisher(Audio, 'audio', 10)
    before, now, random = held(node), 'unconfigured', Random(7)  # noqa: S311

    def ask(labels: list[str]) -> None:
        nonlocal now
        futures = [
            client.call_async(ChangeState.Request(transition=Transition(id=IDS[label])))
            for label in labels
        ]
        graph.until(lambda: all(f.done() for f in futures) or graph.errors, 'the answers')
        assert graph.errors == []
        expected = []
        for label in labels:
            expected.append((now, label) in NEXT)
            now = NEXT.get((now, label), now)
        assert [future.result().success for future in futures] == expected
        assert node.lifecycle_state == now
        assert node.statistics.error == ''

    for _ in range(STEPS):
        images.publish(picture(graph))
        speech.publish(String(data='I am happy'))
        for chunk in messages(syllables(0.3), node.now_s() - 0.3):
            audio.publish(chunk)
        for _ in range(random.randrange(3)):
            graph.serve()
        ask(random.choices(LABELS, k=random.randrange(1, 4)))
    ask([*LABELS, 'deactivate', 'cleanup'])
    assert state(graph, name) == now == 'unconfigured'
    after = held(node)
    # a thread of an earlier test may have ended meanwhile
    assert after.pop('threads') <= before.pop('threads')
    assert after == before
    for factory in args:
        assert factory.made
        assert factory.alive() == 0


def test_a_node_that_starts_by_itself_is_active(graph):
    graph.add(FusionNode)
    assert state(graph, 'fusion_node') == 'active'


def test_an_inactive_node_says_so_once_and_is_silent(graph):
    make, args, parameters = NODES['vision_node']()
    answers = graph.listen(FaceEmotionArray, 'emotion/faces')
    states = graph.listen(EmotionState, 'emotion_state')
    diagnostics = graph.listen(DiagnosticArray, '/diagnostics')
    graph.add(make, *args, **parameters)
    graph.add(FusionNode)
    images = graph.publisher(Image, 'image')

    show = lambda: images.publish(picture(graph))  # noqa: E731
    is_ok = lambda: states and states[-1].status == EmotionState.STATUS_OK  # noqa: E731
    graph.until(is_ok, 'a state', publish=show)
    assert change(graph, 'vision_node', 'deactivate')
    graph.until(lambda: answers[-1].status == STATUS_DISABLED, 'the last answer')
    count = len(answers)
    graph.until(lambda: not images.get_subscription_count(), 'the end of the subscription')
    told = lambda: diagnostics_of(diagnostics, 'vision_node').get('lifecycle')  # noqa: E731
    graph.until(lambda: told() == 'inactive', 'the diagnostics')
    assert len(answers) == count
    assert change(graph, 'fusion_node', 'deactivate')
    graph.until(lambda: states[-1].status == EmotionState.STATUS_DISABLED, 'the last state')
    for name in ('vision_node', 'fusion_node'):
        assert change(graph, name, 'activate')
    graph.until(is_ok, 'a state again', publish=show)


def test_what_was_switched_off_stays_off_when_activated(graph):
    answers = graph.listen(TextSentiment, 'emotion/text')
    make, args, _ = NODES['sentiment_node']()
    node = graph.add(make, *args, autostart=False)
    response = graph.call(SetBool, 'sentiment_node/enable', SetBool.Request(data=False))
    assert response.message == 'disabled, but unconfigured'
    assert change(graph, 'sentiment_node', 'configure')
    assert change(graph, 'sentiment_node', 'activate')
    assert not node.enabled
    graph.until(lambda: answers and answers[-1].status == STATUS_DISABLED, 'its status')


def test_a_model_that_cannot_be_loaded_is_a_failed_transition_and_may_be_mended(graph):
    faults = iter([ModelError('face.onnx: no such file'), RuntimeError('broken')])
    make = face_pipeline_factory(HappyFaceClassifier())

    def load(config: Any) -> Any:
        if error := next(faults, None):
            raise error
        return make(config)

    node = graph.add(VisionNode, load, autostart=False)
    for _ in range(2):
        assert not change(graph, 'vision_node', 'configure')
        assert state(graph, 'vision_node') == 'unconfigured'
    assert change(graph, 'vision_node', 'configure')
    assert change(graph, 'vision_node', 'activate')
    assert node.is_active


def test_wrong_parameters_end_a_node_that_does_not_start_by_itself_too(graph):
    with pytest.raises(ConfigError, match='unknown parameter'):
        graph.add(FusionNode, autostart=False, colour='red')


def test_a_hung_model_is_not_used_by_two_threads(graph):
    """It is left to its thread; another one is loaded by cleanup and configure."""
    faults = FaultSequence('hang')
    answers = graph.listen(FaceEmotionArray, 'emotion/faces')
    graph.add(VisionNode, faces(faults), min_face_px=8, detect_every=1)
    images = graph.publisher(Image, 'image')
    show = lambda: images.publish(picture(graph))  # noqa: E731
    graph.until(lambda: faults.calls, 'the hang', publish=show)
    assert change(graph, 'vision_node', 'deactivate')
    assert not change(graph, 'vision_node', 'activate')
    assert change(graph, 'vision_node', 'cleanup')
    assert change(graph, 'vision_node', 'configure')
    assert change(graph, 'vision_node', 'activate')
    count = len(answers)
    faults.released.set()
    graph.until(lambda: len(answers) > count, 'an answer', publish=show)
    assert all(answer.faces for answer in answers[count:])


def test_shutdown_ends_every_state(graph):
    for labels in ([], ['configure'], ['configure', 'activate']):
        node = graph.add(FusionNode, autostart=False)
        for label in labels:
            assert change(graph, 'fusion_node', label)
        shutdown = ChangeState.Request(transition=Transition(label='shutdown'))
        assert graph.call(ChangeState, 'fusion_node/change_state', shutdown).success
        assert state(graph, 'fusion_node') == 'finalized'
        assert not graph.call(ChangeState, 'fusion_node/change_state', shutdown).success
        graph.remove(node)


class BondType(type(PointStamped)):  # type: ignore[misc]
    """Makes bond/msg/Status a point with a stamp, to be published where bond is not installed."""

    def __call__(cls, **_fields: object) -> PointStamped:
        return PointStamped()

    def __instancecheck__(cls, msg: object) -> bool:
        return isinstance(msg, PointStamped)


@pytest.fixture
def bonded(graph, monkeypatch):
    """Return an active node whose heartbeats have begun."""
    bond = SimpleNamespace(Status=BondType('Status', (), {}))
    monkeypatch.setitem(sys.modules, 'bond.msg', bond)
    beats = graph.listen(PointStamped, 'bond')
    node = graph.add(FusionNode, autostart=False)
    node.trigger_configure()
    node.trigger_activate()
    graph.until(lambda: beats, 'a heartbeat')
    return node


def test_the_end_of_a_bond_is_not_announced_after_the_end_of_the_context(graph, bonded, capfd):
    graph.context.shutdown()
    graph.remove(bonded)
    assert bonded.lifecycle_state == 'unconfigured'
    assert 'Failed to publish' not in capfd.readouterr().err


def test_a_bond_whose_end_cannot_be_announced_does_not_keep_a_node_active(bonded, monkeypatch):
    """Turns red when ``_step_down`` ends at an exception of the bond."""
    monkeypatch.delattr(BondType, '__call__')  # no message can be made
    bonded.trigger_deactivate()
    assert bonded.lifecycle_state == 'inactive'


def test_a_bond_is_kept_while_active_where_bond_is_installed(graph):
    bond = pytest.importorskip('bond.msg', reason='the package bond is not installed')
    beats = graph.listen(bond.Status, 'bond')
    graph.add(FusionNode, autostart=False)
    for number in (1, 2):
        beats.clear()
        assert change(graph, 'fusion_node', 'configure') is (number == 1)
        assert change(graph, 'fusion_node', 'activate')
        graph.until(lambda: len(beats) > 2, 'heartbeats')
        assert {(b.id, b.active) for b in beats} == {('fusion_node', True)}
        assert len({b.instance_id for b in beats}) == 1
        assert change(graph, 'fusion_node', 'deactivate')
        graph.until(lambda: not beats[-1].active, 'the end')
