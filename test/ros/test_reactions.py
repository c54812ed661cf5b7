# SPDX-License-Identifier: MIT
"""The action observe_reaction as controllers use it, over real DDS and in simulated time."""

import json
import re
from array import array
from collections.abc import Callable
from typing import Any

import pytest
from action_msgs.msg import GoalStatus, GoalStatusArray
from builtin_interfaces.msg import Duration, Time
from joke_tree import TakenWell, make_tree
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from py_trees.common import Status
from rclpy.action import ActionClient
from rosgraph_msgs.msg import Clock
from std_msgs.msg import String

from canary_scene import Recorder
from emotion_ros.action import ObserveReaction
from emotion_ros.cli.main import main
from emotion_ros.core.emotions import Emotion
from emotion_ros.msg import EmotionState, FaceEmotion, FaceEmotionArray
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.messages.qos import LATCHED
from emotion_ros.nodes.people import reaction_server
from graph import Graph

STEP_NS = 50_000_000
WINDOW_S = 3
NEUTRAL, HAPPY, SAD = int(Emotion.NEUTRAL), int(Emotion.HAPPY), int(Emotion.SAD)
BETTER, UNCHANGED, WORSE, UNKNOWN = 3, 2, 1, 0
Show = Callable[[], dict[int, int]]


class Scene:
    """People with faces of known emotions, on a clock that the test moves."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.now_ns = 1_000_000_000_000
        self.people: dict[int, int] = {1: NEUTRAL}
        self.node = graph.add(FusionNode, use_sim_time=True)
        self._clock = graph.publisher(Clock, '/clock')
        self._faces = graph.publisher(FaceEmotionArray, 'emotion/faces')
        self._states = graph.listen(EmotionState, 'emotion_state')
        self.client = ActionClient(graph.tester, ObserveReaction, 'observe_reaction')
        graph.until(self.client.server_is_ready, 'the action')

    def run(self, seconds: float) -> None:
        """Let the scene go on, in steps of the camera, without waiting for real time."""
        for _ in range(round(seconds * 1e9 / STEP_NS)):
            self.now_ns += STEP_NS
            sec, nanosec = divmod(self.now_ns, 1_000_000_000)
            stamp, seen = Time(sec=sec, nanosec=nanosec), len(self._states)
            self._clock.publish(Clock(clock=stamp))
            self.graph.until(
                lambda: self.node.get_clock().now().nanoseconds == self.now_ns, 'the time'
            )
            faces = [face(i, emotion) for i, emotion in self.people.items()]
            msg = FaceEmotionArray(faces=faces, image_width=640, image_height=480)
            msg.header.stamp = stamp
            self._faces.publish(msg)
            if self.node.is_active:
                self.graph.until(lambda seen=seen: len(self._states) > seen, 'a state')

    def send(self, **goal: Any) -> Any:
        """Return the handle of a goal for WINDOW_S, unless the goal says otherwise."""
        wanted = ObserveReaction.Goal(**{'window': Duration(sec=WINDOW_S), **goal})
        self.feedback: list[ObserveReaction.Feedback] = []
        future = self.client.send_goal_async(
            wanted, feedback_callback=lambda msg: self.feedback.append(msg.feedback)
        )
        self.graph.until(future.done, 'the answer to a goal')
        return future.result()

    def result(self, handle: Any) -> tuple[int, ObserveReaction.Result]:
        """Return status and result of a goal that has ended."""
        future = handle.get_result_async()
        self.graph.until(future.done, 'the result')
        return future.result().status, future.result().result


def face(face_id: int, emotion: int) -> FaceEmotion:
    """Return a face that clearly shows an emotion; the first is the largest."""
    p = array('f', [0.01] * 7)
    p[emotion] = 0.94
    left = 0.1 * (face_id % 9)
    size = 0.3 if face_id == 1 else 0.2
    return FaceEmotion(
        face_id=face_id,
        box_xyxy=[left, 0.3, left + size, 0.3 + size],
        detection_score=0.9,
        quality=1.0,
        probabilities=p,
        emotion=emotion,
        confidence=0.94,
    )


@pytest.fixture
def scene(graph: Graph) -> Scene:
    """Return a scene in which a neutral person has been for a while."""
    scene = Scene(graph)
    scene.run(2.5)
    return scene


@pytest.mark.parametrize(
    ('shown', 'verdict'), [(HAPPY, BETTER), (SAD, WORSE), (NEUTRAL, UNCHANGED)]
)
def test_a_joke_that_lands_and_those_that_do_not(scene, shown, verdict):
    handle = scene.send(behaviour='tell_joke')
    scene.people[1] = shown
    scene.run(WINDOW_S + 0.1)
    status, result = scene.result(handle)
    assert (status, result.verdict, result.reason) == (GoalStatus.STATUS_SUCCEEDED, verdict, '')
    assert (result.from_emotion, result.to_emotion) == (NEUTRAL, shown)
    assert result.confidence > 0.5
    assert scene.feedback[-1].state.person_id == 'face_1'
    assert scene.feedback[-1].elapsed > 1.0


def test_two_controllers_at_once_are_answered_for_their_own_person(scene):
    scene.people[2] = NEUTRAL
    scene.run(2.5)
    first = scene.send(behaviour='sing', person_id='face_1')
    second = scene.send(behaviour='sing', person_id='face_2')
    third = scene.send(behaviour='dance', person_id='face_2')
    scene.people = {1: SAD, 2: HAPPY}
    scene.run(WINDOW_S + 0.1)
    verdicts = [scene.result(handle)[1].verdict for handle in (first, second, third)]
    assert verdicts == [WORSE, BETTER, BETTER]


def test_a_goal_can_be_cancelled(scene):
    handle = scene.send()
    scene.run(0.5)
    future = handle.cancel_goal_async()
    scene.graph.until(future.done, 'the answer')
    scene.run(0.1)
    status, result = scene.result(handle)
    assert (status, result.reason) == (GoalStatus.STATUS_CANCELED, 'cancelled')
    assert result.verdict == UNKNOWN


def test_the_same_behaviour_again_replaces_the_goal(scene):
    first = scene.send(behaviour='wave')
    scene.run(0.5)
    second = scene.send(behaviour='wave')
    status, result = scene.result(first)
    assert (status, result.reason) == (GoalStatus.STATUS_ABORTED, 'preempted')
    scene.run(WINDOW_S + 0.1)
    assert scene.result(second)[0] == GoalStatus.STATUS_SUCCEEDED


def test_a_person_who_leaves_or_is_unknown(scene):
    handle = scene.send()
    scene.people = {}
    scene.run(WINDOW_S + 0.1)
    status, result = scene.result(handle)
    assert (status, result.reason) == (GoalStatus.STATUS_ABORTED, 'person_lost')
    status, result = scene.result(scene.send(person_id='face_77'))
    assert (status, result.reason) == (GoalStatus.STATUS_ABORTED, 'no_person')


def test_an_inactive_fusion_answers_who_waits_and_takes_no_goals(scene):
    handle = scene.send()
    request = ChangeState.Request(transition=Transition(id=Transition.TRANSITION_DEACTIVATE))
    assert scene.graph.call(ChangeState, 'fusion_node/change_state', request).success
    status, result = scene.result(handle)
    assert (status, result.reason) == (GoalStatus.STATUS_ABORTED, 'disabled')
    assert not scene.send().accepted


def test_a_window_without_length_is_refused_and_so_are_too_many(scene, monkeypatch):
    for seconds, nanoseconds in ((0, 0), (-1, 0), (3600, 0), (0, 1)):
        assert not scene.send(window=Duration(sec=seconds, nanosec=nanoseconds)).accepted
    monkeypatch.setattr(reaction_server, 'MAX_GOALS', 2)
    accepted = [scene.send(behaviour=name).accepted for name in 'abc']
    assert accepted == [True, True, False]


@pytest.mark.parametrize(('shown', 'answer'), [(HAPPY, 'another joke'), (NEUTRAL, 'sorry')])
def test_a_behaviour_tree_goes_on_as_the_joke_is_taken(scene, shown, answer):
    tree, said = make_tree(scene.graph.tester), scene.graph.listen(String, 'behaviour')
    goals = scene.graph.listen(GoalStatusArray, 'observe_reaction/_action/status')

    def tick() -> bool:
        scene.run(0.2)
        tree.tick_once()
        return len(said) == 2

    scene.graph.until(lambda: tick() or (said and goals), 'the joke, observed')
    scene.people[1] = shown
    scene.graph.until(tick, 'the answer')
    assert [msg.data for msg in said] == ['joke', answer]


@pytest.mark.parametrize('is_answered', [False, True])
def test_an_interrupted_tree_cancels_its_goal_answered_or_not(scene, is_answered):
    tree = TakenWell(scene.graph.tester, 'joke')
    tree.stop(Status.INVALID)  # before it has run
    goals = scene.graph.listen(GoalStatusArray, 'observe_reaction/_action/status', LATCHED)

    def tick() -> None:
        tree.tick_once()
        if not is_answered:
            tree.stop(Status.INVALID)

    scene.graph.until(lambda: goals, 'a goal', publish=tick)
    scene.graph.until(lambda: scene.run(0.1) or tick() or scene.now_ns > 1_004e9, 'some ticks')
    tree.stop(Status.INVALID)

    def are_over() -> bool:
        """Return whether all ended before their window did; the next goal replaces the last."""
        scene.run(0.1)
        statuses = {goal.status for goal in goals[-1].status_list}
        return statuses <= {GoalStatus.STATUS_CANCELED, GoalStatus.STATUS_ABORTED}

    scene.graph.until(are_over, 'the end')


@pytest.mark.parametrize(
    ('topic', 'name'),
    [('/behaviour', 'sing'), ('/observe_reaction/_action/feedback', 'observe_reaction')],
)
def test_a_recording_tells_how_the_person_of_the_goal_took_it(
    scene, tmp_path, capsys, topic, name
):
    """The focus person stays neutral; the one of the goal smiles."""
    behaviour = scene.graph.tester.create_publisher(String, 'behaviour', 10)
    recorder = Recorder(scene.graph, lambda: scene.now_ns)
    wanted = {'/behaviour', '/emotion/faces', '/observe_reaction/_action/feedback'}
    scene.graph.until(lambda: wanted <= recorder.topics.keys(), 'the topics')
    scene.graph.until(behaviour.get_subscription_count, 'the recorder')
    scene.people[2] = NEUTRAL
    scene.run(2.5)
    behaviour.publish(String(data='sing'))
    handle = scene.send(behaviour='sing', person_id='face_2')
    scene.people[2] = HAPPY
    scene.run(WINDOW_S + 0.1)
    _, result = scene.result(handle)
    recorder.write(bag := tmp_path / 'bag', 0, {})
    command = ['policy', str(bag), '--behaviour-topic', topic, '--reactions', str(WINDOW_S)]
    assert main([*command, '--json']) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (reaction,) = [line for line in lines if line['change'] == 'reaction']
    assert (reaction['behaviour'], reaction['person_id']) == (name, 'face_2')
    assert (reaction['verdict'], result.verdict) == ('better', BETTER)
    assert reaction['change_valence'] == pytest.approx(result.change_valence, abs=0.05)
    report = ['report', str(bag), *command[2:4], '-o', str(tmp_path / 'report.html')]
    assert main(report) == 0
    row = rf'>{name}</td><td [^>]*>face_2</td><td [^>]*>better<'
    assert re.search(row, (tmp_path / 'report.html').read_text())
