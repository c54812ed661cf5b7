# SPDX-License-Identifier: MIT
"""From a bag to a Session: the recorded states, or those of a replay."""

from collections.abc import Iterator
from contextlib import suppress

from emotion_ros.bag.offline_fusion import FusionInput, Publication
from emotion_ros.bag.provenance import REPLAYED, read_provenance, recorded_provenance
from emotion_ros.bag.reader import Bag, Recorded, Topic
from emotion_ros.bag.replay import Replay
from emotion_ros.bag.replay_config import ReplayOptions
from emotion_ros.bag.session import Session
from emotion_ros.bag.topics import find_speech, find_topic, read_private_times
from emotion_ros.bag.types import FACES, PACKAGE, STATE, TEXT_SENTIMENT
from emotion_ros.conversions.from_msg import msg_to_faces, msg_to_state, msg_to_text
from emotion_ros.conversions.speech import speech_from_msg
from emotion_ros.core.evidence import Rejection
from emotion_ros.core.observations import FacesObservation, TextObservation
from emotion_ros.core.people.behaviour_reactions import BehaviourObserver
from emotion_ros.core.state import Status
from emotion_ros.errors import InvalidInput
from emotion_ros.view.progress import with_progress

STATES = f'{PACKAGE}/msg/EmotionStateArray'
DIAGNOSTICS = 'diagnostic_msgs/msg/DiagnosticArray'
NODES = ('vision_node', 'sentiment_node', 'fusion_node')
REJECTED = 'rejected.'


def read_session(options: ReplayOptions, behaviours: BehaviourObserver | None = None) -> Session:
    """Return the session in a bag; EmotionRosError when the bag or an option cannot be used.

    Recorded states are taken as they are; without any, or when an option changes them, the bag
    is replayed. ``behaviours`` get all states.
    """
    with Bag(options.bag) as bag:
        states = find_topic(bag, (STATES,)) or find_topic(bag, (STATE,))
        if states and not options.changes_states:
            session = _new_session(bag, behaviours)
            _add_speech(session, bag, find_speech(bag, options.speech_topic))
            _add_recording(session, bag, states)
            session.failure = bag.damage
            return session
        replay = Replay(bag, options)
        session = _new_session(bag, behaviours)
        session.is_replay, session.provenance = True, replay.provenance().lines()
        _add_speech(session, bag, replay.sources.speech)
        session.notes = replay.notes()
        _add_replay(session, replay)
        session.failure = replay.failure()
    return session


def _add_recording(session: Session, bag: Bag, states: Topic) -> None:
    """Add these states and all that goes with them; invalid messages count as rejected."""
    others = [find_topic(bag, (msg_type,)) for msg_type in (FACES, TEXT_SENTIMENT)]
    others += [t for t in bag.topics if (t.name, t.type) == ('/diagnostics', DIAGNOSTICS)]
    nodes: dict[str, dict[str, str]] = {}

    def position(recorded: Recorded) -> float:
        return bag.seconds_from_start(recorded.time_ns)

    messages = bag.messages([states, *(topic for topic in others if topic)])
    with with_progress(messages, bag.duration_s, 'read', position) as watched:
        for recorded in watched:
            if recorded.topic.type == DIAGNOSTICS:
                for status in recorded.msg.status:
                    nodes[status.name] = {pair.key: pair.value for pair in status.values}
                continue
            try:
                _add_message(session, recorded, position(recorded))
            except InvalidInput as error:
                session.rejects[recorded.topic.name, error.reason] += 1
    latest = {name: nodes[name] for name in NODES if name in nodes}  # their counts only grow
    session.provenance = recorded_provenance(latest)
    for name, values in latest.items():
        session.received |= _numbers({name: values.get('received', '')})
        rejected = {k: v for k, v in values.items() if k.startswith(REJECTED)}
        for reason, number in _numbers(rejected).items():
            session.rejects[name, reason.removeprefix(REJECTED)] = number
    if REPLAYED in bag.custom_data:
        session.is_replay = True
        with suppress(ValueError):
            session.provenance = read_provenance(bag.custom_data[REPLAYED])


def _add_message(session: Session, recorded: Recorded, at_s: float) -> None:
    """Add a message of a node; InvalidInput when a value is illegal."""
    msg, msg_type = recorded.msg, recorded.topic.type
    if msg_type == FACES:
        session.add_faces(msg_to_faces(msg), msg.reason)
        session.inferences_s.append(float(msg.inference_time))
    elif msg_type == TEXT_SENTIMENT:
        if msg.text:
            session.transcript.add_words(msg.text, at_s)
        _add_sentiment(session, msg_to_text(msg), at_s)
    elif msgs := msg.states if msg_type == STATES else [msg]:
        session.add_states([msg_to_state(state) for state in msgs], at_s)
        if msgs[0].status == Status.OK:
            session.latencies_s.append(float(msgs[0].latency))


def _numbers(texts: dict[str, str]) -> dict[str, int]:
    return {name: int(text) for name, text in texts.items() if text.isdecimal()}


def _add_replay(session: Session, replay: Replay) -> None:
    bag = replay.bag

    def position(publication: Publication) -> float:
        return bag.seconds_from_start(publication.time_ns)

    observations = _recorded_in(session, bag, replay.observations())
    publications = replay.publications(observations)
    with with_progress(publications, bag.duration_s, 'replay', position) as watched:
        for publication in watched:
            session.add_states(publication.states, position(publication))
    received, rejected = replay.input_counts()
    session.received |= received
    session.rejects.update(rejected)


def _recorded_in(
    session: Session, bag: Bag, observations: Iterator[FusionInput]
) -> Iterator[FusionInput]:
    """Pass the observations through and add them to the session."""
    for time_ns, observation in observations:
        if isinstance(observation, FacesObservation):
            session.add_faces(observation, '')
        elif isinstance(observation, TextObservation):
            _add_sentiment(session, observation, bag.seconds_from_start(time_ns))
        yield time_ns, observation


def _add_sentiment(session: Session, text: TextObservation, at_s: float) -> None:
    if not text.is_status_only:
        session.transcript.add_sentiment(text.result(), at_s)


def _add_speech(session: Session, bag: Bag, topic: Topic | None) -> None:
    private = read_private_times(bag)
    for recorded in bag.messages([topic] if topic else []):
        if private.hides_words(recorded.time_ns):
            session.rejects['speech', Rejection.PAUSED.value] += 1
            continue
        with suppress(InvalidInput):
            utterance = speech_from_msg(recorded.topic.type, recorded.msg).utterance
            if not utterance.is_partial:
                at_s = bag.seconds_from_start(recorded.time_ns)
                session.transcript.add_words(utterance.final, at_s)


def _new_session(bag: Bag, behaviours: BehaviourObserver | None) -> Session:
    name = bag.path.resolve().name
    return Session(name, bag.start_ns, bag.duration_s, behaviours=behaviours)
