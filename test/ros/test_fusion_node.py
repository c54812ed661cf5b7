# SPDX-License-Identifier: MIT
"""fusion_node over real DDS: states on evidence, on ticks, switched off, with bad input."""

import math
from functools import partial
from itertools import pairwise
from statistics import median

import pytest
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray
from rosgraph_msgs.msg import Clock
from std_srvs.srv import SetBool

from emotion_ros.conversions.from_msg import stamp_to_seconds
from emotion_ros.errors import ConfigError
from emotion_ros.msg import (
    EmotionEvidence,
    EmotionState,
    EmotionStateArray,
    FaceEmotion,
    FaceEmotionArray,
)
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.messages.stamps import seconds_to_stamp
from graph import Graph, diagnostics_of


def faces_now(graph: Graph, *faces: FaceEmotion) -> FaceEmotionArray:
    """Return a frame stamped now."""
    msg = FaceEmotionArray(faces=list(faces))
    msg.header.stamp = graph.tester.get_clock().now().to_msg()
    msg.header.frame_id = 'camera'
    return msg


def happy_face() -> FaceEmotion:
    """Return a face that is clearly happy."""
    p = [0.01] * 7
    p[3] = 0.94
    return FaceEmotion(face_id=1, box_xyxy=[0.4, 0.4, 0.6, 0.6], quality=1.0, probabilities=p)


def test_without_input_a_state_comes_at_ten_hertz(graph):
    states = graph.listen(EmotionState, 'emotion_state')
    graph.add(FusionNode)
    graph.until(lambda: len(states) >= 12, 'twelve states')
    assert {s.status for s in states} == {EmotionState.STATUS_NO_INPUT}
    stamps = [s.header.stamp.sec + s.header.stamp.nanosec / 1e9 for s in states[1:]]
    gaps = [b - a for a, b in pairwise(stamps)]
    assert median(gaps) == pytest.approx(0.1, abs=0.02)


def test_who_subscribes_right_after_the_start_need_not_wait_for_a_tick(graph):
    """Red when the first state is only sent on ticks: the clock stands still."""
    clock = graph.tester.create_publisher(Clock, '/clock', 1)
    everybody = graph.listen(EmotionStateArray, '/robot/emotion_states')
    graph.add(partial(FusionNode, namespace='robot'), use_sim_time=True)
    ten = Clock(clock=Time(sec=10))
    graph.until(
        lambda: everybody and everybody[-1].states[0].header.stamp.sec == 10,
        'the tick of this time',
        publish=lambda: clock.publish(ten),
    )
    states = graph.listen(EmotionState, '/robot/emotion_state')
    graph.until(lambda: states, 'a state')


def test_a_face_becomes_an_actionable_state(graph):
    states = graph.listen(EmotionState, 'emotion_state')
    everybody = graph.listen(EmotionStateArray, 'emotion_states')
    graph.add(FusionNode)
    publisher = graph.publisher(FaceEmotionArray, 'emotion/faces')

    show = lambda: publisher.publish(faces_now(graph, happy_face()))  # noqa: E731
    seen = lambda: [s for s in states if s.actionable]  # noqa: E731
    state = graph.until(seen, 'an actionable state', publish=show)[0]
    assert (state.label, state.emotion, state.person_id) == ('happy', EmotionState.HAPPY, 'face_1')
    assert state.header.frame_id == 'camera'
    assert state.confidence > 0.6
    assert sum(state.probabilities) == pytest.approx(1.0, abs=1e-3)
    assert state.summary == 'Vision: Happy (94%)'
    assert state.duration.sec + state.duration.nanosec / 1e9 >= 0.5
    assert state.evidence[0].used
    graph.until(lambda: everybody and everybody[-1].states[0].person_id == 'face_1', 'the array')


def test_a_state_has_the_stamp_of_its_image_to_the_nanosecond(graph):
    """As message_filters.TimeSynchronizer needs it. Source: leggedrobotics/darknet_ros 63."""
    states = graph.listen(EmotionState, 'emotion_state')
    graph.add(FusionNode)
    publisher = graph.publisher(FaceEmotionArray, 'emotion/faces')
    shown = []

    def show() -> None:
        msg = faces_now(graph, happy_face())
        stamp = msg.header.stamp
        while seconds_to_stamp(stamp_to_seconds(stamp)) == stamp:
            stamp.nanosec -= 1
        shown.append(stamp)
        publisher.publish(msg)

    def is_exact(state: EmotionState) -> bool:
        headers = [state.header, *(evidence.header for evidence in state.evidence)]
        return len(headers) == 2 and all(header.stamp in shown for header in headers)

    graph.until(lambda: any(map(is_exact, states)), 'the stamp of an image', publish=show)


def test_of_two_people_a_voice_that_is_not_known_counts_for_neither(graph):
    everybody = graph.listen(EmotionStateArray, 'emotion_states')
    diagnostics = graph.listen(DiagnosticArray, '/diagnostics')
    graph.add(FusionNode)
    other = happy_face()
    other.face_id, other.box_xyxy = 2, [0.0, 0.0, 0.1, 0.1]
    faces = graph.publisher(FaceEmotionArray, 'emotion/faces')
    evidence = graph.publisher(EmotionEvidence, 'emotion/evidence')
    people = ['face_1', 'face_2']

    def show():
        faces.publish(faces_now(graph, happy_face(), other))

    def seen():
        return everybody and [s.person_id for s in everybody[-1].states] == people

    graph.until(seen, 'both', publish=show)
    sad = EmotionEvidence(modality='voice', probabilities=[0.01] * 5 + [0.94, 0.01], quality=1.0)
    sad.header.stamp = graph.tester.get_clock().now().to_msg()
    evidence.publish(sad)
    first, second = graph.until(
        lambda: seen() and len(everybody[-1].states[0].evidence) == 2 and everybody[-1].states,
        'the voice',
        publish=show,
    )
    voice = first.evidence[1]
    assert (voice.modality, voice.used, voice.reject_reason) == ('voice', False, 'wrong_person')
    assert [e.modality for e in second.evidence] == ['face']
    graph.until(
        lambda: diagnostics_of(diagnostics, 'fusion_node').get('rejected.wrong_person') == '1',
        'the count',
    )


def test_switched_off_and_on_it_publishes_that_at_once(graph):
    states = graph.listen(EmotionState, 'emotion_state')
    graph.add(FusionNode)
    graph.until(lambda: states, 'a state')
    response = graph.call(SetBool, 'fusion_node/enable', SetBool.Request(data=False))
    assert response.success
    graph.until(lambda: states[-1].status == EmotionState.STATUS_DISABLED, 'disabled')
    graph.call(SetBool, 'fusion_node/enable', SetBool.Request(data=True))
    graph.until(lambda: states[-1].status == EmotionState.STATUS_NO_INPUT, 'enabled')


def test_bad_evidence_is_counted_by_reason_and_nothing_is_lost(graph):
    states = graph.listen(EmotionState, 'emotion_state')
    diagnostics = graph.listen(DiagnosticArray, '/diagnostics')
    graph.add(FusionNode)
    publisher = graph.publisher(EmotionEvidence, 'emotion/evidence')
    nan = EmotionEvidence(modality='voice', probabilities=[math.nan] * 7, quality=1.0)
    nan.header.stamp = graph.tester.get_clock().now().to_msg()
    odd = EmotionEvidence(modality='voice', quality=1.0)
    odd.header.stamp.nanosec = 2_000_000_000
    for msg in (nan, odd):
        publisher.publish(msg)
    counts = graph.until(
        lambda: (d := diagnostics_of(diagnostics, 'fusion_node')).get('rejected.bad_stamp') and d,
        'the counts',
    )
    assert (counts['rejected.invalid'], counts['rejected.bad_stamp']) == ('1', '1')
    good = EmotionEvidence(modality='voice', probabilities=[0.01] * 5 + [0.94, 0.01], quality=1.0)
    good.header.stamp = graph.tester.get_clock().now().to_msg()
    publisher.publish(good)
    graph.until(lambda: states[-1].label == 'sad', 'the good evidence')


@pytest.mark.parametrize(
    ('parameters', 'message'),
    [
        ({'rate': 500.0}, 'parameter rate: 500.0 is above 100'),
        ({'rate': 20}, 'parameter rate: 20 is an integer'),
        ({'rate': math.nan}, 'parameter rate: nan is not a finite number'),
        ({'filter': 'kalman'}, "parameter filter: 'kalman' is not one of"),
        ({'fillter': 'hmm'}, "unknown parameter 'fillter' (known: "),
        ({'detect_width': 640}, 'write it below /**/vision_node:'),
        ({'modalities': ['voice'], 'voice__weight': -1.0}, 'voice.weight: -1.0 is below 0'),
        ({'modalities': ['voice'], 'voice__wieght': 1.0}, "unknown parameter 'voice.wieght'"),
    ],
)
def test_promise_3_wrong_parameters_are_named(graph, parameters, message):
    with pytest.raises(ConfigError) as raised:
        graph.add(FusionNode, **parameters)
    assert message in str(raised.value)


def test_an_empty_list_in_a_file_is_an_empty_list(graph, tmp_path):
    path = tmp_path / 'params.yaml'
    path.write_text('fusion_node:\n  ros__parameters:\n    modalities: []\n')
    arguments = ['--ros-args', '--params-file', str(path)]
    node = FusionNode(context=graph.context, cli_args=arguments)
    assert node.config.modalities == ()
    node.destroy_node()


def test_a_listed_modality_has_its_own_weight(graph):
    states = graph.listen(EmotionState, 'emotion_state')
    graph.add(FusionNode, modalities=['voice'], voice__weight=0.25)
    publisher = graph.publisher(EmotionEvidence, 'emotion/evidence')
    msg = EmotionEvidence(modality='voice', probabilities=[1 / 7] * 7, quality=1.0)
    msg.header.stamp = graph.tester.get_clock().now().to_msg()
    publisher.publish(msg)
    state = graph.until(lambda: [s for s in states if s.evidence], 'a state with evidence')[0]
    assert state.evidence[0].weight == pytest.approx(0.25)


def test_a_clock_that_stands_still_before_a_tick_is_not_polled_more_often(graph):
    node = graph.add(FusionNode, use_sim_time=True)
    clock = graph.publisher(Clock, '/clock')
    just_before = Clock(clock=Time(sec=10, nanosec=99_500_000))

    stands_still = lambda: node.now_s() == pytest.approx(10.0995)  # noqa: E731
    graph.until(stands_still, 'the time', publish=lambda: clock.publish(just_before))
    graph.until(lambda: min(t.timer_period_ns for t in node.timers) >= 49e6, 'a calm poll')
