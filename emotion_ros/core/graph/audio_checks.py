# SPDX-License-Identifier: MIT
"""Why a microphone brings nothing, or nothing that can be used."""

from collections.abc import Iterator, Mapping

from emotion_ros.core.graph.input_checks import check_messages
from emotion_ros.core.graph.snapshot import (
    ClockReport,
    Finding,
    InputTopic,
    Kind,
    NodeReport,
    Severity,
)
from emotion_ros.core.graph.stamp_checks import NO_CLOCK

SILENT_DBFS = -80.0
"""Below the noise of any open microphone: it is muted, or it is the wrong device."""
MOST_CLIPPED = 0.01
REPORTED_LOSS = 0.02


def check_audio(
    audio: InputTopic,
    duration_s: float,
    node: NodeReport | None = None,
    clock: ClockReport = NO_CLOCK,
) -> Iterator[Finding]:
    """Yield the findings on a topic with sound received for ``duration_s``; ``node`` reads it."""
    if not (yield from check_messages(audio, node, clock)):
        return
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
    lost = float(values.get('lost_share', 'nan'))
    if lost > REPORTED_LOSS:
        what = f'{topic}: {lost:.0%} of the sound is lost on the way ({values["gaps"]} gaps)'
        yield Finding(Severity.PROBLEM, Kind.LOST_AUDIO, what)
    clipping = float(values.get('clipping', 'nan'))
    if clipping > MOST_CLIPPED:
        what = f'{topic}: {clipping:.0%} of the sound is clipped'
        yield Finding(Severity.NOTE, Kind.CLIPPED_AUDIO, what)
