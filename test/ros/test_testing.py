# SPDX-License-Identifier: MIT
"""The fixture for users: nothing is lost, time is that of the recording, errors come out."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import rclpy
from rclpy.node import Node
from std_msgs.msg import String

from emotion_ros.bag.types import STATE, STRING
from emotion_ros.bag.writer import BagWriter
from emotion_ros.conversions.state_fields import state_to_fields
from emotion_ros.core.state import EmotionState as CoreState
from emotion_ros.core.state import Reason, Status
from emotion_ros.errors import EmotionRosError
from emotion_ros.listener import EmotionListener
from emotion_ros.msg import EmotionState
from emotion_ros.testing import STORY_BEGINS_NS, EmotionPlayer, emotion_player  # noqa: F401

ROOT = Path(__file__).parents[2]
SECOND = 1_000_000_000
IN_A_PACKAGE = ('--import-mode=prepend',)  # of a user, whose pytest has the default imports
BEGIN_NS = 1_600_000_000 * SECOND
STORY = '- {at: 0, expect: {status: ok, emotion: happy, within_s: 2}}'
CONFLICT_STORY = """
- {at: 0, expect: {status: ok, emotion: happy, within_s: 1}}
- {at: 1, expect: {status: ok, emotion: happy, conflict: true, within_s: 1}}
- {at: 2, show: nobody, expect: {status: no_person, emotion: unknown, within_s: 1}}
"""

LATE = """
import pytest, rclpy
from emotion_ros.testing import emotion_player

@pytest.fixture
def ros():
    rclpy.init()
    yield
    rclpy.shutdown()

def test_late(ros, emotion_player):
    pass
"""

BESIDE = """
from emotion_ros.msg import EmotionState
from emotion_ros.testing import emotion_player
from rclpy.node import Node

def test_beside(emotion_player):
    node = Node('robot')
    states = []
    node.create_subscription(EmotionState, 'emotion_state', states.append, 100)
    emotion_player.add(node)
    emotion_player.play('story.yaml')
    assert states
"""


class Robot(Node):
    """Publishes the age of every state, and ticks twice a second of ROS time."""

    def __init__(self, on_state: Callable[[EmotionState], None] = lambda state: None) -> None:
        super().__init__('robot')
        self.states: list[tuple[float, EmotionState]] = []
        self.ticks: list[float] = []
        self._on_state = on_state
        self._said = self.create_publisher(String, 'said', 1)
        self.create_subscription(EmotionState, 'emotion_state', self.receive, 1)
        self.create_timer(0.5, lambda: self.ticks.append(self.now_s()))

    def now_s(self) -> float:
        return self.get_clock().now().nanoseconds / SECOND

    def receive(self, state: EmotionState) -> None:
        self.states.append((self.now_s(), state))
        self._said.publish(String(data=state.label))
        self._on_state(state)


def make_bag(path: Path, count: int = 40) -> Path:
    """States every 50 ms, then one after a second and a half; their confidence counts."""
    with BagWriter(path) as writer:
        for number in range(count):
            time_ns = BEGIN_NS + number * SECOND // 20 + (SECOND * 3 // 2) * (number == count - 1)
            state = CoreState(time_ns / SECOND, Status.OK, Reason.NONE, confidence=number / count)
            writer.write(time_ns, '/emotion_state', STATE, state_to_fields(state, 0.0))
        writer.write(BEGIN_NS, '/speech', STRING, {'data': 'hello'})
    return path


@pytest.fixture(name='player')
def _player(emotion_player: EmotionPlayer) -> EmotionPlayer:  # noqa: F811
    return emotion_player


def test_every_state_of_a_bag_is_received_at_its_time(
    player: EmotionPlayer, tmp_path: Path
) -> None:
    """Although the robot keeps but one message in its queue."""
    robot = player.add(Robot())
    said = player.listen(String, 'said')
    player.play(make_bag(tmp_path / 'bag'))
    confidences = [state.confidence for _, state in robot.states]
    assert confidences == pytest.approx([n / 40 for n in range(40)])
    times = [now_s - BEGIN_NS / SECOND for now_s, _ in robot.states]
    assert times == pytest.approx([*(n / 20 for n in range(39)), 39 / 20 + 1.5], abs=1e-6)
    player.until(lambda: len(said) == 40, 'everything that was said')


def test_timers_run_in_the_time_of_the_recording(player: EmotionPlayer, tmp_path: Path) -> None:
    robot = player.add(Robot())
    player.play(make_bag(tmp_path / 'bag'))
    ticks = len(robot.ticks)
    assert 6 <= ticks <= 8
    player.wait(2.0)
    assert len(robot.ticks) - ticks == 4
    assert robot.now_s() == pytest.approx(player.now_ns / SECOND)
    assert player.now_ns == BEGIN_NS + round((39 / 20 + 3.5) * SECOND)


def test_a_storyboard_plays_what_it_expects(player: EmotionPlayer, tmp_path: Path) -> None:
    (tmp_path / 'story.yaml').write_text(STORY)
    robot = player.add(Robot())
    player.play(tmp_path / 'story.yaml')
    states = [state for _, state in robot.states]
    assert len(states) == 21
    assert {state.label for state in states} == {'happy'}
    assert [state.actionable for state in states] == [False] * 5 + [True] * 16
    assert states[0].header.stamp.sec == STORY_BEGINS_NS // SECOND


def test_the_events_of_the_states_are_published(player: EmotionPlayer, tmp_path: Path) -> None:
    node = Node('robot')
    listener = EmotionListener(node)
    asked: list[tuple[float, str]] = []
    for kind in ('onset', 'conflict', 'offset'):
        listener.on_event(
            kind,
            do=lambda _, kind=kind: asked.append(
                (node.get_clock().now().nanoseconds / SECOND - STORY_BEGINS_NS / SECOND, kind)
            ),
        )
    player.add(node)
    story = tmp_path / 'story.yaml'
    story.write_text(CONFLICT_STORY)
    player.play(story)
    assert asked == [(0.0, 'onset'), (1.0, 'conflict'), (2.0, 'offset')]


def test_what_is_played_again_is_the_same(player: EmotionPlayer, tmp_path: Path) -> None:
    robot = player.add(Robot())
    bag = make_bag(tmp_path / 'bag', 10)
    player.play(bag)
    player.play(bag)
    assert [now_s for now_s, _ in robot.states[:10]] == [now_s for now_s, _ in robot.states[10:]]


def test_what_a_callback_raises_fails_the_test(player: EmotionPlayer, tmp_path: Path) -> None:
    def fail(state: EmotionState) -> None:
        if state.confidence > 0.5:
            raise ZeroDivisionError('the robot is ill')

    robot = player.add(Robot(fail))
    with pytest.raises(ZeroDivisionError, match='the robot is ill'):
        player.play(make_bag(tmp_path / 'bag', 10))
    assert len(robot.states) == 7


def test_what_does_not_come_is_named(player: EmotionPlayer) -> None:
    assert player.until(lambda: 7, 'a number') == 7
    with pytest.raises(AssertionError, match=r'a behaviour did not come within 0\.1 s'):
        player.until(lambda: [], 'a behaviour', timeout_s=0.1)


def test_a_node_that_subscribes_to_another_topic_is_an_error(
    player: EmotionPlayer, tmp_path: Path
) -> None:
    node = player.add(Node('deaf'))
    node.create_subscription(EmotionState, 'r1/emotion_state', print, 1)
    with pytest.raises(
        AssertionError, match=r"no node subscribes to /emotion_state, but to .*'/r1"
    ):
        player.play(make_bag(tmp_path / 'bag'))


@pytest.mark.parametrize(
    ('name', 'error'),
    [
        ('', 'is not a bag: it has no .mcap or .db3 file'),
        ('absent.mcap', 'no such file or folder'),
        ('absent.yaml', 'cannot be read'),
        ('typo.yaml', "line 1: unknown key 'expects'"),
        (
            'speech',
            'has no topic of emotion_ros/msg/EmotionState, but /speech .*emotion-ros rep',
        ),
    ],
)
def test_a_recording_that_cannot_be_played(
    player: EmotionPlayer, tmp_path: Path, name: str, error: str
) -> None:
    (tmp_path / 'typo.yaml').write_text(STORY.replace('expect', 'expects'))
    with BagWriter(tmp_path / 'speech') as writer:
        writer.write(BEGIN_NS, '/speech', STRING, {'data': 'hello'})
    with pytest.raises(EmotionRosError, match=error):
        player.play(tmp_path / name)


def test_one_of_two_robots_is_chosen(player: EmotionPlayer, tmp_path: Path) -> None:
    with BagWriter(tmp_path / 'two') as writer:
        for number, topic in enumerate(('/r1/emotion_state', '/r2/emotion_state')):
            state = CoreState(BEGIN_NS / SECOND, Status.OK, Reason.NONE, confidence=number / 4)
            writer.write(BEGIN_NS, topic, STATE, state_to_fields(state, 0.0))
    with pytest.raises(EmotionRosError, match='/r1/emotion_state, /r2/emotion_state: choose one'):
        player.play(tmp_path / 'two')
    robot = Robot()
    player.add(robot)
    player.play(tmp_path / 'two', topic='r2/emotion_state')
    assert [state.confidence for _, state in robot.states] == [0.25]


@pytest.mark.timeout(40)
def test_hours_pass_at_once(player: EmotionPlayer, tmp_path: Path) -> None:
    robot = Robot()
    player.add(robot)
    with BagWriter(tmp_path / 'bag') as writer:
        for time_ns in (BEGIN_NS, BEGIN_NS + 5 * 3600 * SECOND):
            state = CoreState(time_ns / SECOND, Status.OK, Reason.NONE)
            writer.write(time_ns, '/emotion_state', STATE, state_to_fields(state, 0.0))
    player.play(tmp_path / 'bag')
    assert len(robot.states) == 2
    assert robot.now_s() == BEGIN_NS / SECOND + 5 * 3600
    player.wait(3600.0)
    assert robot.now_s() == BEGIN_NS / SECOND + 6 * 3600
    assert 200 < len(robot.ticks) < 300  # two a second in the first minute of each


def test_programs_of_the_test_are_in_the_same_domain(player: EmotionPlayer) -> None:
    assert os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] == 'LOCALHOST'
    assert rclpy.utilities.get_default_context().get_domain_id() == int(
        os.environ['ROS_DOMAIN_ID']
    )


def run_pytest(path: Path, *options: str) -> str:
    """Return what pytest prints about one file."""
    words = [sys.executable, '-m', 'pytest', '-p', 'no:cacheprovider', *options, str(path)]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60).stdout


@pytest.mark.parametrize('options', [(), IN_A_PACKAGE], ids=['as_the_page_says', 'in_a_package'])
def test_the_example_of_the_docs_passes(options: tuple[str, ...]) -> None:
    assert ' 1 passed' in run_pytest(ROOT / 'examples' / 'test_behaviour.py', *options)


def test_the_page_shows_the_example_as_it_is() -> None:
    page = (ROOT / 'docs' / 'testing_your_robot.md').read_text()
    shown = '\n'.join(re.findall(r'^```(?:python|yaml)\n(.*?)^```', page, re.M | re.S))
    examples = ROOT / 'examples'
    kept = (examples / 'test_behaviour.py').read_text() + (examples / 'sad.yaml').read_text()
    lines = [line for line in shown.splitlines() if line and not line.startswith('#')]
    assert len(lines) > 8
    changed = {'def test_it', 'from emotion_ros.testing'}
    assert [s for s in lines if s not in kept and not s.startswith(tuple(changed))] == []


def test_a_relative_path_is_beside_the_file_of_the_test(tmp_path: Path) -> None:
    (tmp_path / 'test_beside.py').write_text(BESIDE)
    (tmp_path / 'story.yaml').write_text(STORY)
    assert ' 1 passed' in run_pytest(tmp_path / 'test_beside.py', *IN_A_PACKAGE)


def test_a_context_that_exists_already_is_an_error(tmp_path: Path) -> None:
    (tmp_path / 'test_late.py').write_text(LATE)
    out = run_pytest(tmp_path / 'test_late.py', *IN_A_PACKAGE)
    assert 'rclpy.init was called before: leave it to the fixture emotion_player' in out
