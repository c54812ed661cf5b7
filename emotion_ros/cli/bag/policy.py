# SPDX-License-Identifier: MIT
"""``emotion-ros policy``: which behaviours the rules of a controller trigger on a bag."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from rich.table import Table

from emotion_ros.bag.policy_file import load_policy
from emotion_ros.bag.replay import open_replay
from emotion_ros.cli.bag.arguments import (
    add_bag_arguments,
    print_notes,
    raise_failure,
    replay_options,
)
from emotion_ros.cli.bag.replay_output import publications_with_progress
from emotion_ros.cli.console import table_console
from emotion_ros.conversions.state_fields import to_json
from emotion_ros.core.trigger import Event, Policy, Transition


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the sub-command."""
    parser.add_argument(
        '--rules',
        type=Path,
        required=True,
        metavar='FILE',
        help='YAML list of rules, such as {behaviour: cheer, emotion: happy, for_s: 1.0}',
    )
    add_bag_arguments(parser)
    parser.add_argument('--json', action='store_true', help='one JSON line per event')


def run(args: argparse.Namespace) -> int:
    """Print when behaviours begin and end; EmotionRosError when something cannot be used."""
    policy = Policy(load_policy(args.rules))
    events: list[Event] = []
    with (
        open_replay(replay_options(args)) as replay,
        publications_with_progress(replay, replay.observations()) as publications,
    ):
        print_notes(replay.notes())
        for publication in publications:
            at_s = replay.bag.seconds_from_start(publication.time_ns)
            events += policy.update(publication.state, at_s)
    if args.json:
        for event in events:
            print(to_json(to_fields(event)))
    else:
        print_events(events)
    begun = sum(event.transition is Transition.BEGAN for event in events)
    print(f'{begun} behaviours', file=sys.stderr)
    raise_failure(replay.failure())
    return 0


def to_fields(event: Event) -> dict[str, object]:
    """Return an event as plain data."""
    state = event.state
    return {
        'at': event.at_s,
        'behaviour': event.behaviour,
        'change': event.transition.value,
        'person_id': state.person_id,
        'label': state.label,
        'confidence': state.confidence,
        'summary': state.summary,
    }


def print_events(events: Iterable[Event]) -> None:
    """Print one row per event."""
    table = Table('time (s)', 'behaviour', 'change', 'person', 'emotion', 'confidence', 'summary')
    for event in events:
        state = event.state
        row = (f'{event.at_s:.2f}', event.behaviour, event.transition.value, state.person_id)
        table.add_row(*row, state.label, f'{state.confidence:.0%}', state.summary)
    table_console().print(table)
