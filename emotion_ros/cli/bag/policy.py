# SPDX-License-Identifier: MIT
"""``emotion-ros policy``: which behaviours a controller's rules trigger on a bag, how taken."""

import argparse
import sys
from collections.abc import Sequence

from rich.table import Table

from emotion_ros.bag.replay import open_replay
from emotion_ros.cli.bag.arguments import (
    add_bag_arguments,
    print_notes,
    raise_failure,
    replay_options,
)
from emotion_ros.cli.bag.behaviours import (
    add_behaviour_arguments,
    columns,
    comparison_fields,
    describe_reaction,
    make_observer,
    print_comparison,
    reaction_fields,
)
from emotion_ros.cli.bag.replay_output import publications_with_progress
from emotion_ros.cli.console import table_console
from emotion_ros.conversions.state_fields import Fields, to_json
from emotion_ros.core.people.behaviour_reactions import ObservedReaction
from emotion_ros.core.trigger import Event, Transition
from emotion_ros.errors import ConfigError
from emotion_ros.files.csv_table import write_csv


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the sub-command."""
    add_bag_arguments(parser)
    add_behaviour_arguments(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument('--json', action='store_true', help='one JSON line per event and result')
    form.add_argument('--csv', action='store_true', help='the same lines as one CSV table')


def run(args: argparse.Namespace) -> int:
    """Print when behaviours begin and end; EmotionRosError when something cannot be used."""
    behaviours = make_observer(args)
    if behaviours is None:
        raise ConfigError('policy needs --rules FILE, --behaviour-topic TOPIC or both')
    events: list[Event] = []
    with (
        open_replay(replay_options(args)) as replay,
        publications_with_progress(replay, replay.observations()) as publications,
    ):
        print_notes(replay.notes())
        for publication in publications:
            at_s = replay.bag.seconds_from_start(publication.time_ns)
            events += behaviours.update(publication.states, at_s)
    observed = behaviours.finish()
    is_observed = bool(args.reactions or args.behaviour_topic)
    if args.json or args.csv:
        lines = [event_fields(event) for event in events]
        if is_observed:
            lines += [*map(reaction_fields, observed), *comparison_fields(observed)]
        if args.csv:
            write_csv(sys.stdout, columns(lines) or ['at', 'behaviour', 'change'], lines)
        else:
            print(*map(to_json, lines), sep='\n', end='\n' if lines else '')
    else:
        print_events(events, observed if is_observed else ())
        if is_observed and observed:
            print_comparison(observed, behaviours.window_s, is_simulated=not args.behaviour_topic)
    print(f'{len(observed)} behaviours', file=sys.stderr)
    raise_failure(replay.failure())
    return 0


def event_fields(event: Event) -> Fields:
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


def print_events(events: Sequence[Event], observed: Sequence[ObservedReaction]) -> None:
    """Print one row per event and behaviour of the robot, with the reaction to what began."""
    head = ('time (s)', 'behaviour', 'change', 'person')
    table = Table(*head, *['reaction'] * bool(observed), 'emotion', 'confidence', 'summary')
    reactions = {(one.behaviour, one.at_s): one for one in observed}
    rows: list[tuple[float, list[str]]] = []
    for event in events:
        state = event.state
        row = [event.behaviour, event.transition.value, state.person_id]
        if observed:
            began = event.transition is Transition.BEGAN
            one = reactions.pop((event.behaviour, event.at_s), None) if began else None
            row.append(describe_reaction(one.reaction) if one else '')
        row += [state.label, f'{state.confidence:.0%}', state.summary]
        rows.append((event.at_s, row))
    rows += [
        (at_s, [name, 'began', one.person_id, describe_reaction(one.reaction)])
        for (name, at_s), one in reactions.items()
    ]
    for at_s, row in sorted(rows, key=lambda pair: pair[0]):
        table.add_row(f'{at_s:.2f}', *row)
    table_console().print(table)
