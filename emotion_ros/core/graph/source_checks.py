# SPDX-License-Identifier: MIT
"""Why nothing arrives on a topic, and where it is published instead."""

import re

from emotion_ros.core.graph.snapshot import Finding, InputTopic, Kind, Severity
from emotion_ros.core.image_topics import (
    COMPRESSED,
    COMPRESSED_IMAGE,
    FOREIGN_TRANSPORTS,
    IMAGE,
    RAW,
    Topic,
    foreign_transports,
    rank_cameras,
    shows_no_faces,
    split_transport,
)
from emotion_ros.core.voice.audio_topics import AUDIO_MESSAGES

MAX_SHOWN = 5
IMAGE_TYPES = (IMAGE, COMPRESSED_IMAGE)
OF_ROBOT = re.compile(
    r'(?:^|[/_])(?:tts|say|speak|robot|response|reply|answer|output|chatbot|llm|agent|status|state'
    r'|command|intent|log|wake\w*|text_to_speech)(?=$|[/_])'
)
"""What is in the names of text that the robot says, and of what is no speech."""
VIDEO_TYPE = re.compile(r'video|ffmpeg', re.IGNORECASE)
SPEECH_TYPE = re.compile(r'transcri|speech|recogni|utterance', re.IGNORECASE)
SPEECH_PACKAGES = ('std_msgs', 'hri_msgs', 'speech_recognition_msgs', 'whisper_msgs')
"""Those of the types that can be subscribed to."""
SURE_WORDS = ('stt', 'asr', 'transcri', 'recogni', 'whisper', 'vosk')
SPEECH_WORDS = (*SURE_WORDS, 'speech', 'voice', 'text')  # the last three: also what a robot says


def no_data_cause(wanted: InputTopic) -> Finding | None:
    """Return why no data arrives on a topic; None when it does."""
    if wanted.received and any(p.type == wanted.type for p in wanted.publishers):
        return None
    others = [p for p in wanted.publishers if p.type != wanted.type]
    if others:
        what = f'{wanted.topic} is {others[0].type} of {others[0].node}, not {wanted.type}'
        return _other_source(wanted, Topic(wanted.topic, others[0].type), what)
    if not wanted.publishers:
        return _no_publisher(wanted)
    if wanted.received:
        return None
    publisher = wanted.publishers[0]
    facts = {'topic': wanted.topic, 'node': publisher.path or publisher.node}
    what = f'{wanted.topic}: {publisher.node} announces it but nothing arrives'
    if publisher.lifecycle not in ('', 'active'):
        is_asked = publisher.lifecycle != 'unknown'
        state = f'state {publisher.lifecycle}' if is_asked else 'perhaps not active'
        what = f'{what}; it is a managed node, {state}'
        return Finding(Severity.PROBLEM, Kind.NOT_ACTIVE, what, facts)
    return Finding(Severity.PROBLEM, Kind.SILENT_PUBLISHER, what, facts)


def _no_publisher(wanted: InputTopic) -> Finding:
    what = f'no node publishes {wanted.topic}'
    given = split_transport(wanted.topic)[0]
    foreign_type = (
        t for t in wanted.alternatives if t.name == given and t.type not in IMAGE_TYPES
    )
    if _is_image(wanted) and (named := next(foreign_type, None)):
        return _other_source(wanted, named, f'{given} is {named.type}, not {IMAGE}')
    others = (
        rank_cameras(wanted.alternatives, Topic(wanted.topic, wanted.type), wanted.namespace)
        if _is_image(wanted)
        else rank_microphones(wanted)
        if _is_audio(wanted)
        else rank_recognisers(wanted.alternatives)
    )
    usable = [topic for topic in others if not shows_no_faces(topic.name)]
    if _is_speech(wanted):
        usable = [topic for topic in others if not is_of_robot(topic)]
    foreign = foreign_transports(wanted.alternatives, wanted.topic) if _is_image(wanted) else []
    shown = ', '.join(topic.name for topic in others[:MAX_SHOWN])
    found = f'{what}; there is {shown}' if others else what
    base = split_transport(wanted.topic)[0]
    if foreign and (not usable or base == split_transport(foreign[0].name)[0]):
        what = f'{what}; there is {foreign[0].name}, which needs a decoder'
        return _other_source(wanted, foreign[0], what)
    if usable:
        if _is_speech(wanted) and is_foreign_speech(usable[0]):
            found = f'{what}; there is {usable[0].name} ({usable[0].type})'
        return _other_source(wanted, usable[0], found)
    videos = [t for t in wanted.alternatives if VIDEO_TYPE.search(t.type)]
    if _is_image(wanted) and videos:
        what = f'{what}; there is {videos[0].name} ({videos[0].type}), which needs a decoder'
        return _other_source(wanted, videos[0], what)
    if wanted.managed:
        facts = {'node': wanted.managed[0], 'topic': wanted.topic}
        what = f'{what}; {", ".join(wanted.managed)}: managed, not configured'
        return Finding(Severity.PROBLEM, Kind.NOT_CONFIGURED, what, facts)
    facts = {'input': _input_name(wanted), 'topic': wanted.topic}
    return Finding(Severity.PROBLEM, Kind.NO_PUBLISHER, found, facts)


def _other_source(wanted: InputTopic, found: Topic, what: str) -> Finding:
    """Return the problem of an input that is published under another name or type."""
    base, transport = split_transport(found.name)
    facts = {'topic': wanted.topic, 'found': found.name, 'base': base, 'type': found.type}
    facts |= {'type_name': found.type.rpartition('/')[2], 'wanted_type': wanted.type}
    if not _is_image(wanted):
        kind = Kind.OTHER_TYPE if found.name == wanted.topic else Kind.OTHER_TOPIC
        facts |= {'input': _input_name(wanted)}
    elif found.type == COMPRESSED_IMAGE and transport not in FOREIGN_TRANSPORTS:
        kind, facts['input'] = Kind.OTHER_TOPIC, 'image'
        facts |= {'base': base if transport else found.name, 'transport': COMPRESSED}
    elif found.type == IMAGE:
        kind, facts['input'] = Kind.OTHER_TOPIC, 'image'
        facts |= {'base': found.name}
        if wanted.type == COMPRESSED_IMAGE:
            facts |= {'transport': RAW}
    elif transport in FOREIGN_TRANSPORTS:
        kind = Kind.OTHER_TRANSPORT
        facts |= {'transport': transport, 'out': split_transport(wanted.topic)[0]}
    else:
        kind, facts['input'] = Kind.OTHER_TYPE, 'image'
        cameras = rank_cameras(wanted.alternatives, Topic(wanted.topic, wanted.type))
        usable = [topic for topic in cameras if not shows_no_faces(topic.name)]
        if usable:
            return _other_source(wanted, usable[0], f'{what}; there is {usable[0].name}')
    return Finding(Severity.PROBLEM, kind, what, facts)


def rank_recognisers(topics: tuple[Topic, ...]) -> list[Topic]:
    """Return the topics that may be speech, the likeliest first; a String can be anything.

    What the name says is of the robot, or no speech, comes last; before it a type that cannot be
    subscribed to.
    """
    candidates = [topic for topic in topics if 'robot_description' not in topic.name]

    def rank(topic: Topic) -> tuple[object, ...]:
        name = topic.name.lower()
        words = (SURE_WORDS, SPEECH_WORDS)
        not_named = [not any(word in name for word in group) for group in words]
        return is_of_robot(topic), is_foreign_speech(topic), *not_named, name

    return sorted(candidates, key=rank)


def is_foreign_speech(topic: Topic) -> bool:
    """Return whether a topic is of a type that has to be converted."""
    return topic.type.partition('/')[0] not in SPEECH_PACKAGES


def is_of_robot(topic: Topic) -> bool:
    """Return whether the name is that of what a robot says, or of no speech at all."""
    return OF_ROBOT.search(topic.name.lower()) is not None


def rank_microphones(wanted: InputTopic) -> list[Topic]:
    """Return the topics with sound, those of the own namespace first."""
    space = f'{wanted.namespace}/'
    sound = [topic for topic in wanted.alternatives if topic.type in AUDIO_MESSAGES]
    return sorted(sound, key=lambda topic: (not topic.name.startswith(space), topic.name))


def _input_name(wanted: InputTopic) -> str:
    return 'image' if _is_image(wanted) else 'audio' if _is_audio(wanted) else 'speech'


def _is_image(wanted: InputTopic) -> bool:
    return wanted.type in IMAGE_TYPES


def _is_speech(wanted: InputTopic) -> bool:
    return not (_is_image(wanted) or _is_audio(wanted))


def _is_audio(wanted: InputTopic) -> bool:
    return wanted.type in AUDIO_MESSAGES
