# SPDX-License-Identifier: MIT
"""A recorded session as one self-contained HTML file."""

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
from emotion_ros.view.palette import style_sheet
from emotion_ros.view.vocabulary import vocabulary

PAGE_FOLDER = Path(__file__).parent / 'page'
SCRIPTS = ('charts.js', 'report.js')
STYLES = ('style.css', 'report.css')
GENERATOR = 'emotion_ros report'
HEAD_BYTES = 1024
NOTHING = '–'


def render_report(session: Session) -> str:
    """Return the report as HTML.

    Text from messages is escaped, and the page's security policy allows only its own script.
    """
    environment = Environment(
        loader=FileSystemLoader(PAGE_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {'clock': clock, 'percent': percent, 'base64': _base64}
    script = ''.join(_read(name) for name in SCRIPTS)
    tracks = {name: track.samples for name, track in session.tracks.items()}
    lengths = {'duration_s': session.duration_s, 'step_s': session.step_s}
    data = to_json({**vocabulary(), **lengths, 'tracks': tracks})
    return environment.get_template('report.html').render(
        generator=GENERATOR,
        session=session,
        facts=facts(session),
        shares=shares(session.tracks[FOCUS].samples),
        people=[name for name in session.tracks if name != FOCUS],
        lines=sorted(session.transcript, key=lambda line: line.at_s),
        qualities={person: median(values) for person, values in session.qualities.items()},
        style=style_sheet() + ''.join(_read(name) for name in STYLES),
        script=script,
        script_hash=_base64(hashlib.sha256(script.encode()).digest()),
        data=data.replace('<', '\\u003c'),  # nothing in it can end the script element
    )


def is_report(path: Path) -> bool:
    """Return whether a file is what ``render_report`` returned."""
    with path.open('rb') as file:
        return f'<meta name="generator" content="{GENERATOR}">'.encode() in file.read(HEAD_BYTES)


def facts(session: Session) -> list[tuple[str, str]]:
    """Return names and values of the session's figures; those without data are left out."""
    latencies = sorted(session.latencies_s)
    values = [
        ('length', clock(session.duration_s)),
        ('people', str(sum(name != FOCUS for name in session.tracks))),
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
    """Return each emotion's share of the time, 0..1, the largest first."""
    held: Counter[str] = Counter()
    for one, following in pairwise(samples):
        held[one['label']] += following['t'] - one['t']
    total = sum(held.values())
    return [(label, time_s / total) for label, time_s in held.most_common()] if total else []


def clock(seconds: float) -> str:
    """Return seconds as minutes and seconds, such as ``1:05.3``."""
    minutes, rest = divmod(round(max(seconds, 0.0), 1), 60)
    return f'{minutes:.0f}:{rest:04.1f}'


def percent(share: float | None) -> str:
    """Return a share (0..1) in percent, or a dash for None or NaN."""
    return NOTHING if share is None or not isfinite(share) else f'{share:.0%}'.replace('%', ' %')


def _amount(count: int, duration_s: float) -> str:
    rate = f', {count / duration_s:.1f} Hz' if count and duration_s else ''
    return f'{count}{rate}'


def _milliseconds(ordered_s: Sequence[float], share: float) -> str:
    """Return the quantile at ``share`` in ms, with its unit; '' when there are no values."""
    if not ordered_s:
        return ''
    return f'{ordered_s[min(int(share * len(ordered_s)), len(ordered_s) - 1)] * 1000:.0f} ms'


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _read(name: str) -> str:
    return (PAGE_FOLDER / name).read_text(encoding='utf-8')
