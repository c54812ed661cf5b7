# SPDX-License-Identifier: MIT
"""Behaviours in a recording for ``policy`` and ``report``: arguments, tables, fields."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.table import Table

from emotion_ros.bag.policy_file import load_policy
from emotion_ros.bag.reader import Bag
from emotion_ros.bag.topics import read_behaviours
from emotion_ros.cli.console import table_console
from emotion_ros.conversions.state_fields import Fields
from emotion_ros.core.people.behaviour_reactions import (
    LEAST_VERDICTS,
    BegunBehaviour,
    BehaviourObserver,
    ObservedReaction,
    compare_behaviours,
    summarise_behaviours,
)
from emotion_ros.core.people.reaction import LONGEST_S, SHORTEST_S, Reaction, Verdict

WINDOW_S = 5.0
VERDICTS = (Verdict.BETTER, Verdict.UNCHANGED, Verdict.WORSE, Verdict.UNKNOWN)


def add_behaviour_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments from which ``make_observer`` makes its observer."""
    parser.add_argument(
        '--rules',
        type=Path,
        metavar='FILE',
        help='YAML list of rules, such as {behaviour: cheer, emotion: happy, for_s: 1.0}',
    )
    parser.add_argument(
        '--behaviour-topic',
        default='',
        metavar='TOPIC',
        help='recorded std_msgs/String with the name of each behaviour of the robot as it begins, '
        'or observe_reaction/_action/feedback',
    )
    parser.add_argument(
        '--reactions',
        type=_seconds,
        metavar='SECONDS',
        help=f'observe for so long how people took a behaviour (default: {WINDOW_S:g})',
    )


def make_observer(args: argparse.Namespace) -> BehaviourObserver | None:
    """Return an observer of what the arguments name, None for nothing; EmotionRosError."""
    if not args.rules and not args.behaviour_topic:
        return None
    rules = load_policy(args.rules) if args.rules else ()
    began: Sequence[BegunBehaviour] = ()
    if args.behaviour_topic:
        with Bag(args.bag) as bag:
            began = read_behaviours(bag, args.behaviour_topic)
    return BehaviourObserver(args.reactions or WINDOW_S, rules, began)


def reaction_fields(observed: ObservedReaction) -> Fields:
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


def comparison_fields(observed: Sequence[ObservedReaction]) -> list[Fields]:
    """Return a line per behaviour and per pair with enough verdicts as plain data."""
    lines: list[Fields] = [
        {
            'behaviour': one.behaviour,
            'change': 'summary',
            'n': one.n,
            **{verdict.label: one.verdicts[verdict] for verdict in VERDICTS},
            'change_valence': one.change_valence,
            'low': one.low,
            'high': one.high,
            'reason': 'too_few' if one.known < LEAST_VERDICTS else '',
        }
        for one in summarise_behaviours(observed)
    ]
    return lines + [
        {
            'behaviour': pair.behaviour,
            'change': 'comparison',
            'other': pair.other,
            'n': pair.n,
            'other_n': pair.other_n,
            'difference': pair.difference,
            'low': pair.low,
            'high': pair.high,
        }
        for pair in compare_behaviours(observed)
    ]


def columns(records: Sequence[Mapping[str, object]]) -> list[str]:
    """Return the names of all fields, in the order in which they come."""
    return list(dict.fromkeys(name for record in records for name in record))


def describe_reaction(reaction: Reaction) -> str:
    """Return such as ``better +0.31`` or ``unknown: person_lost``."""
    if reaction.verdict is Verdict.UNKNOWN:
        return f'unknown: {reaction.reason.value}'
    return f'{reaction.verdict.label} {reaction.change_valence:+.2f}'


def print_comparison(
    observed: Sequence[ObservedReaction], window_s: float, *, is_simulated: bool
) -> None:
    """Print the verdicts and the mean change of valence per behaviour, and the differences.

    ``is_simulated`` says that the robot did none of it.
    """
    table = Table(
        'reactions to',
        'n',
        *(v.label for v in VERDICTS),
        'change of valence',
        '95 % (t)',
        title=f'Reactions within {window_s:g} s',
        title_justify='left',
    )
    summaries = summarise_behaviours(observed)
    for one in summaries:
        counts = [str(one.verdicts[verdict]) for verdict in VERDICTS]
        mean = f'{one.change_valence:+.2f}' if one.known else ''
        few = one.known < LEAST_VERDICTS
        interval = 'too few' if few else f'{one.low:+.2f} .. {one.high:+.2f}'
        table.add_row(one.behaviour, str(one.n), *counts, mean, interval)
    console = table_console()
    console.print(table)
    if is_simulated:
        print('the robot did nothing: this is what people show when a rule fires')
    pairs = compare_behaviours(observed)
    if pairs:
        table = Table('behaviour', 'compared with', 'n', 'difference', '95 % (Welch)')
        for pair in pairs:
            interval = f'{pair.low:+.2f} .. {pair.high:+.2f}'
            counts = [f'{pair.n}, {pair.other_n}', f'{pair.difference:+.2f}']
            table.add_row(pair.behaviour, pair.other, *counts, interval)
        console.print(table)
    elif len(summaries) > 1:
        print(f'too few to compare: two behaviours need {LEAST_VERDICTS} verdicts each')


def _seconds(text: str) -> float:
    """Return a duration above 0; ArgumentTypeError for another text."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not SHORTEST_S <= value <= LONGEST_S:
        raise argparse.ArgumentTypeError(f'{text} is not in {SHORTEST_S:g}..{LONGEST_S:g} seconds')
    return value
