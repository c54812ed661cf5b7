# SPDX-License-Identifier: MIT
"""A session as one HTML file that needs nothing else: no network, no other file."""

import base64
import hashlib
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import isfinite
from pathlib import Path
from statistics import median

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from emotion_ros.bag.session import FOCUS, Session
from emotion_ros.conversions.state_fields import Fields, to_json
from emotion_ros.view.transcript import Line
from emotion_ros.view.vocabulary import REASON_WORDS, vocabulary

PAGE_FOLDER = Path(__file__).parent / 'page'
SCRIPTS = ('charts.js', 'report.js')
STYLES = ('style.css', 'report.css')
NOTHING = '–'


def render_report(session: Session) -> str:
    """Return the report; whatever came from a message is escaped, and no script but ours runs."""
    environment = Environment(
        loader=FileSystemLoader(PAGE_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {'clock': clock, 'percent': percent, 'picture': _data_url}
    script = ''.join(_read(name) for name in SCRIPTS)
    return environment.get_template('report.html').render(
        session=session,
        reasons={reason.value: words for reason, words in REASON_WORDS.items()},
        facts=facts(session),
        shares=shares(session.tracks[FOCUS].samples),
        people=[name for name in session.tracks if name != FOCUS],
        lines=[_line(line) for line in sorted(session.transcript, key=lambda line: line.at_s)],
        qualities={who: median(values) for who, values in session.qualities.items()},
        style=''.join(_read(name) for name in STYLES),
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        data=_embedded(_chart_data(session)),
    )


def facts(session: Session) -> list[tuple[str, str]]:
    """Return names and values of what is known about the whole session."""
    latencies = sorted(session.latencies_s)
    values = [
        ('length', clock(session.duration_s)),
        ('people seen', str(sum(name != FOCUS for name in session.tracks))),
        ('utterances', str(len(tuple(session.transcript)))),
        ('states', _amount(session.states, session.duration_s)),
        ('images', _amount(session.frames, session.duration_s)),
        ('latency, median', _milliseconds(latencies, 0.5)),
        ('latency, 95 %', _milliseconds(latencies, 0.95)),
        ('latency, largest', _milliseconds(latencies, 1.0)),
        ('face models, median', _milliseconds(sorted(session.inferences_s), 0.5)),
    ]
    return [(name, value) for name, value in values if value]


def shares(samples: Sequence[Fields]) -> list[tuple[str, float]]:
    """Return how much of the time each emotion was held, the most first; 0..1, of all time."""
    held: Counter[str] = Counter()
    for one, following in pairwise(samples):
        held[one['label']] += following['t'] - one['t']
    total = sum(held.values())
    return [(label, time_s / total) for label, time_s in held.most_common()] if total else []


def clock(seconds: float) -> str:
    """Return a time such as ``1:05.3``."""
    minutes, rest = divmod(round(max(seconds, 0.0), 1), 60)
    return f'{minutes:.0f}:{rest:04.1f}'


def percent(share: float | None) -> str:
    """Return a share in percent, or a dash for none or NaN."""
    return NOTHING if share is None or not isfinite(share) else f'{share:.0%}'.replace('%', ' %')


def _chart_data(session: Session) -> Fields:
    return {
        **vocabulary(),
        'duration_s': session.duration_s,
        'step_s': session.step_s,
        'tracks': {name: track.samples for name, track in session.tracks.items()},
    }


def _embedded(fields: Fields) -> str:
    """Return JSON that can stand inside a script element: nothing in it ends one."""
    return to_json(fields).replace('<', '\\u003c')


def _line(line: Line) -> Fields:
    tone = line.tone
    return {
        'at_s': line.at_s,
        'words': line.words,
        'sentiment': tone.sentiment.label if tone else 'unknown',
        'confidence': tone.confidence if tone else None,
        'refusal': tone.refusal.replace('_', ' ') if tone else '',
    }


def _amount(count: int, duration_s: float) -> str:
    rate = f', {count / duration_s:.1f} Hz' if count and duration_s else ''
    return f'{count}{rate}'


def _milliseconds(ordered_s: Sequence[float], share: float) -> str:
    """Return the value below which this share of them lies; '' when there are none."""
    if not ordered_s:
        return ''
    return f'{ordered_s[min(int(share * len(ordered_s)), len(ordered_s) - 1)] * 1000:.0f} ms'


def _data_url(jpeg: bytes) -> str:
    return f'data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}'


def _read(name: str) -> str:
    return (PAGE_FOLDER / name).read_text(encoding='utf-8')
