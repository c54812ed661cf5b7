# SPDX-License-Identifier: MIT
"""From a bag to a Session: the recorded states, or those that a replay gives."""

import argparse
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

from emotion_ros.bag.offline_fusion import NANOSECONDS, Event
from emotion_ros.bag.progress import with_progress
from emotion_ros.bag.reader import Bag, Topic
from emotion_ros.bag.replay import Replay, open_replay
from emotion_ros.bag.session import Session
from emotion_ros.bag.topics import find_speech, find_topic
from emotion_ros.bag.types import FACES, PACKAGE, STATE, TEXT_SENTIMENT
from emotion_ros.conversions.from_msg import msg_to_faces, msg_to_state, msg_to_text
from emotion_ros.core.observations import FacesObservation, TextObservation
from emotion_ros.core.state import Status
from emotion_ros.errors import InvalidInput

STATES = f'{PACKAGE}/msg/EmotionStateArray'
DIAGNOSTICS = 'diagnostic_msgs/msg/DiagnosticArray'
NODES = ('vision_node', 'sentiment_node', 'fusion_node')
REJECTED = 'rejected.'


def read_session(args: argparse.Namespace) -> Session:
    """Return what a bag holds; EmotionRosError when it cannot be used.

    Recorded states are taken as they are, unless an option asks for a replay or there are none.
    """
    with Bag(args.bag) as bag:
        states = find_topic(bag, (STATES,)) or find_topic(bag, (STATE,))
        if states and not _is_replay_wanted(args):
            session = _new_session(bag, 'as recorded on the robot')
            _hear(session, bag, args.speech_topic)
            _Recording(session).read(bag, states)
            return session
    with open_replay(args) as replay:
        session = _new_session(replay.bag, 'in a replay')
        _hear(session, replay.bag, args.speech_topic)
        _replay(session, replay)
    return session


class _Recording:
    """Puts the messages of a bag into a session, each by its type."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._put: dict[str, Callable[[Any, float], None]] = {
            STATE: self._put_state,
            STATES: self._put_states,
            FACES: self._put_faces,
            TEXT_SENTIMENT: self._put_text,
            DIAGNOSTICS: self._put_diagnostics,
        }

    def read(self, bag: Bag, states: Topic) -> None:
        """Take in everything; what cannot be understood is counted by reason."""
        others = [find_topic(bag, (kind,)) for kind in (FACES, TEXT_SENTIMENT)]
        others += [t for t in bag.topics if (t.name, t.type) == ('/diagnostics', DIAGNOSTICS)]
        topics = [states, *(topic for topic in others if topic)]
        for recorded in bag.messages(topics):
            try:
                self._put[recorded.topic.type](recorded.msg, _seconds(bag, recorded.time_ns))
            except InvalidInput as error:
                self._session.rejects[recorded.topic.name, error.reason] += 1

    def _put_state(self, msg: Any, at_s: float) -> None:
        self._session.see_states([msg_to_state(msg)], at_s)
        self._note_latency(msg)

    def _put_states(self, msg: Any, at_s: float) -> None:
        if msg.states:
            self._session.see_states([msg_to_state(state) for state in msg.states], at_s)
            self._note_latency(msg.states[0])

    def _note_latency(self, msg: Any) -> None:
        if msg.status == Status.OK:
            self._session.latencies_s.append(float(msg.latency))

    def _put_faces(self, msg: Any, at_s: float) -> None:
        del at_s
        self._session.see_faces(msg_to_faces(msg), msg.reason)
        self._session.inferences_s.append(float(msg.inference_time))

    def _put_text(self, msg: Any, at_s: float) -> None:
        if msg.text:
            self._session.transcript.add_words(msg.text, at_s)
        _put_sentiment(self._session, msg_to_text(msg), at_s)

    def _put_diagnostics(self, msg: Any, at_s: float) -> None:
        del at_s
        for status in msg.status:
            if status.name in NODES:
                self._put_counters(status)

    def _put_counters(self, status: Any) -> None:
        """Take over the counts of a node: they only grow, so the last ones tell all."""
        for pair in status.values:
            if pair.key.startswith(REJECTED) and pair.value.isdecimal():
                key = (status.name, pair.key.removeprefix(REJECTED))
                self._session.rejects[key] = int(pair.value)


def _replay(session: Session, replay: Replay) -> None:
    events = _watched(session, replay.bag, replay.events())
    with with_progress(replay.moments(events), replay.bag) as moments:
        for moment in moments:
            session.see_states(moment.states, _seconds(replay.bag, moment.time_ns))
    session.rejects.update({('replay', reason): n for reason, n in replay.refused.items()})


def _watched(session: Session, bag: Bag, events: Iterator[Event]) -> Iterator[Event]:
    """Pass the observations on, and put them into the session."""
    for time_ns, event in events:
        if isinstance(event, FacesObservation):
            session.see_faces(event, '')
        elif isinstance(event, TextObservation):
            _put_sentiment(session, event, _seconds(bag, time_ns))
        yield time_ns, event


def _put_sentiment(session: Session, text: TextObservation, at_s: float) -> None:
    if not text.is_status_only:
        session.transcript.add_sentiment(text.result(), at_s)


def _hear(session: Session, bag: Bag, name: str) -> None:
    topic = find_speech(bag, name)
    for recorded in bag.messages([topic] if topic else []):
        session.transcript.add_words(recorded.msg.data, _seconds(bag, recorded.time_ns))


def _is_replay_wanted(args: argparse.Namespace) -> bool:
    return bool(args.source or args.params or args.without or args.weight or args.image_topic)


def _new_session(bag: Bag, how: str) -> Session:
    begun = datetime.fromtimestamp(bag.start_ns / NANOSECONDS, timezone.utc)
    return Session(
        title=bag.path.resolve().name,
        source=f'{how}, {begun:%Y-%m-%d %H:%M} UTC',
        duration_s=bag.duration_s,
    )


def _seconds(bag: Bag, time_ns: int) -> float:
    return max(time_ns - bag.start_ns, 0) / NANOSECONDS
