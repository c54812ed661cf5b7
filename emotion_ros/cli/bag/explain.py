# SPDX-License-Identifier: MIT
"""``emotion-ros explain``: the computation of the state at one time of a bag."""

import argparse
from collections.abc import Iterable
from itertools import takewhile

from rich.table import Table

from emotion_ros.bag.replay import open_replay
from emotion_ros.cli.bag.arguments import (
    add_bag_arguments,
    print_notes,
    raise_failure,
    replay_options,
)
from emotion_ros.cli.bag.explanation import Explanation, Term, explain
from emotion_ros.cli.console import table_console
from emotion_ros.conversions.state_fields import state_to_fields, to_json, weighed_to_fields
from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.errors import ConfigError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the sub-command."""
    parser.add_argument(
        '--at', type=float, required=True, metavar='S', help='seconds from the start of the bag'
    )
    add_bag_arguments(parser)
    parser.add_argument('--json', action='store_true', help='one JSON object')


def run(args: argparse.Namespace) -> int:
    """Print the explanation; EmotionRosError when the bag or the time cannot be used."""
    with open_replay(replay_options(args)) as replay:
        print_notes(replay.notes())
        bag = replay.bag
        if not 0.0 <= args.at <= bag.duration_s:
            raise ConfigError(f'--at {args.at:g} is outside the bag (0 to {bag.duration_s:.1f} s)')
        at_ns = bag.start_ns + round(args.at * NANOSECONDS)
        publications = replay.publications(replay.observations())
        *_, last = takewhile(lambda p: p.time_ns <= at_ns, publications)
        explanation = explain(last.state, replay.card)
    if args.json:
        print(to_json(to_fields(explanation)))
    else:
        print_explanation(explanation)
    print_notes(replay.rejections())
    raise_failure(replay.bag.damage)
    return 0


def to_fields(explanation: Explanation) -> dict[str, object]:
    """Return the explanation as plain data."""
    return {
        'state': state_to_fields(explanation.state),
        'prior': explanation.prior,
        'terms': [
            {
                **weighed_to_fields(term.weighed),
                'share': term.share,
                'contribution': term.contribution,
            }
            for term in explanation.terms
        ],
        'total': explanation.total,
        'pooled': explanation.pooled,
        'filtered': explanation.state.probabilities,
    }


def print_explanation(explanation: Explanation) -> None:
    """Print the sum as a table, and the state below it."""
    state = explanation.state
    act = 'actionable' if state.actionable else f'not actionable: {state.reason.value}'
    console = table_console()
    console.print(_table(explanation))
    console.print(
        f'{state.label} ({state.confidence:.0%}) for {state.duration_s:.2f} s, '
        f'{state.person_id or "no person"}, status {state.status.name}, {act}\n{state.summary}',
        highlight=False,
    )


def _table(explanation: Explanation) -> Table:
    table = Table('', 'detail', title='sum of log-probabilities (nats, mean zero)')
    for column in ('quality', 'age', 'weight', 'share', *EMOTIONS):
        table.add_column(column, justify='right')
    table.add_row('prior', *[''] * 5, *_signed(explanation.prior))
    for term in explanation.terms:
        table.add_row(*_row(term))
    table.add_section()
    table.add_row('sum', *[''] * 5, *_signed(explanation.total))
    table.add_row('pooled', *[''] * 5, *_percent(explanation.pooled))
    table.add_row('filtered', *[''] * 5, *_percent(explanation.state.probabilities))
    return table


def _row(term: Term) -> list[str]:
    weighed = term.weighed
    evidence = weighed.evidence
    numbers = [
        f'{evidence.quality:.2f}',
        f'{weighed.age_s:.2f} s',
        f'{weighed.weight:.3f}',
        f'{term.share:.0%}',
    ]
    if not weighed.used:
        unused = f'{evidence.detail} not used: {weighed.rejection.value}'.strip()
        return [evidence.modality, unused, *numbers, *['-'] * len(EMOTIONS)]
    return [evidence.modality, evidence.detail, *numbers, *_signed(term.contribution)]


def _signed(values: Iterable[float]) -> list[str]:
    return [f'{value:+.2f}' for value in values]


def _percent(values: Iterable[float]) -> list[str]:
    return ['-' if value != value else f'{value:.1%}' for value in values]
