# SPDX-License-Identifier: MIT
"""``emotion-ros policy``: which behaviours a bag would have set off."""

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.table import Table

from emotion_ros.bag.offline_fusion import NANOSECONDS, Moment
from emotion_ros.bag.policy_file import load_policy
from emotion_ros.bag.progress import with_progress
from emotion_ros.bag.replay import open_replay
from emotion_ros.cli.console import table_console
from emotion_ros.cli.replay import add_replay_arguments
from emotion_ros.conversions.state_fields import to_json
from emotion_ros.core.trigger import Change, Event, Policy


def add_parser(subparsers: 'argparse._SubParsersAction[argparse.ArgumentParser]') -> None:
    """Add the sub-command; ``run`` is what it does."""
    parser = subparsers.add_parser('policy', help='try the rules of a controller on a bag')
    parser.add_argument(
        '--rules', type=Path, required=True, metavar='FILE', help='YAML, see docs/controllers.md'
    )
    add_replay_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print what begins and ends, and when; EmotionRosError when something cannot be used."""
    policy = Policy(load_policy(args.rules))
    with (
        open_replay(args) as replay,
        with_progress(replay.moments(replay.events()), replay.bag) as moments,
    ):
        events = list(simulate(policy, moments, replay.bag.start_ns))
    if args.json:
        for event in events:
            print(to_json(to_fields(event)))
    else:
        print_events(events)
    begun = sum(event.change is Change.BEGAN for event in events)
    print(f'{begun} behaviours', file=sys.stderr)
    return 0


def simulate(policy: Policy, moments: Iterable[Moment], start_ns: int) -> Iterator[Event]:
    """Yield what the states on ``emotion_state`` set off; times in seconds from ``start_ns``."""
    for moment in moments:
        at_s = max(moment.time_ns - start_ns, 0) / NANOSECONDS
        yield from policy.update(moment.state, at_s)


def to_fields(event: Event) -> dict[str, object]:
    """Return an event as plain data."""
    state = event.state
    return {
        'at': event.at_s,
        'behaviour': event.behaviour,
        'change': event.change.value,
        'person_id': state.person_id,
        'label': state.label,
        'confidence': state.confidence,
        'summary': state.summary,
    }


def print_events(events: Iterable[Event]) -> None:
    """Print one row per event."""
    table = Table('at', 'behaviour', 'change', 'who', 'emotion', 'confidence', 'summary')
    for event in events:
        state = event.state
        row = (f'{event.at_s:.2f}', event.behaviour, event.change.value, state.person_id)
        table.add_row(*row, state.label, f'{state.confidence:.0%}', state.summary)
    console = table_console()
    console.print(table)
