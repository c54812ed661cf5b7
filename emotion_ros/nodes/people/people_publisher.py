# SPDX-License-Identifier: MIT
"""Publishes what happens to the people in view: events, and a sentence for a dialogue."""

from collections.abc import Sequence
from pathlib import Path

from rclpy.node import Node
from std_msgs.msg import String

from emotion_ros.core.people.context_sentence import ContextSentence, load_context_template
from emotion_ros.core.people.events import EventDetector, EventType, PersonEvent
from emotion_ros.core.people.reaction import Reaction
from emotion_ros.core.state import EmotionState
from emotion_ros.files.resources import PACKAGED, packaged_config
from emotion_ros.msg import EmotionEvent
from emotion_ros.nodes.messages.qos import LATCHED, QUEUE_DEPTH
from emotion_ros.nodes.messages.stamps import seconds_to_duration, seconds_to_stamp

EVENTS_TOPIC, CONTEXT_TOPIC = 'emotion_events', 'emotion_context'
CONTEXT_FILE = 'context_sentences.yaml'
KINDS = {
    EventType.APPEARED: EmotionEvent.APPEARED,
    EventType.ONSET: EmotionEvent.ONSET,
    EventType.CHANGE: EmotionEvent.CHANGE,
    EventType.OFFSET: EmotionEvent.OFFSET,
    EventType.CONFLICT: EmotionEvent.CONFLICT,
    EventType.LOST: EmotionEvent.LOST,
}


class PeoplePublisher:
    """``emotion_events`` and ``emotion_context`` from the states of everybody in view.

    ``sentences`` is the template of the sentences: packaged, or the path of a file.
    """

    def __init__(self, node: Node, sentences: str) -> None:
        path = packaged_config(CONTEXT_FILE) if sentences == PACKAGED else Path(sentences)
        self._detector = EventDetector()
        self._stamp_s = 0.0
        self._sentence = ContextSentence(load_context_template(path))
        self._events = node.create_publisher(EmotionEvent, EVENTS_TOPIC, QUEUE_DEPTH)
        self._context = node.create_publisher(String, CONTEXT_TOPIC, LATCHED)

    def publish(self, states: Sequence[EmotionState], place: str, now_s: float) -> None:
        """Publish what has changed; ``place`` is that of the focus person, the first one."""
        self._stamp_s = states[0].stamp_s
        for event in self._detector.update(states, now_s):
            self._events.publish(event_to_msg(event, states[0]))
        if sentence := self._sentence.update(states[0], place):
            self._context.publish(String(data=sentence))

    def publish_reaction(self, person_id: str, reaction: Reaction) -> None:
        """Publish how a person took a behaviour of the robot."""
        msg = EmotionEvent(
            person_id=person_id,
            kind=EmotionEvent.REACTION,
            from_emotion=int(reaction.from_emotion),
            to_emotion=int(reaction.to_emotion),
            confidence=float(reaction.confidence),
        )
        msg.header.stamp = seconds_to_stamp(self._stamp_s)
        self._events.publish(msg)


def event_to_msg(event: PersonEvent, newest: EmotionState) -> EmotionEvent:
    """Return an event; of a person who left, with the stamp of the ``newest`` state."""
    is_lost = event.type is EventType.LOST
    msg = EmotionEvent(
        person_id=event.person_id,
        kind=KINDS[event.type],
        from_emotion=int(event.from_emotion),
        to_emotion=int(event.to_emotion),
        confidence=0.0 if is_lost else float(event.state.confidence),
        duration=seconds_to_duration(event.ended_s),
    )
    msg.header.stamp = seconds_to_stamp(newest.stamp_s if is_lost else event.state.stamp_s)
    msg.header.frame_id = event.state.frame_id
    return msg
