# SPDX-License-Identifier: MIT
"""Why an input brings nothing that can be used."""

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
from emotion_ros.core.graph.source_checks import no_data_cause
from emotion_ros.core.graph.stamp_checks import NO_CLOCK, check_stamps, sufficient_timeout

SLOW_HZ = 5.0
BLACK = 16.0  # of 255
STAMP_REASONS = ('stale', 'future')
FLAT = 4.0  # standard deviation of the pixels, of 255: sensor noise has 1 to 3
FEW_TICKS_HZ = 5.0
DIRECTIONS = {
    Kind.STAMPS_BEHIND: 'stale',
    Kind.STAMPS_FAR_BEHIND: 'stale',
    Kind.STAMPS_AHEAD: 'future',
}
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
    elif images.contrast < FLAT:
        what = f'{images.topic}: the images show one colour'
        yield Finding(Severity.PROBLEM, Kind.FLAT_IMAGES, what)
    elif images.is_still:
        what = f'{images.topic}: all {images.received} images are the same, to the bit'
        yield Finding(Severity.NOTE, Kind.STILL_IMAGES, what)
    if rate_hz < SLOW_HZ and not clock.simulated:
        yield Finding(Severity.NOTE, Kind.FEW_IMAGES, f'{seen}: few')
    elif not (images.brightness < BLACK or images.contrast < FLAT):
        yield Finding(Severity.GOOD, Kind.FINE, seen)


def check_messages(
    wanted: InputTopic,
    node: NodeReport | None,
    clock: ClockReport = NO_CLOCK,
    may_be_silent: bool = False,
) -> Generator[Finding, None, bool]:
    """Yield what is wrong with the messages of an input; return whether some of them are used."""
    cause = no_data_cause(wanted)
    if cause is not None and not (may_be_silent and cause.kind is Kind.SILENT_PUBLISHER):
        yield cause
        return False
    rejected = node.rejected() if node else {}
    if node and rejected and not node.recent('processed'):
        yield check_refused(wanted, rejected, clock)
        return False
    for reason, count in rejected.items():
        what = f'{node.name if node else ""} could not use {count} messages: {reason}'
        is_most = node and count > node.recent('processed') and reason not in ROUTINE
        severity = Severity.PROBLEM if is_most else Severity.NOTE
        yield Finding(severity, Kind.REFUSED, what, {'reason': reason})
    stamps = check_stamps(wanted.topic, wanted.age_s, clock, Severity.NOTE)
    if stamps is not None:
        yield stamps
    yield from check_multiple_publishers(wanted)
    return True


def check_speech(
    speech: InputTopic, duration_s: float, node: NodeReport | None = None
) -> Iterator[Finding]:
    """Yield the findings on a recogniser topic received for ``duration_s``."""
    unreliable = [p.node for p in speech.publishers if not p.is_reliable]
    if unreliable:
        yield Finding(
            Severity.PROBLEM,
            Kind.BEST_EFFORT,
            f'{speech.topic}: {", ".join(unreliable)} publishes best effort; sentiment_node asks '
            'for reliable and will receive nothing',
        )
        return
    if not (yield from check_messages(speech, node, may_be_silent=True)):
        return
    if speech.received:
        count = f'{speech.received} utterance{"s" if speech.received > 1 else ""}'
        yield Finding(Severity.GOOD, Kind.FINE, f'{speech.topic}: {count}')
    else:
        what = f'{speech.topic}: no utterance in {duration_s:g} s'
        yield Finding(Severity.NOTE, Kind.NO_UTTERANCE, what)


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
    return Finding(severity, Kind.LATE_FOR_FUSION, what, {'above': sufficient_timeout(age_s)})
