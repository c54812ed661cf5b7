# SPDX-License-Identifier: MIT
"""A pytest fixture that plays a bag or a storyboard to the node of a robot, step by step.

::

    from emotion_ros.testing import emotion_player  # in conftest.py


    def test_a_sad_person_is_comforted(emotion_player):
        behaviours = emotion_player.listen(String, 'behaviour')
        emotion_player.add(BehaviourNode())
        emotion_player.play('sad.yaml')
        emotion_player.until(lambda: behaviours, 'a behaviour')

No other program on the machine receives it, and nothing depends on the machine's speed. See
docs/testing_your_robot.md.
"""

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import rclpy
from builtin_interfaces.msg import Time
from rclpy.duration import Duration
from rclpy.executors import SingleThreadedExecutor, TimeoutException
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.publisher import Publisher
from rclpy.serialization import deserialize_message
from rclpy.utilities import try_shutdown
from rosgraph_msgs.msg import Clock

from emotion_ros.bag.offline_fusion import with_ticks
from emotion_ros.conversions.from_msg import msg_to_state
from emotion_ros.core.people.events import EventDetector
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.demo.ground_truth import ground_truth_state
from emotion_ros.demo.storyboard_file import load_storyboard
from emotion_ros.errors import InvalidInput
from emotion_ros.msg import EmotionEvent, EmotionState
from emotion_ros.nodes.messages.qos import OBSERVER_DEPTH
from emotion_ros.nodes.messages.to_msg import state_to_msg
from emotion_ros.nodes.people.people_publisher import EVENTS_TOPIC, event_to_msg
from emotion_ros.sandbox.domain import claim_domain, isolated

__all__ = ['EmotionPlayer', 'emotion_player']

STORY_SUFFIXES = ('.yaml', '.yml')
STORY_BEGINS_NS = 1_700_000_000 * NANOSECONDS
STORY_HZ = 10.0
TICKS_HZ = 20.0
TIMEOUT_S = 10.0
MAX_CALLBACKS = 1000

States = list[tuple[int, Any]]
"""The time of each message (ns, ROS time), and the message or its bytes."""


class EmotionPlayer:
    """Plays ``emotion_state`` to nodes in the test's own process and gives them their time.

    The ``emotion_events`` that follow from these states are published, too.

    The next message comes when all of them have handled the one before, timers included. What a
    callback raises comes out of ``play``, ``wait`` or ``until``.
    """

    def __init__(self, topic: str = 'emotion_state', folder: Path | None = None) -> None:
        self.now_ns = 0
        self._folder = folder or Path()
        self._executor = _StepExecutor()
        self._nodes: list[Node] = []
        self._tester = Node('emotion_player')
        self._executor.add_node(self._tester)
        self._states = self._tester.create_publisher(EmotionState, topic, OBSERVER_DEPTH)
        self._events = self._tester.create_publisher(EmotionEvent, EVENTS_TOPIC, OBSERVER_DEPTH)
        self._clock = self._tester.create_publisher(Clock, '/clock', 1)

    def add(self, node: Node) -> Node:
        """Serve a node, in simulated time, until the end of the test, which destroys it."""
        sim_time = Parameter('use_sim_time', Parameter.Type.BOOL, True)
        (result,) = node.set_parameters([sim_time])
        _require(result.successful, f'{node.get_name()}: use_sim_time: {result.reason}')
        self._nodes.append(node)
        self._executor.add_node(node)
        return node

    def listen(self, msg_type: type, topic: str, qos: Any = OBSERVER_DEPTH) -> list[Any]:
        """Return a list that grows with the messages on a topic."""
        received: list[Any] = []
        self._tester.create_subscription(msg_type, topic, received.append, qos)
        return received

    def play(self, recording: str | Path, topic: str = '') -> None:
        """Publish the states of a bag, or those that a storyboard (.yaml) expects.

        A relative path is sought beside the file of the test, then in the current folder.
        ``topic`` chooses one of several in the bag. Of a gap longer than a minute only the first
        minute is played. EmotionRosError when it cannot be read or has none. Played again, time
        starts again.
        """
        beside = self._folder / recording
        path = beside if beside.exists() else Path(recording)
        is_story = path.suffix in STORY_SUFFIXES
        states = _story_states(path) if is_story else _bag_states(path, topic)
        self._wait_for_connections()
        first_ns, last_ns = states[0][0], states[-1][0]
        detector = EventDetector()
        for time_ns, message in with_ticks(states, first_ns, last_ns, TICKS_HZ):
            self._set_clock(time_ns)
            if message is not None:
                self._states.publish(message)
                self._publish_events(detector, message, time_ns / NANOSECONDS)
            self._settle()

    def wait(self, seconds: float) -> None:
        """Let ROS time pass without a state, after a minute at once."""
        end_ns = self.now_ns + round(seconds * NANOSECONDS)
        for time_ns, _ in with_ticks([(end_ns, None)], self.now_ns, end_ns, TICKS_HZ):
            self._set_clock(max(time_ns, self.now_ns))
            self._settle()

    def until(
        self, condition: Callable[[], object], what: str, timeout_s: float = TIMEOUT_S
    ) -> Any:
        """Serve callbacks, while ROS time stands still, until the condition holds; return it.

        AssertionError, naming ``what``, after ``timeout_s`` of real time.
        """
        deadline_s = monotonic() + timeout_s
        while not (value := condition()):
            _require(monotonic() < deadline_s, f'{what} did not come within {timeout_s:g} s')
            self._executor.run_one(timeout_s=0.02)
        return value

    def close(self) -> None:
        """Destroy the nodes."""
        for node in (*self._nodes, self._tester):
            node.destroy_node()
        self._executor.shutdown()

    def _publish_events(self, detector: EventDetector, message: Any, now_s: float) -> None:
        msg = deserialize_message(message, EmotionState) if isinstance(message, bytes) else message
        with suppress(InvalidInput):  # as the listener: it is played, and changes nothing
            state = msg_to_state(msg)
            for event in detector.update([state], now_s):
                self._events.publish(event_to_msg(event, state))

    def _wait_for_connections(self) -> None:
        """Wait until nothing that is published can be lost."""
        listening = [s.topic_name for node in self._nodes for s in node.subscriptions]
        readers = listening.count(self._states.topic_name)
        message = f'no node subscribes to {self._states.topic_name}, but to {sorted(listening)}'
        _require(readers > 0, message)
        self._wait_for_readers(self._states, readers)
        self._wait_for_readers(self._events, listening.count(self._events.topic_name))
        self._wait_for_readers(self._clock, len(self._nodes))
        published = {p.topic_name for node in self._nodes for p in node.publishers}
        for topic in published & {s.topic_name for s in self._tester.subscriptions}:
            self.until(partial(self._tester.count_publishers, topic), topic)

    def _wait_for_readers(self, publisher: Publisher, count: int) -> None:
        name = publisher.topic_name
        self.until(lambda: publisher.get_subscription_count() >= count, f'readers of {name}')

    def _set_clock(self, time_ns: int) -> None:
        sec, nanosec = divmod(time_ns, NANOSECONDS)
        self._clock.publish(Clock(clock=Time(sec=sec, nanosec=nanosec)))
        self.until(
            lambda: all(n.get_clock().now().nanoseconds == time_ns for n in self._nodes),
            f'the time {time_ns / NANOSECONDS:.3f} s',
        )
        self.now_ns = time_ns

    def _settle(self) -> None:
        """Serve every callback that is due.

        Fast DDS hands a message over within the process at once; other middleware need not.
        """
        for publisher in (self._states, self._events):
            arrived = publisher.wait_for_all_acked(Duration(seconds=TIMEOUT_S))
            what = f'a message on {publisher.topic_name} did not reach its subscribers'
            _require(arrived, f'{what} within {TIMEOUT_S:g} s')
        for _ in range(MAX_CALLBACKS):
            if not self._executor.run_one(timeout_s=0.0):
                return
        raise AssertionError(f'more than {MAX_CALLBACKS} callbacks at one moment')


@pytest.fixture
def emotion_player(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[EmotionPlayer]:
    """Yield a player in a ROS domain that is unused on this machine.

    It calls ``rclpy.init``, so that the nodes of the test are made as they are in real life;
    programs that the test starts inherit the domain.
    """
    message = 'rclpy.init was called before: leave it to the fixture emotion_player'
    _require(not rclpy.ok(), message)
    with claim_domain() as domain:
        for name, value in isolated(domain).items():
            monkeypatch.setenv(name, value)
        if os.environ.get('ROS_DISTRO') == 'humble':
            monkeypatch.setenv('ROS_LOCALHOST_ONLY', '1')
        rclpy.init()
        player = EmotionPlayer(folder=request.path.parent)
        try:
            yield player
        finally:
            player.close()
            try_shutdown()


class _StepExecutor(SingleThreadedExecutor):
    """Returns whether a callback was due, which ``spin_once`` does not."""

    def run_one(self, timeout_s: float) -> bool:
        try:
            handler, _, _ = self.wait_for_ready_callbacks(timeout_sec=timeout_s)
        except TimeoutException:
            return False
        handler()
        if handler.exception() is not None:
            raise handler.exception()
        return True


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise AssertionError(message)


def _story_states(path: Path) -> States:
    """Return the ground truth of a storyboard, ten states per second."""
    storyboard = load_storyboard(path)
    states: States = []
    for tick in range(int(storyboard.duration_s * STORY_HZ) + 1):
        time_ns = STORY_BEGINS_NS + round(tick * NANOSECONDS / STORY_HZ)
        now_s = time_ns / NANOSECONDS
        state = ground_truth_state(storyboard, tick / STORY_HZ, now_s)
        states.append((time_ns, state_to_msg(state, now_s)))
    return states


def _bag_states(path: Path, name: str) -> States:
    from emotion_ros.bag.reader import Bag  # here, for storyboards need no rosbags
    from emotion_ros.bag.types import STATE
    from emotion_ros.errors import BagError

    with Bag(path) as bag:
        states = [topic for topic in bag.topics if topic.type == STATE]
        chosen = [t for t in states if t.name == f'/{name.lstrip("/")}'] if name else states
        if not states:
            raise BagError(
                f'{path}: has no topic of {STATE}, but {bag.describe()}; '
                f'emotion-ros replay {path} --output NEW makes a bag with it'
            )
        if len(chosen) != 1:
            names = ', '.join(topic.name for topic in states)
            raise BagError(f'{path}: has states on {names}: choose one, play(..., topic=NAME)')
        recorded = [(message.time_ns, message.data) for message in bag.messages(chosen)]
        if bag.damage:
            warnings.warn(bag.damage, stacklevel=3)
        if not recorded:
            raise BagError(f'{path}: {chosen[0].name} has no message')
        return recorded
