# SPDX-License-Identifier: MIT
"""Where the states of a replay go: a table, JSON lines, a new bag, a progress bar."""

from collections.abc import Iterable, Iterator

from rich.table import Table

from emotion_ros.bag.observation_fields import observation_to_fields
from emotion_ros.bag.offline_fusion import NANOSECONDS, Event, Moment
from emotion_ros.bag.types import STATE, TOPICS
from emotion_ros.bag.writer import BagWriter
from emotion_ros.cli.console import table_console
from emotion_ros.conversions.state_fields import state_to_fields, to_json
from emotion_ros.core.state import EmotionState


def print_json(moments: Iterable[Moment]) -> int:
    """Print one line per state of the focus person; return how many."""
    count = 0
    for moment in moments:
        print(to_json(state_to_fields(moment.state)))
        count += 1
    return count


def print_table(moments: Iterable[Moment], start_ns: int) -> int:
    """Print a row wherever the state changes in more than its numbers; return all states."""
    table = Table('at', 'status', 'who', 'emotion', 'confidence', 'act', 'summary')
    shown: tuple[object, ...] = ()
    count = 0
    for moment in moments:
        count += 1
        state = moment.state
        key = (state.status, state.person_id, state.label, state.reason, state.conflict)
        if key != shown:
            table.add_row(*_row(max(moment.time_ns - start_ns, 0) / NANOSECONDS, state))
            shown = key
    console = table_console()
    console.print(table)
    return count


def record_observations(events: Iterable[Event], writer: BagWriter) -> Iterator[Event]:
    """Pass the observations through and write each, as its node would publish it."""
    for time_ns, event in events:
        if not isinstance(event, str):
            kind, fields = observation_to_fields(event)
            writer.write(time_ns, TOPICS[kind], kind, fields)
        yield time_ns, event


def record_states(moments: Iterable[Moment], writer: BagWriter) -> Iterator[Moment]:
    """Pass the moments through and write each state, as the fusion node would publish it."""
    for moment in moments:
        latency_s = moment.time_ns / NANOSECONDS - moment.state.stamp_s
        fields = state_to_fields(moment.state, latency_s)
        writer.write(moment.time_ns, TOPICS[STATE], STATE, fields)
        yield moment


def _row(at_s: float, state: EmotionState) -> tuple[str, ...]:
    return (
        f'{at_s:.2f}',
        state.status.name,
        state.person_id,
        state.label,
        f'{state.confidence:.0%}',
        'yes' if state.actionable else state.reason.value,
        state.summary,
    )
