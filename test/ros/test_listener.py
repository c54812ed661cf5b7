# SPDX-License-Identifier: MIT
"""EmotionListener in a controller's node, over real DDS."""

import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.errors import ConfigError
from emotion_ros.listener import EmotionListener
from emotion_ros.msg import EmotionState


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

    def see(msg, count):
        publisher.publish(msg)
        return len(events) >= count

    graph.until(lambda: see(sad(), 1), 'the behaviour')
    assert listener.state is not None
    happy = sad(label='happy', emotion=int(Emotion.HAPPY))
    graph.until(lambda: see(happy, 2), 'the end of the behaviour')
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
        publisher.publish(unsure)
        if listener.state is not None:
            seen.append(listener.state)
        return len(seen) > 5

    graph.until(see, 'some states')
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


def test_a_mistyped_emotion_is_refused_at_once(listener):
    with pytest.raises(ConfigError, match="'sadd' is not one of"):
        listener.on_actionable('sadd', do=print)
