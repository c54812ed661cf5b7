# SPDX-License-Identifier: MIT
"""A recorded session as one self-contained HTML file, which needs no script."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from math import isfinite
from pathlib import Path
from statistics import median

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from emotion_ros.bag.session import Session
from emotion_ros.core.emotions import EMOTIONS, Emotion
from emotion_ros.core.people.behaviour_reactions import (
    LEAST_VERDICTS,
    compare_behaviours,
    summarise_behaviours,
)
from emotion_ros.core.people.events import EventType, PersonEvent
from emotion_ros.core.people.reaction import Verdict
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.core.valence_arousal import VALENCE_AROUSAL
from emotion_ros.view.palette import LIGHT, style_sheet
from emotion_ros.web import session_charts
from emotion_ros.web.session_charts import Span, periods

PAGE_FOLDER = Path(__file__).parent / 'page'
STYLES = ('style.css', 'report.css')
GENERATOR = 'emotion_ros report'
HEAD_BYTES = 1024
NOTHING = '–'

OPEN_FROM_S = 10.0
"""The charts of a person who was in view for longer are shown, those of others folded."""

MOST_OPEN = 4
MOST_CHARTS = 12  # people with charts; the others have a row in the table
MOST_PEOPLE = 300
MOST_EVENTS = 400
MOST_LINES = 1000
MOST_REACTIONS = 400
MOST_COMPARISONS = 100
MOST_CHARS = 300  # of an utterance
UNFOLDED = 40  # rows of a table that is not folded
MANY = 60  # events; more have marks without a sign

EVENT_MARKS = {
    EventType.ONSET: '▲',
    EventType.CHANGE: '●',
    EventType.OFFSET: '▽',
    EventType.CONFLICT: '!',
    EventType.LOST: '×',
}


@dataclass(frozen=True)
class EventRow:
    """An event, how long it lasted, and the number of its picture if there is one."""

    number: int
    event: PersonEvent
    lasted_s: float
    mark: str
    picture: int | None


def render_report(session: Session, command: str, version: str) -> str:
    """Return the report as HTML, made by ``command`` of the package's ``version``.

    Text from messages is escaped, and the page's security policy allows no script.
    """
    environment = make_environment(session.start_ns)
    people = sorted(
        session.people.items(), key=lambda one: (-round(one[1].time_s, 1), one[1].runs[0].from_s)
    )
    events = event_rows(session)
    lines = sorted(session.transcript, key=lambda line: line.at_s)
    duration_s = session.duration_s
    reactions = session.behaviours.finish() if session.behaviours else []
    span = Span(0.0, duration_s)
    return environment.get_template('report.html').render(
        session=session,
        provenance={'made with': f'emotion_ros {version}', 'command': command}
        | dict(session.provenance),
        unix_s=f'{session.start_ns / NANOSECONDS:.3f}',
        facts=facts(session),
        span=span,
        people=people[:MOST_PEOPLE],
        long_seen=[one for one in people[:MOST_CHARTS] if one[1].time_s > OPEN_FROM_S],
        short_seen=[one for one in people[:MOST_CHARTS] if one[1].time_s <= OPEN_FROM_S],
        further_people=people[MOST_PEOPLE:],
        numbers={name: number for number, (name, _) in enumerate(people)},
        lanes=session_charts.lanes(dict(people[:MOST_PEOPLE])),
        events=events,
        event_parts=list(periods([row.event.at_s for row in events], UNFOLDED, duration_s)),
        lines=lines[:MOST_LINES],
        line_parts=list(periods([ln.at_s for ln in lines[:MOST_LINES]], UNFOLDED, duration_s)),
        line_count=len(lines),
        marked_lines=[
            lines[i] for i in session_charts.spread([line.at_s for line in lines], span)
        ],
        marked_voices=[
            session.voices[i]
            for i in session_charts.spread([voice.at_s for voice in session.voices], span)
        ],
        inputs=inputs(session),
        reactions=reactions,
        summaries=summarise_behaviours(reactions),
        comparisons=compare_behaviours(reactions)[:MOST_COMPARISONS],
        qualities={person: median(values) for person, values in session.qualities.items()},
    )


def make_environment(start_ns: int) -> Environment:
    """Return what every report needs, of a session that began at ``start_ns``: filters, limits."""
    environment = Environment(
        loader=FileSystemLoader(PAGE_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        'base64': lambda data: base64.b64encode(data).decode(),
        'clock': clock,
        'percent': percent,
        'signed': signed,
        'utc': lambda at_s: utc(start_ns, at_s),
    }
    paper = ''.join(f'--{name}: {colour}; ' for name, colour in LIGHT.items())
    styles = [(PAGE_FOLDER / name).read_text(encoding='utf-8') for name in STYLES]
    print_style = f'@media print {{ :root {{ color-scheme: light; {paper}}} }}\n'
    environment.globals |= {
        'generator': GENERATOR,
        'charts': session_charts,
        'Span': Span,
        'verdicts': (Verdict.BETTER, Verdict.UNCHANGED, Verdict.WORSE, Verdict.UNKNOWN),
        'coordinates': {label: VALENCE_AROUSAL[Emotion(i)] for i, label in enumerate(EMOTIONS)},
        'style': ''.join((style_sheet(), *styles, print_style)),
        'LEAST_VERDICTS': LEAST_VERDICTS,
        'MOST_REACTIONS': MOST_REACTIONS,
        'OPEN_FROM_S': OPEN_FROM_S,
        'MOST_OPEN': MOST_OPEN,
        'MOST_CHARTS': MOST_CHARTS,
        'MOST_CHARS': MOST_CHARS,
        'UNFOLDED': UNFOLDED,
        'MANY': MANY,
    }
    return environment


def is_report(path: Path) -> bool:
    """Return whether a file is what ``render_report`` returned."""
    with path.open('rb') as file:
        return f'<meta name="generator" content="{GENERATOR}">'.encode() in file.read(HEAD_BYTES)


def facts(session: Session) -> list[tuple[str, str]]:
    """Return names and values of the session's figures; those without data are left out."""
    latencies = sorted(session.latencies_s)
    values = [
        ('length', clock(session.duration_s)),
        ('people', str(len(session.people))),
        ('conflicts', str(session.focus.conflicts)),
        ('utterances', str(len(tuple(session.transcript)))),
        ('voice results', str(len(session.voices) or '')),
        ('states', _amount(session.states, session.duration_s)),
        ('images', _amount(session.frames, session.duration_s)),
        ('latency, median', _milliseconds(latencies, 0.5)),
        ('latency, 95 %', _milliseconds(latencies, 0.95)),
        ('latency, largest', _milliseconds(latencies, 1.0)),
        ('face models, median', _milliseconds(sorted(session.inferences_s), 0.5)),
    ]
    return [(name, value) for name, value in values if value]


def event_rows(session: Session) -> list[EventRow]:
    """Return the events, in the order of time; of more than MOST_EVENTS those that matter most.

    These are conflicts, then what lasted longest.
    """
    lasted = [(session.lasted_s(event), event) for event in session.events]
    if len(lasted) > MOST_EVENTS:
        by_rank = sorted(lasted, key=lambda one: (one[1].type is EventType.CONFLICT, one[0]))
        lasted = sorted(by_rank[-MOST_EVENTS:], key=lambda one: one[1].at_s)
    pictures = {id(event): n for n, one in enumerate(session.snapshots) for event in one.events}
    return [
        EventRow(n, event, lasted_s, EVENT_MARKS[event.type], pictures.get(id(event)))
        for n, (lasted_s, event) in enumerate(lasted)
    ]


def inputs(session: Session) -> list[tuple[str, str, str]]:
    """Return source, what of it was used or received, and what was not by reason."""
    rows = []
    for modality in sorted({modality for modality, _ in session.evidence.results}):
        counts = {why: n for (of, why), n in session.evidence.results.items() if of == modality}
        total, used = sum(counts.values()), counts.pop('', 0)
        rows.append((f'evidence: {modality}', f'{used} of {total} used', _reasons(counts, total)))
    sources = sorted({*session.received, *(source for source, _ in session.rejects)})
    for source in sources:
        counts = {why: n for (of, why), n in session.rejects.items() if of == source}
        if source == 'images' and not counts:
            continue  # the summary has their number
        number = session.received.get(source)
        received = NOTHING if number is None else f'{number} received'
        rows.append((source, received, _reasons(counts, number)))
    return rows


def clock(seconds: float) -> str:
    """Return seconds as ``1:05.3`` (minutes, seconds), from an hour on as ``1:00:05.3``."""
    minutes, rest = divmod(round(max(seconds, 0.0), 1), 60)
    hours, minutes = divmod(int(minutes), 60)
    return f'{hours}:{minutes:02}:{rest:04.1f}' if hours else f'{minutes}:{rest:04.1f}'


def utc(start_ns: int, at_s: float) -> str:
    """Return date and time of a moment of a session in UTC, in ms."""
    begin = datetime.fromtimestamp(start_ns // NANOSECONDS, timezone.utc)
    moment = begin + timedelta(seconds=start_ns % NANOSECONDS / NANOSECONDS + at_s)
    return f'{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03}'


def percent(share: float | None) -> str:
    """Return a share (0..1) in percent, or a dash for None or NaN."""
    return NOTHING if share is None or not isfinite(share) else f'{share:.0%}'.replace('%', ' %')


def signed(value: float) -> str:
    """Return a number with its sign, or a dash for NaN."""
    return f'{value:+.2f}' if isfinite(value) else NOTHING


def _reasons(counts: dict[str, int], total: int | None) -> str:
    """Return such as ``5 of 12 stale, 1 of 12 invalid``."""
    of = f' of {total}' if total else ''
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    return ', '.join(f'{n}{of} {why.replace("_", " ")}' for why, n in ordered if n) or 'none'


def _amount(count: int, duration_s: float) -> str:
    rate = f', {count / duration_s:.1f} Hz' if count and duration_s else ''
    return f'{count}{rate}'


def _milliseconds(ordered_s: Sequence[float], share: float) -> str:
    """Return the quantile at ``share`` in ms, with its unit; '' when there are no values."""
    if not ordered_s:
        return ''
    return f'{ordered_s[min(int(share * len(ordered_s)), len(ordered_s) - 1)] * 1000:.0f} ms'
