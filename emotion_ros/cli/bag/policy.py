# SPDX-License-Identifier: MIT
"""``emotion-ros policy``: which behaviours the rules of a controller trigger on a bag."""

import argparse
import sys
from collections.abc import Iterable, Sequence
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
from emotion_ros.core.people.behaviour_reactions import (
    BehaviourReactions,
    ObservedReaction,
    compare_behaviours,
)
from emotion_ros.core.people.reaction import LONGEST_S, Verdict
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
    parser.add_argument(
        '--reactions',
        type=seconds,
        metavar='SECONDS',
        help='also how people took each behaviour, observed for so long, and a comparison',
    )
    parser.add_argument('--json', action='store_true', help='one JSON line per event')


def run(args: argparse.Namespace) -> int:
    """Print when behaviours begin and end; EmotionRosError when something cannot be used."""
    policy = Policy(load_policy(args.rules))
    events: list[Event] = []
    observed: list[ObservedReaction] = []
    reactions = BehaviourReactions(args.reactions or 0.0)
    with (
        open_replay(replay_options(args)) as replay,
        publications_with_progress(replay, replay.observations()) as publications,
    ):
        print_notes(replay.notes())
        for publication in publications:
            at_s = replay.bag.seconds_from_start(publication.time_ns)
            new = policy.update(publication.state, at_s)
            events += new
            if args.reactions:
                began = [e for e in new if e.transition is Transition.BEGAN]
                names = [(e.behaviour, e.state.person_id) for e in began]
                observed += reactions.update(names, publication.states, at_s)
    observed += reactions.finish()
    if args.json:
        for event in events:
            print(to_json(to_fields(event)))
        for each in observed:
            print(to_json(reaction_fields(each)))
    else:
        print_events(events)
        if observed:
            print_reactions(observed)
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


def reaction_fields(observed: ObservedReaction) -> dict[str, object]:
    """Return a reaction as plain data."""
    reaction = observed.reaction
    return {
        'at': observed.at_s,
        'behaviour': observed.behaviour,
        'change': 'reaction',
        'person_id': observed.person_id,
        'verdict': reaction.verdict.label,
        'confidence': reaction.confidence,
        'change_valence': reaction.change_valence,
        'change_arousal': reaction.change_arousal,
        'reason': reaction.reason.value,
    }


def print_reactions(observed: Sequence[ObservedReaction]) -> None:
    """Print one row per behaviour: how often each verdict, and the mean change of valence."""
    verdicts = (Verdict.BETTER, Verdict.UNCHANGED, Verdict.WORSE, Verdict.UNKNOWN)
    table = Table('reactions to', 'n', *(v.label for v in verdicts), 'valence', '95 %')
    for each in compare_behaviours(observed):
        counts = [str(each.verdicts[verdict]) for verdict in verdicts]
        interval = f'{each.low:+.2f} .. {each.high:+.2f}' if each.low == each.low else ''
        mean = f'{each.change_valence:+.2f}' if each.change_valence == each.change_valence else ''
        table.add_row(each.behaviour, str(each.n), *counts, mean, interval)
    table_console().print(table)


def seconds(text: str) -> float:
    """Return a duration above 0; ArgumentTypeError for another text."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value <= LONGEST_S:
        raise argparse.ArgumentTypeError(f'{text} is not in 0..{LONGEST_S:g} seconds')
    return value


def print_events(events: Iterable[Event]) -> None:
    """Print one row per event."""
    table = Table('time (s)', 'behaviour', 'change', 'person', 'emotion', 'confidence', 'summary')
    for event in events:
        state = event.state
        row = (f'{event.at_s:.2f}', event.behaviour, event.transition.value, state.person_id)
        table.add_row(*row, state.label, f'{state.confidence:.0%}', state.summary)
    table_console().print(table)
