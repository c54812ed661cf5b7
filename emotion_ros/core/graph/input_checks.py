# SPDX-License-Identifier: MIT
"""Why an input brings nothing, or nothing that can be used."""

from collections.abc import Generator, Iterator, Mapping
from math import isnan

from emotion_ros.core.graph.snapshot import (
    FUSION,
    NAN,
    ClockReport,
    Finding,
    InputTopic,
    Kind,
    NodeReport,
    Severity,
)
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

SLOW_HZ = 5.0
OLD_S = 0.5
NEAR_S = 5.0  # two clocks that differ by less are taken for one
LONGEST_S = 10.0  # the largest time-outs of the fusion
FAR_S = 6.0  # beyond, no time-out is long enough
EPOCH_S = 1e9  # older than this: not counted from 1970
BLACK = 16.0  # of 255
MAX_SHOWN = 5
NO_CLOCK = ClockReport()
STAMP_REASONS = ('stale', 'future')
DIRECTIONS = {
    Kind.STAMPS_BEHIND: 'stale',
    Kind.STAMPS_FAR_BEHIND: 'stale',
    Kind.STAMPS_AHEAD: 'future',
}
SPEECH_WORDS = ('speech', 'stt', 'asr', 'transcri', 'recogni', 'whisper', 'vosk', 'voice', 'text')
# Also the usual rejects of a recogniser that works: they alarm only when nothing else ever comes.
ROUTINE = ('empty', 'partial', 'repeated', 'repetition', 'muted', 'hallucination', 'own_voice')


def check_images(
    images: InputTopic,
    duration_s: float,
    node: NodeReport | None = None,
    clock: ClockReport = NO_CLOCK,
) -> Iterator[Finding]:
    """Yield the findings on a camera topic received for ``duration_s``; ``node`` reads it."""
    counts_input = node is not None and 'received' in (node.values or {})
    is_lost = node and node.message == 'running' and counts_input and not node.recent('received')
    if node and is_lost and no_data_cause(images) is None:
        what = f'{images.topic}: images arrive here but not at {node.name}'
        yield Finding(Severity.PROBLEM, Kind.NOT_DELIVERED, what)
        return
    if not (yield from check_messages(images, node, clock)):
        return
    rate_hz = images.received / duration_s
    seen = f'{images.topic}: {rate_hz:.0f} images/s' + ''.join(
        f', {word}' for word in (images.encoding, images.size) if word
    )
    if images.brightness < BLACK:
        what = f'{images.topic}: the images are black'
        yield Finding(Severity.PROBLEM, Kind.BLACK_IMAGES, what)
    if rate_hz < SLOW_HZ:
        yield Finding(Severity.NOTE, Kind.FEW_IMAGES, f'{seen}: few')
    elif not images.brightness < BLACK:
        yield Finding(Severity.GOOD, Kind.FINE, seen)


def check_messages(
    wanted: InputTopic, node: NodeReport | None, clock: ClockReport
) -> Generator[Finding, None, bool]:
    """Yield what is wrong with the messages of an input; return whether some of them are used."""
    cause = no_data_cause(wanted)
    if cause is not None:
        yield cause
        return False
    rejected = node.rejected() if node else {}
    if node and rejected and not node.recent('processed'):
        yield check_refused(wanted, rejected, clock)
        return False
    yield from partly_refused(node, rejected)
    stamps = check_stamps(wanted.topic, wanted.age_s, clock, Severity.NOTE)
    if stamps is not None:
        yield stamps
    yield from check_multiple_publishers(wanted)
    return True


def check_speech(
    speech: InputTopic, duration_s: float, node: NodeReport | None = None
) -> Iterator[Finding]:
    """Yield the findings on a recogniser topic received for ``duration_s``."""
    cause = no_data_cause(speech)
    unreliable = [p.node for p in speech.publishers if not p.is_reliable]
    rejected = node.rejected() if node else {}
    if unreliable:
        yield Finding(
            Severity.PROBLEM,
            Kind.BEST_EFFORT,
            f'{speech.topic}: {", ".join(unreliable)} publishes best effort; sentiment_node asks '
            'for reliable and will receive nothing',
        )
    elif cause is not None and cause.kind not in (Kind.SILENT_PUBLISHER,):
        yield cause
    elif node and rejected and not node.recent('processed'):
        yield check_refused(speech, rejected)
    elif not speech.received:
        what = f'{speech.topic}: no utterance in {duration_s:g} s'
        yield Finding(Severity.NOTE, Kind.NO_UTTERANCE, what)
    else:
        yield from partly_refused(node, rejected)
        yield from check_multiple_publishers(speech)
        count = f'{speech.received} utterance{"s" if speech.received > 1 else ""}'
        yield Finding(Severity.GOOD, Kind.FINE, f'{speech.topic}: {count}')


def check_multiple_publishers(wanted: InputTopic) -> Iterator[Finding]:
    """Yield a note on a topic with several publishers: they are taken for one source."""
    if len(wanted.publishers) > 1:
        names = ', '.join(publisher.node for publisher in wanted.publishers)
        yield Finding(
            Severity.NOTE,
            Kind.SEVERAL_PUBLISHERS,
            f'{wanted.topic} has {len(wanted.publishers)} publishers ({names}), which are taken '
            'for one',
        )


def check_refused(
    wanted: InputTopic,
    rejected: Mapping[str, int],
    clock: ClockReport = NO_CLOCK,
    detail: str = '',
    seconds: float = NAN,
) -> Finding:
    """Return the problem of an input of which nothing is used; ``rejected``: most first.

    It is a note where all reasons are ROUTINE.
    ``detail`` is what came, in words, and ``seconds`` for how long it has been so.
    """
    reason, count = next(iter(rejected.items()))
    came = detail or ', '.join(word for word in (wanted.encoding, wanted.size) if word)
    since = '' if isnan(seconds) else f' for {seconds:.0f} s'
    what = f'{wanted.topic}: all {count} messages are refused{since}: {reason}'
    if reason in STAMP_REASONS:
        stamps = check_stamps(wanted.topic, wanted.age_s, clock, Severity.PROBLEM)
        if stamps is not None and DIRECTIONS.get(stamps.kind, reason) == reason:
            about = stamps.what.removeprefix(f'{wanted.topic}: ')
            return Finding(Severity.PROBLEM, stamps.kind, f'{what}: {about}', stamps.facts)
    facts = {'reason': reason, 'topic': wanted.topic}
    text = f'{what} ({came})' if came else what
    severity = Severity.NOTE if set(rejected) <= set(ROUTINE) else Severity.PROBLEM
    return Finding(severity, Kind.REFUSED, text, facts)


def refused_by_fusion(severity: Severity, what: str, reason: str, age_s: float) -> Finding:
    """Return the finding on evidence that the fusion refuses; ``age_s`` is that of the images."""
    if reason != 'stale':
        return Finding(severity, Kind.REFUSED, what, {'reason': reason, 'node': FUSION})
    return Finding(severity, Kind.LATE_FOR_FUSION, what, {'above': _above(age_s)})


def _above(age_s: float) -> str:
    """Return a time-out (s) that an input of this age keeps to; the largest when not known."""
    return f'{min(age_s * 1.5 + 0.5, LONGEST_S):.1f}' if age_s == age_s else f'{LONGEST_S:.1f}'


def check_stamps(
    topic: str, age_s: float, clock: ClockReport, severity: Severity
) -> Finding | None:
    """Return what is wrong with stamps that are ``age_s`` behind the wall clock, if anything.

    A clock that the stamps agree with, and the nodes do not follow, is the cause.
    """
    sim_age_s = age_s + clock.offset_s
    behind_s = sim_age_s if clock.simulated else age_s
    if isnan(behind_s) or abs(behind_s) <= OLD_S:
        return None
    number = f'{abs(behind_s):.1f}'
    facts = {'topic': topic, 'seconds': number, 'above': _above(abs(behind_s))}
    if clock.simulated and (abs(age_s) < NEAR_S or abs(behind_s) > EPOCH_S):
        kind = Kind.STAMPS_OF_WALL_CLOCK
        what = 'stamps are those of the wall clock, but the nodes follow /clock'
    elif not clock.simulated and abs(sim_age_s) < NEAR_S:
        kind = Kind.STAMPS_OF_SIM_CLOCK
        what = 'stamps are those of /clock, but the nodes use the wall clock'
    elif behind_s > EPOCH_S:
        kind, what = Kind.STAMPS_NOT_SINCE_1970, 'stamps do not count from 1970'
    elif behind_s > FAR_S:
        kind, what = Kind.STAMPS_FAR_BEHIND, f'stamps are {number} s behind the clock here'
    elif behind_s > 0.0:
        kind, what = Kind.STAMPS_BEHIND, f'stamps are {number} s behind the clock here'
    else:
        kind, what = Kind.STAMPS_AHEAD, f'stamps are {number} s ahead of the clock here'
    return Finding(severity, kind, f'{topic}: {what}', facts)


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
        what = f'{what}; it is a managed node, state {publisher.lifecycle}'
        return Finding(Severity.PROBLEM, Kind.NOT_ACTIVE, what, facts)
    return Finding(Severity.PROBLEM, Kind.SILENT_PUBLISHER, what, facts)


def _no_publisher(wanted: InputTopic) -> Finding:
    what = f'no node publishes {wanted.topic}'
    others = (
        rank_cameras(wanted.alternatives, Topic(wanted.topic, wanted.type), wanted.namespace)
        if _is_image(wanted)
        else rank_microphones(wanted)
        if _is_audio(wanted)
        else rank_recognisers(wanted.alternatives)
    )
    usable = [topic for topic in others if not shows_no_faces(topic.name)]
    foreign = foreign_transports(wanted.alternatives, wanted.topic) if _is_image(wanted) else []
    shown = ', '.join(topic.name for topic in others[:MAX_SHOWN])
    found = f'{what}; there is {shown}' if others else what
    base = split_transport(wanted.topic)[0]
    if foreign and (not usable or base == split_transport(foreign[0].name)[0]):
        what = f'{what}; there is {foreign[0].name}, which needs a decoder'
        return _other_source(wanted, foreign[0], what)
    if usable:
        return _other_source(wanted, usable[0], found)
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
    """Return the topics that may be speech, the likeliest first; a String can be anything."""
    candidates = [topic for topic in topics if 'robot_description' not in topic.name]
    named = {t.name for t in topics if any(word in t.name.lower() for word in SPEECH_WORDS)}
    return sorted(candidates, key=lambda topic: (topic.name not in named, topic.name))


def partly_refused(node: NodeReport | None, rejected: Mapping[str, int]) -> Iterator[Finding]:
    """Yield a note for each reason why a node could not use some of the messages."""
    for reason, count in rejected.items():
        what = f'{node.name if node else ""} could not use {count} messages: {reason}'
        yield Finding(Severity.NOTE, Kind.REFUSED, what, {'reason': reason})


def rank_microphones(wanted: InputTopic) -> list[Topic]:
    """Return the topics with sound, those of the own namespace first."""
    space = f'{wanted.namespace}/'
    sound = [topic for topic in wanted.alternatives if topic.type in AUDIO_MESSAGES]
    return sorted(sound, key=lambda topic: (not topic.name.startswith(space), topic.name))


def _input_name(wanted: InputTopic) -> str:
    return 'image' if _is_image(wanted) else 'audio' if _is_audio(wanted) else 'speech'


def _is_image(wanted: InputTopic) -> bool:
    return wanted.type in (IMAGE, COMPRESSED_IMAGE)


def _is_audio(wanted: InputTopic) -> bool:
    return wanted.type in AUDIO_MESSAGES
