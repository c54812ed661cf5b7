"""The fusion under a clock that others move: missing, jumping back, paused."""

from diagnostic_msgs.msg import DiagnosticArray
from rosgraph_msgs.msg import Clock
from std_msgs.msg import Header

from emotion_ros.msg import EmotionState, FaceEmotion, FaceEmotionArray
from emotion_ros.nodes.convert import seconds_to_stamp
from emotion_ros.nodes.fusion import FusionNode
from graph import Graph, diagnostics_of

START_S = 1_000.0


def happy_faces(stamp_s: float) -> FaceEmotionArray:
    """Return a frame with one clearly happy face."""
    p = [0.01] * 7
    p[3] = 0.94
    face = FaceEmotion(face_id=1, box_xyxy=[0.4, 0.4, 0.6, 0.6], quality=1.0, probabilities=p)
    return FaceEmotionArray(header=Header(stamp=seconds_to_stamp(stamp_s)), faces=[face])


class Time:
    """Moves ROS time for a fusion node and shows it a face at every step."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.states = graph.listen(EmotionState, 'emotion_state')
        self.node = graph.add(FusionNode, use_sim_time=True)
        self.clock = graph.publisher(Clock, '/clock')
        self.faces = graph.publisher(FaceEmotionArray, 'emotion/faces')

    def move(self, now_s: float) -> None:
        """Set the clock and wait until the node has it."""
        self.clock.publish(Clock(clock=seconds_to_stamp(now_s)))
        self.graph.until(lambda: abs(self.node.now_s() - now_s) < 1e-6, f'time {now_s}')

    def show(self, now_s: float) -> EmotionState:
        """Move the clock, show a face, and return what is said of it."""
        self.move(now_s)
        seen = len(self.states)
        self.faces.publish(happy_faces(now_s))
        self.graph.until(
            lambda: [s for s in self.states[seen:] if s.header.stamp == seconds_to_stamp(now_s)],
            f'the state at {now_s}',
        )
        return self.states[-1]


def test_without_a_clock_the_node_waits_and_says_so(graph):
    states = graph.listen(EmotionState, 'emotion_state')
    diagnostics = graph.listen(DiagnosticArray, '/diagnostics')
    graph.add(FusionNode, use_sim_time=True)
    graph.until(lambda: len(states) >= 5 and diagnostics, 'states and diagnostics')
    assert {(s.status, s.header.stamp.sec) for s in states} == {(EmotionState.STATUS_NO_INPUT, 0)}
    assert diagnostics[-1].status[0].message == 'waiting_for_clock'
    assert diagnostics_of(diagnostics, 'fusion_node')['enabled'] == 'true'


def test_a_clock_that_jumps_back_clears_the_state_and_life_goes_on(graph):
    time = Time(graph)
    for i in range(8):
        before = time.show(START_S + i / 10)
    assert before.actionable
    graph.monitor.expect_jump()
    time.move(START_S - 90.0)
    graph.until(
        lambda: time.states[-1].status == EmotionState.STATUS_NO_INPUT, 'the cleared state'
    )
    for i in range(1, 9):
        after = time.show(START_S - 90.0 + i / 10)
    assert after.actionable


def test_a_clock_that_jumps_forward_drops_what_is_old(graph):
    time = Time(graph)
    time.show(START_S)
    time.move(START_S + 1000.0)
    graph.until(lambda: time.states[-1].status == EmotionState.STATUS_NO_INPUT, 'no input')


def test_a_paused_clock_makes_nothing_stale(graph):
    time = Time(graph)
    state = time.show(START_S)
    diagnostics = graph.listen(DiagnosticArray, '/diagnostics')
    graph.until(lambda: len(diagnostics) >= 2, 'two seconds')
    assert time.states[-1].status == state.status == EmotionState.STATUS_OK
