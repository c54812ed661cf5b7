# SPDX-License-Identifier: MIT
"""EmotionListener in a controller's node, over real DDS."""

from collections.abc import Iterator
from threading import Event, Thread
from time import monotonic

import pytest
from builtin_interfaces.msg import Time
from rclpy.executors import Executor, MultiThreadedExecutor, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.task import Future

from emotion_ros.core.emotions import Emotion
from emotion_ros.errors import ConfigError
from emotion_ros.listener import EmotionListener
from emotion_ros.msg import EmotionEvent, EmotionState
from emotion_ros.nodes.messages.stamps import seconds_to_stamp

PERIOD_S = 0.1
START_S = 1000.0


def sad(**changes) -> EmotionState:
    msg = EmotionState(emotion=int(Emotion.SAD), label='sad', confidence=0.8, person_id='face_1')
    msg.actionable = True
    for name, value in changes.items():
        setattr(msg, name, value)
    return msg


@pytest.fixture
def listener(graph) -> EmotionListener:
    return EmotionListener(graph.tester)


def test_a_lasting_emotion_begins_a_behaviour_and_its_end_ends_it(graph, listener):
    events = []
    listener.on_actionable(
        'sad',
        for_s=0.3,
        do=lambda state: events.append(('comfort', state.person_id)),
        then=lambda state: events.append(('resume', state.label)),
    )
    publisher = graph.publisher(EmotionState, 'emotion_state')

    graph.until(lambda: events, 'the behaviour', publish=lambda: publisher.publish(sad()))
    assert listener.state is not None
    happy = sad(label='happy', emotion=int(Emotion.HAPPY))
    show = lambda: publisher.publish(happy)  # noqa: E731
    graph.until(lambda: len(events) >= 2, 'the end of the behaviour', publish=show)
    assert events == [('comfort', 'face_1'), ('resume', 'happy')]


def test_silence_ends_a_behaviour(graph, listener):
    events = []
    listener.on_actionable('sad', do=events.append, then=events.append)
    graph.publisher(EmotionState, 'emotion_state').publish(sad())
    graph.until(lambda: len(events) == 2, 'the end of the behaviour')
    assert listener.state is None


def test_what_may_not_be_acted_on_begins_nothing(graph, listener):
    begun, seen = [], []
    listener.on_actionable(do=begun.append)
    publisher = graph.publisher(EmotionState, 'emotion_state')
    unsure = sad(actionable=False, not_actionable_reason='low_confidence')

    def see() -> bool:
        if listener.state is not None:
            seen.append(listener.state)
        return len(seen) > 5

    graph.until(see, 'some states', publish=lambda: publisher.publish(unsure))
    assert begun == []


def test_a_malformed_state_is_left_out_and_the_next_one_counts(graph, listener):
    begun = []
    listener.on_actionable(do=begun.append)
    publisher = graph.publisher(EmotionState, 'emotion_state')
    publisher.publish(sad(status=77))
    publisher.publish(sad(person_id='face_2'))
    graph.until(lambda: begun, 'the behaviour')
    assert [state.person_id for state in begun] == ['face_2']
    assert graph.errors == []


def test_a_mistyped_emotion_is_an_error_at_once(listener):
    with pytest.raises(ConfigError, match="'sadd' is not one of"):
        listener.on_actionable('sadd', do=print)


class Fusion:
    """Publishes states of which each is PERIOD_S younger, at a pace that the test decides."""

    def __init__(self, graph, node: Node) -> None:
        self._graph = graph
        self._node = node
        self._publisher = graph.publisher(EmotionState, 'emotion_state')
        self.time_s = START_S

    def publish(self, **changes) -> None:
        self.time_s = round(self.time_s + PERIOD_S, 3)
        msg = sad(**changes)
        msg.header.stamp = seconds_to_stamp(self.time_s)
        self._publisher.publish(msg)

    def restart(self) -> None:
        self._graph.tester.destroy_publisher(self._publisher)
        self._publisher = self._graph.tester.create_publisher(EmotionState, 'emotion_state', 10)
        self._graph.until(self._publisher.get_subscription_count, 'the listener')

    def keep_on(self, condition, what: str, every_s: float = PERIOD_S, **changes) -> None:
        """Publish until the condition holds."""
        next_s = 0.0

        def step():
            nonlocal next_s
            if monotonic() >= next_s:
                next_s = monotonic() + every_s
                self.publish(**changes)
            return condition()

        self._graph.until(step, what)


@pytest.fixture(params=[SingleThreadedExecutor, MultiThreadedExecutor])
def controller(graph, request) -> Iterator[Node]:
    """Return a node that is spun in a thread, so that its callbacks may block."""
    executor: Executor = request.param(context=graph.context)
    node = Node('controller', context=graph.context)
    executor.add_node(node)
    thread = Thread(target=executor.spin)
    thread.start()
    yield node
    executor.shutdown()
    thread.join()
    node.destroy_node()


@pytest.mark.parametrize('restarted', [False, True], ids=['', 'fusion restarted'])
def test_an_action_that_takes_longer_than_a_silence_does_not_end_its_episode(
    graph, controller, restarted
):
    log, begun, may_end = [], Event(), Event()

    def comfort(state):
        log.append(('do', state.label))
        begun.set()
        may_end.wait(20.0)

    listener = EmotionListener(controller)
    listener.on_actionable(
        'sad', for_s=0.5, do=comfort, then=lambda state: log.append(('then', state.label))
    )
    fusion = Fusion(graph, controller)
    fusion.keep_on(begun.is_set, 'the action')
    until_s = monotonic() + 1.3
    if restarted:
        fusion.restart()
    fusion.keep_on(lambda: monotonic() > until_s, 'time in which states are lost', 0.05)
    may_end.set()
    last = seconds_to_stamp(round(fusion.time_s + 20 * PERIOD_S, 3))
    fusion.keep_on(lambda: arrived(listener) == last, 'later states', 0.02)
    assert log == [('do', 'sad')]
    happy = {'label': 'happy', 'emotion': int(Emotion.HAPPY)}
    fusion.keep_on(lambda: len(log) > 1, 'the end', **happy)
    assert log == [('do', 'sad'), ('then', 'happy')]


def arrived(listener: EmotionListener) -> Time:
    """Return the stamp of the latest state."""
    return listener.state.header.stamp if listener.state else Time()


def test_a_callback_of_the_node_that_takes_long_does_not_end_an_episode(graph, controller):
    log, blocked, may_end = [], Event(), Event()

    def block() -> None:
        timer.cancel()
        blocked.set()
        may_end.wait(20.0)

    listener = EmotionListener(controller)
    listener.on_actionable('sad', do=lambda _: log.append('do'), then=lambda _: log.append('then'))
    fusion = Fusion(graph, controller)
    fusion.keep_on(lambda: log, 'the action')
    timer = controller.create_timer(0.1, block)
    fusion.keep_on(blocked.is_set, 'the long callback')
    until_s = monotonic() + 1.3
    fusion.keep_on(lambda: monotonic() > until_s, 'time in which states are lost', 0.05)
    may_end.set()
    last = seconds_to_stamp(round(fusion.time_s + 20 * PERIOD_S, 3))
    fusion.keep_on(lambda: arrived(listener) == last, 'later states', 0.02)
    assert log == ['do']


def test_an_action_may_be_a_coroutine(graph, controller):
    log, answer = [], Future()

    async def ask(state):
        log.append(f'asked {state.person_id}')
        log.append(await answer)

    async def rest(_):
        log.append('rest')

    EmotionListener(controller).on_actionable('sad', do=ask, then=rest)
    fusion = Fusion(graph, controller)
    fusion.keep_on(lambda: log, 'the beginning of the action')
    answer.set_result('answered')
    fusion.keep_on(lambda: len(log) > 1, 'its end')
    graph.until(lambda: len(log) > 2, 'the end of the episode')
    assert log == ['asked face_1', 'answered', 'rest']


@pytest.mark.parametrize('every_s', [0.0, 1.0], ids=['as fast as it goes', 'at a tenth'])
def test_a_replay_at_any_speed_counts_in_the_time_of_the_states(graph, listener, every_s):
    log = []
    listener.on_actionable(
        'sad', for_s=0.45, do=lambda s: log.append(s.header.stamp), then=log.append
    )
    fusion = Fusion(graph, graph.tester)
    for _ in range(8):
        fusion.publish()
        stamp, due_s = seconds_to_stamp(fusion.time_s), monotonic() + every_s
        graph.until(lambda: arrived(listener) == stamp, 'the state')  # noqa: B023
        graph.until(lambda: monotonic() >= due_s, 'the time of the next')  # noqa: B023
    assert log == [seconds_to_stamp(round(START_S + 6 * PERIOD_S, 3))]


def test_time_goes_on_while_no_input_comes(graph, listener):
    """A sentence counts for seconds: its states have one stamp, and the latency grows."""
    begun = []
    listener.on_actionable('sad', for_s=0.45, do=lambda s: begun.append(s.latency))
    fusion = Fusion(graph, graph.tester)
    for i in range(8):
        fusion.time_s = START_S
        fusion.publish(latency=0.1 * i)
        graph.until(lambda: listener.state and listener.state.latency >= 0.099 * i, 'it')  # noqa: B023
    assert begun == [pytest.approx(0.5)]


def test_events_of_the_wanted_kinds_and_person_are_called_back(graph, listener):
    onsets, everything, later = [], [], []

    async def note(event: EmotionEvent) -> None:
        later.append(event.kind)

    listener.on_event('onset', 'change', do=onsets.append, person_id='face_1')
    listener.on_event(do=everything.append)
    listener.on_event('lost', do=note)
    publisher = graph.publisher(EmotionEvent, 'emotion_events')
    graph.until(lambda: publisher.get_subscription_count() == 3, 'the listeners')
    others = (EmotionEvent.ONSET, EmotionEvent.LOST)
    for kind, person in [(k, 'face_1') for k in range(7)] + [(k, 'face_2') for k in others]:
        publisher.publish(EmotionEvent(kind=kind, person_id=person))
    graph.until(lambda: len(everything) == 9, 'all events')
    graph.until(lambda: later == [EmotionEvent.LOST] * 2, 'the coroutine')
    assert [(e.kind, e.person_id) for e in onsets] == [
        (EmotionEvent.ONSET, 'face_1'),
        (EmotionEvent.CHANGE, 'face_1'),
    ]


def test_an_unknown_kind_of_event_is_refused(listener):
    with pytest.raises(ConfigError, match=r"'onst' is not one of appeared, onset"):
        listener.on_event('onst', do=print)
