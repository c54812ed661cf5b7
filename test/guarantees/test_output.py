# SPDX-License-Identifier: MIT
"""G. Output contract: what is true of every state and of the diagnostics, whatever came in."""

import json
import math
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import monotonic

import pytest
from builtin_interfaces.msg import Duration, Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rosgraph_msgs.msg import Clock
from std_msgs.msg import String

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.msg import EmotionEvidence, EmotionState, FaceEmotion, FaceEmotionArray
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.messages.to_msg import state_to_msg
from emotion_ros.nodes.sentiment_node import SentimentNode
from emotion_ros.nodes.vision_node import VisionNode
from fakes import (
    HappyFaceClassifier,
    KeywordTextEngine,
    face_pipeline_factory,
    text_pipeline_factory,
)
from golden import replay_bag
from graph import Graph
from lengths import length
from output_contract import OutputMonitor, violations
from small_bags import make_evidence_bag
from stills import Camera, bright_square

P = (0.0, 0.125, 0.125, 0.5, 0.125, 0.125, 0.0)
NAN, INF = math.nan, math.inf
USED = EmotionEvidence(modality='face', weight=0.5, used=True)
NS = 10**9


def good_state(**changes) -> EmotionState:
    values = {
        'status': EmotionState.STATUS_OK,
        'emotion': EmotionState.HAPPY,
        'label': 'happy',
        'confidence': 0.5,
        'actionable': True,
        'probabilities': P,
        'evidence': [USED],
        'agreement': 0.5,
    }
    return EmotionState(**(values | changes))


@pytest.mark.parametrize(
    ('changes', 'named'),
    [
        ({}, []),
        ({'probabilities': [NAN] * 7, 'valence': NAN, 'arousal': NAN, 'agreement': NAN}, []),
        ({'status': 77}, ['status']),
        ({'label': 'sad'}, ['label']),
        ({'label': 'Happy'}, ['label']),
        ({'emotion': 7}, ['label']),
        ({'not_actionable_reason': 'tired', 'actionable': False}, ['reason']),
        ({'not_actionable_reason': 'stale'}, ['actionable']),
        ({'actionable': False}, ['actionable']),
        ({'confidence': NAN}, ['confidence']),
        ({'confidence': INF}, ['confidence']),
        ({'confidence': -0.01}, ['confidence']),
        ({'confidence': 1.01}, ['confidence']),
        ({'emotion': 255, 'label': 'unknown'}, ['confidence of unknown']),
        ({'emotion': 255, 'label': 'unknown', 'confidence': 0.0}, []),
        ({'duration': Duration(sec=-1)}, ['duration']),
        ({'latency': NAN}, ['latency']),
        ({'latency': INF}, ['latency']),
        ({'probabilities': [0.0] * 7}, ['probabilities']),
        ({'probabilities': [*P[:6], 0.01]}, ['probabilities']),
        ({'probabilities': [*P[:6], NAN]}, ['probabilities']),
        ({'probabilities': [1.5, -0.5, *[0.0] * 5]}, ['probabilities']),
        ({'valence': -1.01}, ['valence']),
        ({'valence': INF}, ['valence']),
        ({'arousal': 1.01}, ['arousal']),
        ({'agreement': -0.01}, ['agreement']),
        ({'agreement': 1.01}, ['agreement']),
        ({'evidence': [EmotionEvidence(used=True, weight=NAN)]}, ['evidence']),
        ({'evidence': [EmotionEvidence(used=True, age=INF)]}, ['evidence']),
        ({'evidence': [EmotionEvidence(used=True, weight=-1.0)]}, ['evidence']),
        ({'evidence': [EmotionEvidence()]}, ['evidence used and rejected']),
        ({'status': 77, 'confidence': NAN}, ['status', 'confidence']),
    ],
)
def test_promise_53_whatever_breaks_the_contract_is_named(changes, named):
    """Red when a line of ``checks`` in output_contract.py is taken out."""
    found = [violation.split(':')[0] for violation in violations(good_state(**changes))]
    assert found == named


@pytest.mark.parametrize(
    ('stamps_ns', 'count'),
    [([], 0), ([5], 0), ([5, 5, 6], 0), ([5, 4, 6], 1), ([NS, NS - 1, NS - 2], 2)],
)
def test_promise_53_a_stamp_that_goes_back_is_named(stamps_ns, count):
    """Red when OutputMonitor.check forgets ``_last_ns``."""
    monitor = OutputMonitor()
    for stamp_ns in stamps_ns:
        state = good_state()
        state.header.stamp = Time(sec=stamp_ns // NS, nanosec=stamp_ns % NS)
        monitor.check(state)
    assert [violation.split()[0] for violation in monitor.violations] == ['stamp'] * count
    assert monitor.checked == len(stamps_ns)


@pytest.mark.usefixtures('weights')
@pytest.mark.parametrize('kind', ['images', 'evidence'])
def test_promise_53_replayed_states_keep_the_contract(bags, tmp_path, kind):
    """Red when decide() in core/observations.py returns a confidence in percent."""
    path = bags() if kind == 'images' else tmp_path / 'bag'
    if kind == 'evidence':
        make_evidence_bag(path)
    monitor = OutputMonitor()
    for moment in replay_bag(path):
        monitor.check(state_to_msg(moment.state, moment.time_ns / NS))
    assert monitor.checked > 20
    assert monitor.violations == []


@pytest.mark.parametrize('check_fields', ['0', '1'])
def test_promise_54_numbers_of_numpy_arrive_in_every_field(check_fields):
    """Red when state_to_msg in nodes/messages/to_msg.py writes ``confidence=state.confidence``."""
    program = Path(__file__).with_name('numbers_of_numpy.py')
    environment = {**os.environ, 'ROS_PYTHON_CHECK_FIELDS': check_fields}
    done = subprocess.run(
        [sys.executable, str(program)], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {'checked': check_fields == '1', 'lost': []}


def test_promise_57_who_comes_late_has_a_state_soon(graph, figure):
    """Red when FusionConfig.rate is 2.0, or _on_poll publishes nothing."""
    graph.add(FusionNode)
    graph.until(lambda: graph.monitor.checked > 2, 'the fusion')
    waits_s = [wait_for_state(graph) for _ in range(11)]
    figure('median wait of a late subscriber', median(waits_s), 's')
    figure('longest wait of a late subscriber', max(waits_s), 's')
    assert median(waits_s) <= length(0.2, 2.0)


def wait_for_state(graph: Graph) -> float:
    """Return how long a new subscriber waits for its first state (s)."""
    begun_s = monotonic()
    states = graph.listen(EmotionState, 'emotion_state')
    graph.until(lambda: states, 'a state')
    return monotonic() - begun_s


@pytest.mark.parametrize('most', [2.0, 1.0])
@pytest.mark.parametrize('smoothing', ['hmm', 'none'])
def test_promise_59_a_flickering_face_changes_the_label_seldom(graph, figure, smoothing, most):
    """Red when LabelHysteresis.update in core/fusion/hysteresis.py does not use the time."""
    seconds = length(20.0, 4.0)
    labels = play_flicker(graph, seconds, filter=smoothing, max_switch_rate=most)
    changes = sum(a != b for a, b in pairwise(labels) if 'unknown' not in (a, b))
    figure(f'changes at {most:g} allowed, {smoothing}', changes / seconds, '/s')
    assert changes <= most * seconds + 1
    assert len(labels) > 10 * seconds


def play_flicker(graph: Graph, seconds: float, **parameters) -> list[str]:
    """Show a face, happy and angry in turn at 30 Hz of simulated time; return the labels."""
    fusion = graph.add(FusionNode, use_sim_time=True, **parameters)
    states = graph.listen(EmotionState, 'emotion_state', 1000)
    clock = graph.publisher(Clock, '/clock')
    faces = graph.publisher(FaceEmotionArray, 'emotion/faces')
    for i in range(round(seconds * 30)):
        time = Time(sec=1000 + i // 30, nanosec=i % 30 * NS // 30)
        clock.publish(Clock(clock=time))
        graph.until(lambda t=time: fusion.get_clock().now().to_msg() == t, 'the time')
        p = [0.01] * 7
        p[EmotionState.HAPPY if i % 2 else EmotionState.ANGRY] = 0.94
        msg = FaceEmotionArray(faces=[FaceEmotion(face_id=1, quality=1.0, probabilities=p)])
        msg.header.stamp = time
        faces.publish(msg)
        graph.until(lambda n=i: fusion.statistics.counts()['received'] > n, 'the face')
    return [state.label for state in states if state.header.stamp.sec]


LEVELS = (
    DiagnosticStatus.OK,
    DiagnosticStatus.WARN,
    DiagnosticStatus.ERROR,
    DiagnosticStatus.STALE,
)
KEYS = {'received', 'processed', 'dropped', 'rate_hz', 'age_p95_s', 'inference_p50_s'}
KEYS |= {'model', 'enabled', 'topic', 'lifecycle'}
FURTHER_KEYS = {'model_sha256', 'detector', 'muted', 'errors'}
NODES = ('vision_node', 'sentiment_node', 'fusion_node')
CANARY = 'zanzibar'


def test_promise_60_diagnostics_come_once_a_second_and_say_nothing_of_a_person(graph, figure):
    """Red when the timer of EmotionNode has 1.5 s, or report_to_msg's text is a detail."""
    diagnostics = graph.listen(DiagnosticArray, '/diagnostics')
    graph.add(
        VisionNode, face_pipeline_factory(HappyFaceClassifier()), min_face_px=8, detect_every=1
    )
    graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine()))
    graph.add(FusionNode)
    camera, speech = Camera(graph, bright_square(), fps=10.0), graph.publisher(String, 'speech')
    voices = graph.publisher(EmotionEvidence, 'emotion/evidence')
    bad = {NODES[0]: 'stale', NODES[1]: 'empty', NODES[2]: 'invalid'}
    seconds = length(20, 5)

    def send() -> None:
        camera.show(age_s=60.0)
        for words in (f'I am so happy in {CANARY}!', ''):
            speech.publish(String(data=words))
        voices.publish(EmotionEvidence(modality='voice', probabilities=[NAN] * 7, quality=1.0))

    graph.tester.create_timer(0.3, send)
    enough = lambda: all(len(statuses(diagnostics, node)) > seconds for node in NODES)  # noqa: E731
    graph.until(enough, 'the diagnostics', timeout_s=4 * seconds)
    for node in NODES:
        period_s = median(b - a for a, b in pairwise(stamps_s(diagnostics, node)))
        figure(f'diagnostics of {node} every', period_s, 's')
        assert 0.8 <= period_s <= 1.2
        check_statuses(statuses(diagnostics, node), bad[node])


def statuses(messages: list[DiagnosticArray], node: str) -> list[DiagnosticStatus]:
    return [status for msg in messages for status in msg.status if status.name == node]


def stamps_s(messages: list[DiagnosticArray], node: str) -> list[float]:
    stamps = [msg.header.stamp for msg in messages if msg.status[0].name == node]
    return [stamp.sec + stamp.nanosec / NS for stamp in stamps]


def check_statuses(said: list[DiagnosticStatus], reason: str) -> None:
    """Every status has a legal level and the keys; the last one has counted what was sent."""
    private = {CANARY, *EMOTIONS}
    for status in said:
        values = {pair.key: pair.value for pair in status.values}
        rejected = {key for key in values if key.startswith('rejected.')}
        assert status.level in LEVELS
        assert values.keys() >= KEYS
        assert values.keys() - rejected <= KEYS | FURTHER_KEYS
        words = ' '.join((status.message, *values, *values.values())).lower()
        assert [word for word in private if word in words] == []
    assert int(values['received']) > 0
    assert int(values['processed']) > 0
    assert int(values[f'rejected.{reason}']) > 0
