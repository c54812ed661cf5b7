# SPDX-License-Identifier: MIT
"""Why a microphone brings nothing, or nothing that can be used."""

from collections.abc import Iterator, Mapping

from emotion_ros.core.graph_snapshot import (
    ClockReport,
    Finding,
    InputTopic,
    Kind,
    NodeReport,
    Severity,
)
from emotion_ros.core.input_checks import (
    NO_CLOCK,
    ROUTINE,
    check_multiple_publishers,
    check_refused,
    check_stamps,
    no_data_cause,
    partly_refused,
)

SILENT_DBFS = -80.0
"""Below the noise of any open microphone: it is muted, or it is the wrong device."""
MOST_CLIPPED = 0.01


def check_audio(
    audio: InputTopic,
    duration_s: float,
    node: NodeReport | None = None,
    clock: ClockReport = NO_CLOCK,
) -> Iterator[Finding]:
    """Yield the findings on a topic with sound received for ``duration_s``; ``node`` reads it."""
    cause = no_data_cause(audio)
    if cause is not None:
        yield cause
        return
    rejected = node.rejected() if node else {}
    if node and rejected and not node.recent('processed'):
        refused = check_refused(audio, rejected, clock)
        severity = Severity.NOTE if set(rejected) <= set(ROUTINE) else Severity.PROBLEM
        yield Finding(severity, refused.kind, refused.what, refused.facts)
        return
    yield from partly_refused(node, rejected)
    stamps = check_stamps(audio.topic, audio.age_s, clock, Severity.NOTE)
    if stamps is not None:
        yield stamps
    yield from check_multiple_publishers(audio)
    values = (node.values if node else None) or {}
    found = tuple(check_sound(audio.topic, values))
    yield from found
    if not found:
        level = f', {values["loudest_dbfs"]} dBFS at most' if 'loudest_dbfs' in values else ''
        rate_hz = audio.received / duration_s
        yield Finding(Severity.GOOD, Kind.FINE, f'{audio.topic}: {rate_hz:.0f} messages/s{level}')


def check_sound(topic: str, values: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what is wrong with the sound itself, from the diagnostics of voice_node."""
    loudest = values.get('loudest_dbfs', 'nan')
    if float(loudest) < SILENT_DBFS:
        what = f'{topic}: audio arrives, but it is silence ({loudest} dBFS)'
        yield Finding(Severity.PROBLEM, Kind.SILENT_AUDIO, what)
    clipping = float(values.get('clipping', 'nan'))
    if clipping > MOST_CLIPPED:
        what = f'{topic}: {clipping:.0%} of the sound is clipped'
        yield Finding(Severity.NOTE, Kind.CLIPPED_AUDIO, what)
