# SPDX-License-Identifier: MIT
"""Annotations of researchers: TextGrid (Praat) and EAF (ELAN)."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from emotion_ros.errors import ConfigError
from emotion_ros.perception.text.transcript.line import Line, plain, read_time

TEXTGRID_HEAD = re.compile(r'\s*File type\s*=\s*"ooTextFile')
EAF_HEAD = re.compile(r'\s*<\?xml|\s*<ANNOTATION_DOCUMENT')
_TIER = re.compile(r'\bitem \[\d+\]:')
_NAME = re.compile(r'\bname = "((?:[^"]|"")*)"')
_INTERVAL = re.compile(r'xmin = (\S+)\s+xmax = (\S+)\s+text = "((?:[^"]|"")*)"')


def read_textgrid(text: str, name: str) -> Sequence[Line]:
    """Return the intervals with a text, by time, tiers as speakers; ConfigError for odd times."""
    lines = []
    for tier in _TIER.split(text)[1:]:
        speaker = _NAME.search(tier)
        for start, end, words in _INTERVAL.findall(tier):
            said = plain(words.replace('""', '"'))
            times = read_time(start), read_time(end)
            if None in times:
                raise ConfigError(f'{name}: xmin {start!r} or xmax {end!r} is no number')
            if said:
                lines.append(Line(said, *times, speaker[1] if speaker else ''))
    return sorted(lines, key=lambda line: line.at_s or 0.0)


def read_eaf(text: str, name: str) -> Sequence[Line]:
    """Return the annotations with a time, by time; ConfigError for other XML, or times."""
    try:
        root = ElementTree.fromstring(re.sub(r'^\s*<\?xml[^>]*\?>', '', text))
    except ElementTree.ParseError as error:
        raise ConfigError(f'{name}: is damaged XML: {error}') from error
    if root.tag != 'ANNOTATION_DOCUMENT':
        raise ConfigError(f'{name}: is XML, but not of ELAN: save it as text, SRT or WebVTT')
    slots = {slot.get('TIME_SLOT_ID'): slot.get('TIME_VALUE') for slot in root.iter('TIME_SLOT')}
    lines = []
    for tier in root.iter('TIER'):
        speaker = tier.get('PARTICIPANT') or tier.get('TIER_ID') or ''
        for annotation in tier.iter('ALIGNABLE_ANNOTATION'):
            refs = (annotation.get(f'TIME_SLOT_REF{number}') for number in (1, 2))
            times = [slots.get(ref) for ref in refs]
            if bad := [time for time in times if time and not time.isdecimal()]:
                raise ConfigError(f'{name}: TIME_VALUE {bad[0]!r} is no whole number (ms)')
            start, end = (int(time) / 1000 if time else None for time in times)
            said = plain(annotation.findtext('ANNOTATION_VALUE') or '')
            if said:
                lines.append(Line(said, start, end, speaker))
    return sorted(lines, key=lambda line: line.at_s or 0.0)
