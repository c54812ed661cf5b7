# SPDX-License-Identifier: MIT
"""Section F: clocks that are missing, jump, pause; stamps of another time."""

from time import monotonic, process_time

import pytest
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.clock import ClockType

from emotion_ros.msg import EmotionEvidence, EmotionState, FaceEmotionArray, TextSentiment
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.messages.stamps import seconds_to_stamp
from graph import diagnostics_of
from lengths import length
from sim_time import START_S, FusionTime, WholeTime, glad_words, happy_faces
from stills import bright_square, still

HOUR_S = 3600.0
GLAD = 'I am so happy today!'


def test_promise_47_without_a_clock_the_nodes_wait_and_say_so(graph):
    """Red when the timer of the diagnostics follows the node's own clock."""
    diagnostics = graph.listen(DiagnosticArray, '/diagnostics')
    time = WholeTime(graph)
    names = {node.get_name() for node in time.nodes}
    waiting = lambda: {  # noqa: E731
        s.name for m in diagnostics for s in m.status if s.message == 'waiting_for_clock'
    }
    graph.until(lambda: len(time.states) >= 5 and waiting() == names, 'states and diagnostics')
    assert all(s.status == s.STATUS_NO_INPUT for s in time.states)
    assert all(s.header.stamp == Time() for s in time.states)
    time.move(START_S)
    told = len(time.states)
    assert time.film(START_S + 0.1).label == 'happy'
    assert all(s.header.stamp != Time() for s in time.states[told + 1 :])


@pytest.mark.parametrize('step_s', [1.0, 90.0])
def test_promise_48_a_clock_that_jumps_back_clears_the_state_and_life_goes_on(graph, step_s):
    """Red when CLOCK_JUMP_S is 100 seconds."""
    time = WholeTime(graph)
    time.say(START_S, GLAD)
    for i in range(1, 9):
        before = time.film(START_S + i / 10)
    assert before.actionable
    assert len(before.evidence) == 2
    graph.monitor.expect_jump()
    back_s = START_S + 0.8 - step_s
    cleared = time.state_at(back_s)
    assert (cleared.status, cleared.evidence) == (EmotionState.STATUS_NO_INPUT, [])
    for i in range(1, 11):
        after = time.film(back_s + i / 10)
    assert after.actionable
    assert time.say(back_s + 1.0, 'What a happy day!').evidence[-1].used
    assert time.rejected() == {}


def test_promise_48_a_recording_that_loops_says_the_same_every_time(graph):
    """Red when Fusion._advance_time does not clear."""
    time = WholeTime(graph)
    rounds = []
    for _ in range(3):
        graph.monitor.expect_jump()
        time.move(START_S)
        rounds.append([time.film(START_S + i / 10) for i in range(1, 8)])
    labels = [[(s.label, s.actionable, s.duration.nanosec) for s in each] for each in rounds]
    assert labels[0] == labels[1] == labels[2]
    assert rounds[0][-1].actionable
    assert time.rejected() == {}


@pytest.mark.parametrize('jump_s', [10.0, 1000.0])
def test_promise_49_a_clock_that_jumps_forward_drops_what_is_old(graph, jump_s):
    """Red when TemporalDecay.is_stale is always False."""
    time = WholeTime(graph)
    time.say(START_S, GLAD)
    time.film(START_S + 0.1)
    late = time.state_at(START_S + jump_s)
    assert (late.status, late.label) == (EmotionState.STATUS_NO_INPUT, 'unknown')
    assert time.film(START_S + jump_s + 0.1).label == 'happy'
    assert graph.errors == []
    assert all('errors' not in node.statistics.counts() for node in time.nodes)


def test_promise_50_a_paused_clock_makes_nothing_stale_and_nobody_busy(graph, figure):
    """Red when the fusion's timer has a period of 10 us."""
    time = WholeTime(graph)
    time.say(START_S, GLAD)
    state = time.film(START_S + 0.1)
    pause_s = length(3.0, 1.5)
    began_s, cpu_s, seen = monotonic(), process_time(), len(time.states)
    graph.until(lambda: monotonic() - began_s > pause_s, 'the pause')
    busy = (process_time() - cpu_s) / (monotonic() - began_s)
    figure('CPU in the pause, nodes and test', 100.0 * busy, '% of a core')
    assert busy < 0.5
    assert all(s.status == EmotionState.STATUS_OK for s in time.states[seen - 1 :])
    assert all(e.used for e in state.evidence)
    after = time.film(START_S + 0.2)
    assert [e.used for e in after.evidence] == [True, True]


def heard_sad(stamp_s: float) -> EmotionEvidence:
    """Return what a voice says that sounds sad."""
    p = [0.01] * 5 + [0.94, 0.01]
    msg = EmotionEvidence(modality='voice', probabilities=p, quality=1.0)
    msg.header.stamp = seconds_to_stamp(stamp_s)
    return msg


ANSWERS = {
    'emotion/faces': (happy_faces, FaceEmotionArray),
    'emotion/text': (glad_words, TextSentiment),
    'emotion/evidence': (heard_sad, EmotionEvidence),
}


def stamp_of(offset_s: float | None, now_s: float) -> Time:
    """Return a stamp so far from now; None: one with too many nanoseconds."""
    if offset_s is None:
        return Time(sec=int(now_s), nanosec=2_000_000_000)
    return seconds_to_stamp(now_s + offset_s) if offset_s > -now_s else Time()


@pytest.mark.parametrize(
    ('offset_s', 'counted'),
    [
        (0.0, 'processed'),
        (-START_S, 'processed'),
        (HOUR_S, 'rejected.future'),
        (-START_S + 1.0, 'rejected.stale'),
        (-0.2, 'processed'),
        (None, 'rejected.bad_stamp'),
    ],
    ids=['now', 'zero', 'future', 'past', 'out_of_order', 'nanosec'],
)
def test_promise_51_images_of_any_stamp(graph, offset_s, counted):
    """Red when check_stamp returns every stamp."""
    time = WholeTime(graph)
    time.film(START_S)
    before = time.vision.statistics.counts()
    time.images.publish(still(bright_square(), stamp_of(offset_s, START_S)))
    changed = lambda: {  # noqa: E731
        key: n - before.get(key, 0)
        for key, n in time.vision.statistics.counts().items()
        if n != before.get(key, 0)
    }
    graph.until(lambda: len(changed()) >= 2, 'the counts')
    assert changed() == {'received': 1, counted: 1}
    assert time.film(START_S + 0.1).label == 'happy'


@pytest.mark.parametrize(
    ('offset_s', 'reason'),
    [
        (0.0, ''),
        (-START_S, 'stale'),
        (HOUR_S, 'future'),
        (-HOUR_S, 'stale'),
        (-0.2, 'out_of_order'),
        (None, 'bad_stamp'),
    ],
    ids=['now', 'zero', 'future', 'past', 'out_of_order', 'nanosec'],
)
@pytest.mark.parametrize('topic', ['emotion/faces', 'emotion/text', 'emotion/evidence'])
def test_promise_51_answers_of_any_stamp(graph, topic, offset_s, reason):
    """Red when Fusion._store returns only the buffer's rejection."""
    now_s = 2 * HOUR_S
    time = FusionTime(graph)
    make, kind = ANSWERS[topic]
    publisher = graph.publisher(kind, topic)
    time.move(now_s)
    if reason == 'out_of_order':
        publisher.publish(make(now_s))
        graph.until(lambda: time.fusion.statistics.counts()['received'] == 1, 'the first')
    msg = make(now_s)
    msg.header.stamp = stamp_of(-now_s if offset_s == -START_S else offset_s, now_s)
    received = time.fusion.statistics.counts()['received']
    publisher.publish(msg)
    graph.until(lambda: time.fusion.statistics.counts()['received'] > received, 'the message')
    rejected = time.fusion.statistics.counts()
    counted = {k: n for k, n in rejected.items() if k.startswith('rejected.')}
    assert counted == ({f'rejected.{reason}': 1} if reason else {})
    assert time.show(now_s + 0.1).label == 'happy'


def test_promise_52_nothing_but_stamps_depends_on_the_system_clock(graph):
    """Red when a timer is made without ``clock=self.steady_clock``."""
    time = WholeTime(graph)
    clocks = [timer.clock.clock_type for node in time.nodes for timer in node.timers]
    assert len(clocks) >= len(time.nodes) + 1
    assert set(clocks) == {ClockType.STEADY_TIME}


class SteppedBack(FusionNode):
    """A fusion whose system clock somebody may set back."""

    behind_s = 0.0

    def now_s(self) -> float:
        """Return ROS time as the changed system clock has it."""
        return super().now_s() - self.behind_s


def test_promise_52_a_system_clock_set_back_stops_neither_heartbeat_nor_watchdog(graph):
    """Red when PublishSchedule.tick waits until the time that was has come again."""
    states = graph.listen(EmotionState, 'emotion_state')
    diagnostics = graph.listen(DiagnosticArray, '/diagnostics')
    node = graph.add(SteppedBack)
    faces = graph.publisher(FaceEmotionArray, 'emotion/faces')
    graph.until(lambda: len(states) >= 3, 'the heartbeat')
    faces.publish(happy_faces(node.now_s()))
    graph.until(lambda: states[-1].label == 'happy', 'a state')
    graph.monitor.expect_jump()
    node.behind_s = HOUR_S
    seen, told = len(states), len(diagnostics)
    graph.until(lambda: len(states) >= seen + 5, 'the heartbeat')
    graph.until(lambda: len(diagnostics) > told, 'the diagnostics')
    assert (states[-1].status, states[-1].label) == (EmotionState.STATUS_NO_INPUT, 'unknown')
    faces.publish(happy_faces(node.now_s()))
    graph.until(lambda: states[-1].label == 'happy', 'a state after the step')
    graph.until(lambda: states[-1].status == EmotionState.STATUS_NO_INPUT, 'the watchdog')
    assert 'rejected.stale' not in diagnostics_of(diagnostics, 'fusion_node')
