"""Where the states of a replay go: a table, JSON lines, a new bag, a progress bar."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.table import Table

from emotion_ros.core.state import EmotionState
from emotion_ros.tools.bag import Bag
from emotion_ros.tools.bag_writer import BagWriter
from emotion_ros.tools.console import table_console
from emotion_ros.tools.message_types import STATE, TOPICS
from emotion_ros.tools.observation_fields import observation_to_fields
from emotion_ros.tools.offline import NANOSECONDS, Event, Moment
from emotion_ros.tools.progress import progress_bar
from emotion_ros.view.state_json import state_to_fields, to_json


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


@contextmanager
def with_progress(moments: Iterable[Moment], bag: Bag) -> Iterator[Iterator[Moment]]:
    """Pass the moments through; on a terminal a bar on stderr shows how far they are."""
    bar = progress_bar()
    task = bar.add_task('replay', total=bag.duration_s)

    def watched() -> Iterator[Moment]:
        for moment in moments:
            done_s = max(moment.time_ns - bag.start_ns, 0) / NANOSECONDS
            bar.update(task, completed=done_s)
            yield moment

    with bar:
        yield watched()


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
