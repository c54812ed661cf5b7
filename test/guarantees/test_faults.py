# SPDX-License-Identifier: MIT
"""Section E: sensors that fall silent, nodes that die or freeze."""

import signal
from itertools import pairwise
from math import isnan
from time import monotonic, time

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray

from emotion_ros.conversions.from_msg import stamp_to_seconds
from emotion_ros.msg import EmotionEvidence, EmotionState, FaceEmotionArray, TextSentiment
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.vision_node import VisionNode
from emotion_ros.sandbox.processes import Programs
from faults import face_backend, vision_with
from graph import Graph, diagnostics_of
from lengths import length
from shared_memory import remove, segments
from sim_time import START_S, FusionTime, happy_faces, published_s
from speaker import Speaker
from stills import Camera, bright_square, smiling_face

VISION_TIMEOUT_S, TEXT_HOLD_S, MAX_AGE_S = 1.0, 5.0, 1.0
PROCESS_S = 60.0
FPS = 15.0


def evidence_of(state: EmotionState, modality: str) -> EmotionEvidence:
    """Return the one piece of evidence of a modality."""
    (evidence,) = (e for e in state.evidence if e.modality == modality)
    return evidence


def test_promise_35_a_silent_camera_counts_for_nothing_and_words_go_on(graph):
    """Red when vision_timeout's default is 2 seconds."""
    time_ = FusionTime(graph)
    for i in range(6):
        time_.show(START_S + i / 10)
    time_.say(START_S + 0.6)
    before = time_.state_at(START_S + 1.4)
    assert evidence_of(before, 'face').used
    after = time_.state_at(START_S + 0.5 + VISION_TIMEOUT_S + 0.15)
    face = evidence_of(after, 'face')
    assert (face.used, face.reject_reason, face.weight) == (False, 'stale', 0.0)
    assert evidence_of(after, 'text').used
    assert (after.status, after.label) == (EmotionState.STATUS_OK, 'happy')


def test_promise_36_words_fade_and_are_gone_after_text_hold(graph):
    """Red when text_hold's default is 6 seconds."""
    time_ = FusionTime(graph)
    time_.say(START_S)
    weights = [
        evidence_of(time_.state_at(START_S + i / 10), 'text').weight
        for i in range(2, round(10 * TEXT_HOLD_S * 1.1) + 1, 2)
    ]
    assert all(late <= early for early, late in pairwise(weights))
    by_s = {round(0.2 * (i + 1), 1): weight for i, weight in enumerate(weights)}
    assert by_s[4.4] > 0.0
    assert by_s[5.4] == 0.0
    assert 0.0 < by_s[4.4] < 0.3 * by_s[0.2]


def test_promise_37_when_both_fall_silent_nothing_is_held(graph):
    """Red when TemporalDecay.is_stale is always False."""
    time_ = FusionTime(graph)
    for i in range(6):
        assert time_.show(START_S + i / 10).label == 'happy'
    time_.say(START_S + 0.6)
    for silent_s in (TEXT_HOLD_S + 0.1, 60.0, 3600.0):
        state = time_.state_at(START_S + 0.6 + silent_s)
        assert (state.status, state.not_actionable_reason) == (state.STATUS_NO_INPUT, 'no_input')
        assert (state.emotion, state.label, state.confidence) == (state.UNKNOWN, 'unknown', 0.0)
        assert all(map(isnan, state.probabilities))
        assert not any(e.used for e in state.evidence)


SOURCES = {
    'face': ('vision', FaceEmotionArray, 'emotion/faces', {}),
    # Words are not stale after a second by default: they hold for five.
    'text': ('sentiment', TextSentiment, 'emotion/text', {'text_hold': 1.0, 'fresh_for': 0.5}),
}


def feed(graph: Graph, modality: str) -> None:
    """Let a camera film, or somebody speak."""
    if modality == 'face':
        Camera(graph, smiling_face(), FPS)
    else:
        Speaker(graph)


@pytest.mark.parametrize('modality', list(SOURCES))
def test_promise_38_a_killed_node_is_missed_and_taken_back(graph, figure, modality):
    """Red when TemporalDecay.is_stale is always False."""
    name, kind, topic, options = SOURCES[modality]
    states, answers = graph.listen(EmotionState, 'emotion_state'), graph.listen(kind, topic)
    graph.add(FusionNode, **options)
    used = lambda: any(e.used and e.modality == modality for e in states[-1].evidence)  # noqa: E731
    with Programs({}) as programs:
        program = programs.start(name, f'emotion_ros.nodes.{name}_node')
        feed(graph, modality)
        graph.until(lambda: states and used(), 'a state that uses it', PROCESS_S)
        left = segments(program.process.pid)
        told, killed_s = len(states), time()
        program.process.kill()
        graph.until(lambda: not used(), 'the node missed')
        remove(left)
        missed_s = published_s(states[-1]) - killed_s
        assert len(states) > told
        started_s = time()
        programs.start(name, f'emotion_ros.nodes.{name}_node')
        new = lambda: [a for a in answers if stamp_to_seconds(a.header.stamp) > started_s]  # noqa: E731
        back = graph.until(new, 'the node, back', PROCESS_S)[0]
        state = graph.until(lambda: used() and states[-1], 'a state that uses it again')
    back_s = published_s(state) - stamp_to_seconds(back.header.stamp)
    figure(f'{modality} missed after', missed_s, 's')
    figure(f'{modality} used again after', back_s, 's')
    assert missed_s <= length(1.3, 3.0)
    assert back_s <= length(2.0, 10.0)


def test_promise_39_a_frozen_node_is_missed_and_nothing_old_is_believed(graph, figure):
    """Red when TemporalDecay.is_stale is always False."""
    states = graph.listen(EmotionState, 'emotion_state')
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    diagnostics = graph.listen(DiagnosticArray, '/diagnostics')
    graph.add(FusionNode)
    with Programs({'PYTHONFAULTHANDLER': '1'}) as programs:
        program = programs.start('vision', 'emotion_ros.nodes.vision_node')
        vision = program.process
        Camera(graph, smiling_face(), 100.0)  # one is always being looked at
        graph.until(lambda: states and states[-1].label == 'happy', 'a face', PROCESS_S)
        frozen_s = monotonic()
        vision.send_signal(signal.SIGSTOP)
        graph.until(lambda: states[-1].status == EmotionState.STATUS_NO_INPUT, 'the freeze seen')
        graph.until(lambda: monotonic() - frozen_s > 3.0, '3 s')
        faces.clear()
        thawed_s = time()
        vision.send_signal(signal.SIGCONT)
        try:
            graph.until(lambda: len(faces) >= 5, 'faces again')
        except AssertionError as error:  # seldom, and not understood: say what it was doing
            vision.send_signal(signal.SIGABRT)  # prints where its threads are
            vision.wait(PROCESS_S)
            values = diagnostics_of(diagnostics, 'vision_node')
            raise AssertionError(f'{error}: {values}\n{program.printed()}') from error
        graph.until(lambda: states[-1].label == 'happy', 'a state again')
    old = [f for f in faces if stamp_to_seconds(f.header.stamp) < thawed_s - MAX_AGE_S]
    figure('old answers after the thaw', len(old), '')
    assert len(old) <= 1  # the freeze may fall between the last look at the stamp and the sending
    assert all(e.age <= MAX_AGE_S for s in states for e in s.evidence if e.used)


def test_promise_39_what_a_network_saw_before_it_froze_is_not_published(graph):
    """Red when VisionNode.process checks the stamp only before its work."""
    backend = face_backend('hangs')
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    node = graph.add(VisionNode, vision_with(backend), max_age=0.2)
    camera = Camera(graph, bright_square(), FPS, np.fliplr(bright_square()))  # it moves
    graph.until(lambda: faces, 'an answer')
    backend.is_ill = True
    calls = backend.calls
    graph.until(lambda: backend.calls > calls, 'the hang')
    hung_s = graph.tester.get_clock().now().nanoseconds / 1e9
    graph.until(lambda: camera.shown_s[-1] > hung_s + 0.5, 'half a second')
    backend.is_ill = False
    backend.released.set()
    told = len(faces)
    graph.until(lambda: len(faces) > told + 2, 'further answers')
    assert node.statistics.counts()['rejected.stale'] >= 1
    assert min(stamp_to_seconds(f.header.stamp) for f in faces[told:]) > hung_s


def test_promise_40_a_fusion_started_anew_needs_no_memory(graph, figure):
    """Red when a Fusion begins switched off."""
    states = graph.listen(EmotionState, 'emotion_state')
    faces = graph.tester.create_publisher(FaceEmotionArray, 'emotion/faces', 10)
    graph.tester.create_timer(0.1, lambda: faces.publish(happy_faces(time())))
    lives = [one_life(graph, states) for _ in range(2)]
    start_s = max(first_s - begun_s for begun_s, first_s, _ in lives)
    correct_s = max(known_s - first_s for _, first_s, known_s in lives)
    figure('from start to the first state', start_s, 's')
    figure('from there until it is correct (DDS discovery)', correct_s, 's')
    assert {s.label for s in states if s.status != s.STATUS_NO_INPUT} == {'happy'}
    assert correct_s <= length(2.5, 10.0)


def one_life(graph: Graph, states: list[EmotionState]) -> tuple[float, float, float]:
    """Start a fusion and kill it; return when it began, first spoke and first knew.

    What the one before said may still wait to be heard: only later states are its own.
    """
    graph.monitor.expect_jump()
    begun_s = time()
    own = lambda: [s for s in states if published_s(s) > begun_s]  # noqa: E731
    knowing = lambda: [s for s in own() if s.status == EmotionState.STATUS_OK]  # noqa: E731
    with Programs({}) as programs:
        fusion = programs.start('fusion', 'emotion_ros.nodes.fusion_node').process
        first = graph.until(own, 'the first state', PROCESS_S)[0]
        known = graph.until(knowing, 'a state that knows')[0]
        left = segments(fusion.pid)
        fusion.kill()
        fusion.wait()
        remove(left)
    return begun_s, published_s(first), published_s(known)
