# SPDX-License-Identifier: MIT
"""Output of a replay: a table, JSON lines, CSV, a new bag, a progress bar."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import IO

from rich.table import Table

from emotion_ros.bag.offline_fusion import FusionInput, Publication
from emotion_ros.bag.reader import Bag
from emotion_ros.bag.replay import Replay
from emotion_ros.bag.types import EVIDENCE, FACES, STATE, TEXT_SENTIMENT, TOPICS
from emotion_ros.bag.writer import BagWriter
from emotion_ros.cli.console import table_console
from emotion_ros.conversions.observation_fields import faces_to_fields, text_to_fields
from emotion_ros.conversions.state_fields import (
    Fields,
    evidence_to_fields,
    state_to_fields,
    to_json,
)
from emotion_ros.core.observations import FacesObservation, TextObservation
from emotion_ros.core.state import EmotionState
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.files.csv_table import write_csv
from emotion_ros.sessions.state_table import STATE_COLUMNS, state_records
from emotion_ros.view.progress import with_progress


def publications_with_progress(
    replay: Replay, observations: Iterable[FusionInput]
) -> AbstractContextManager[Iterator[Publication]]:
    """Return the publications of a replay, with a bar on stderr when that is a terminal."""
    bag = replay.bag
    return with_progress(
        replay.publications(observations),
        bag.duration_s,
        'replay',
        position=lambda publication: bag.seconds_from_start(publication.time_ns),
    )


def print_json(publications: Iterable[Publication]) -> int:
    """Print one line per state of the focus person; return how many."""
    count = 0
    for publication in publications:
        print(to_json(state_to_fields(publication.state)))
        count += 1
    return count


def write_states(publications: Iterable[Publication], bag: Bag, file: IO[str]) -> int:
    """Write a CSV line per state and person; return the number of publications."""
    count = 0

    def records() -> Iterator[Fields]:
        nonlocal count
        for publication in publications:
            count += 1
            yield from state_records(publication, bag.seconds_from_start(publication.time_ns))

    write_csv(file, STATE_COLUMNS, records())
    return count


def print_table(publications: Iterable[Publication], bag: Bag) -> int:
    """Print a row for every change that is not only in numbers; return the number of states."""
    table = Table('time (s)', 'status', 'person', 'emotion', 'confidence', 'actionable', 'summary')
    shown: tuple[object, ...] = ()
    count = 0
    for publication in publications:
        count += 1
        state = publication.state
        key = (state.status, state.person_id, state.label, state.reason, state.conflict)
        if key != shown:
            table.add_row(*_row(bag.seconds_from_start(publication.time_ns), state))
            shown = key
    table_console().print(table)
    return count


def record_observations(
    observations: Iterable[FusionInput], writer: BagWriter
) -> Iterator[FusionInput]:
    """Pass the observations through and write each, as its node would publish it."""
    for time_ns, observation in observations:
        if isinstance(observation, FacesObservation):
            writer.write(time_ns, TOPICS[FACES], FACES, faces_to_fields(observation))
        elif isinstance(observation, TextObservation):
            fields = text_to_fields(observation)
            writer.write(time_ns, TOPICS[TEXT_SENTIMENT], TEXT_SENTIMENT, fields)
        elif not isinstance(observation, str):
            writer.write(time_ns, TOPICS[EVIDENCE], EVIDENCE, evidence_to_fields(observation))
        yield time_ns, observation


def record_states(publications: Iterable[Publication], writer: BagWriter) -> Iterator[Publication]:
    """Pass the publications through and write each state, as the fusion node would."""
    for publication in publications:
        latency_s = publication.time_ns / NANOSECONDS - publication.state.stamp_s
        fields = state_to_fields(publication.state, latency_s)
        writer.write(publication.time_ns, TOPICS[STATE], STATE, fields)
        yield publication


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
