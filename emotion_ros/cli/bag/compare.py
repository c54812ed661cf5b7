# SPDX-License-Identifier: MIT
"""``emotion-ros compare``: two runs over the same recordings."""

import argparse
from pathlib import Path
from typing import Any

from rich.table import Table

from emotion_ros.bag.replay_config import ReplayOptions
from emotion_ros.cli.bag.arguments import add_replay_arguments, print_notes, replay_options
from emotion_ros.cli.console import table_console
from emotion_ros.conversions.state_fields import to_json
from emotion_ros.errors import ConfigError
from emotion_ros.sessions.compare import Agreement, Comparison, compare
from emotion_ros.sessions.run_file import Run, has_stamps_only, is_run_file, read_run, replay_run

MOST_LISTED = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the sub-command."""
    add = parser.add_argument
    add('run_a', type=Path, help='file of replay --csv, replay --json or batch; or a bag')
    add(
        'run_b',
        type=Path,
        nargs='?',
        help='the same; the options of a replay are for it (default: the bag of RUN_A)',
    )
    add('--json', action='store_true', help='one JSON object')
    add_replay_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Print the comparison; EmotionRosError when a run cannot be used."""
    options = replay_options(args, args.run_b or args.run_a)
    if is_run_file(options.bag) and options.changes_states:
        raise ConfigError(f'{options.bag}: is computed already: options are for a bag')
    if args.run_b is None and not options.changes_states:
        raise ConfigError('give a second run, or options for a second replay of the bag')
    by_stamp = has_stamps_only(args.run_a) or has_stamps_only(options.bag)
    comparison = compare(_load(ReplayOptions(args.run_a), by_stamp), _load(options, by_stamp))
    changed = ' with these options' if options.changes_states else ''
    print_notes([f'A: {args.run_a}', f'B: {options.bag}{changed}'])
    if args.json:
        print(to_json(to_fields(comparison)))
    else:
        print_comparison(comparison)
    print_notes(f'only in the first run: {bag}' for bag in comparison.only_a)
    print_notes(f'only in the second run: {bag}' for bag in comparison.only_b)
    return 0


def to_fields(comparison: Comparison) -> dict[str, Any]:
    """Return the comparison as plain data; times in seconds."""
    return {
        **_agreement_fields(comparison.total),
        'bags': {name: _agreement_fields(of) for name, of in comparison.bags.items()},
        'longest_differences': [
            {
                'bag': span.bag,
                'start': span.start_s,
                'end': span.end_s,
                'label_a': span.label_a,
                'label_b': span.label_b,
            }
            for span in comparison.differences[:MOST_LISTED]
        ],
        'only_a': comparison.only_a,
        'only_b': comparison.only_b,
    }


def print_comparison(comparison: Comparison) -> None:
    """Print the agreement by bag, the time by pair of labels, and the longest differences."""
    console = table_console()
    columns = ('bag', 'time', 'same label', '|confidence A - B|')
    has_voice = bool(comparison.total.voice_a_s or comparison.total.voice_b_s)
    voices = ('A voice', 'B voice') if has_voice else ()
    table = Table(*columns, 'A actionable', 'B actionable', 'other action', *voices)
    summed = {'all': comparison.total} if len(comparison.bags) > 1 else {}
    for name, agreement in {**comparison.bags, **summed}.items():
        shares = f'{agreement.same:.1%}', f'{agreement.confidence_difference:.3f}'
        actions_s = agreement.actionable_a_s, agreement.actionable_b_s, agreement.other_action_s
        voices_s = (agreement.voice_a_s, agreement.voice_b_s) if has_voice else ()
        actions = (f'{seconds:.1f} s' for seconds in (*actions_s, *voices_s))
        table.add_row(name, f'{agreement.duration_s:.1f} s', *shares, *actions)
    console.print(table)
    if not comparison.differences:
        return
    pairs = Table('A', 'B', 'time (s)')
    by_time = sorted(comparison.total.by_labels_s.items(), key=lambda item: -item[1])
    for (label_a, label_b), seconds in by_time:
        pairs.add_row(label_a, label_b, f'{seconds:.1f}')
    console.print(pairs)
    longest = Table('bag', 'from (s)', 'to (s)', 'A', 'B', title='longest differences')
    for span in comparison.differences[:MOST_LISTED]:
        times = f'{span.start_s:.2f}', f'{span.end_s:.2f}'
        longest.add_row(span.bag, *times, span.label_a, span.label_b)
    console.print(longest)


def _load(options: ReplayOptions, by_stamp: bool) -> Run:
    if is_run_file(options.bag):
        return read_run(options.bag, by_stamp)
    return replay_run(options, by_stamp)


def _agreement_fields(agreement: Agreement) -> dict[str, Any]:
    return {
        'duration': agreement.duration_s,
        'same_label': agreement.same,
        'confidence_difference': agreement.confidence_difference,
        'actionable_a': agreement.actionable_a_s,
        'actionable_b': agreement.actionable_b_s,
        'other_action': agreement.other_action_s,
        'voice_a': agreement.voice_a_s,
        'voice_b': agreement.voice_b_s,
        'differences': [
            {'label_a': a, 'label_b': b, 'duration': seconds}
            for (a, b), seconds in sorted(agreement.by_labels_s.items())
        ],
    }
