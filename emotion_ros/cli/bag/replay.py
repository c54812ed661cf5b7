# SPDX-License-Identifier: MIT
"""``emotion-ros replay``: a bag through the same core as the nodes, without ROS."""

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path

from emotion_ros.bag.replay import open_replay
from emotion_ros.bag.writer import BagWriter
from emotion_ros.cli.bag.arguments import (
    add_bag_arguments,
    print_notes,
    raise_failure,
    replay_options,
)
from emotion_ros.cli.bag.replay_output import (
    print_json,
    print_table,
    publications_with_progress,
    record_observations,
    record_states,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the sub-command."""
    add_bag_arguments(parser)
    parser.add_argument('--json', action='store_true', help='one JSON line per state')
    parser.add_argument(
        '-o',
        '--output',
        type=Path,
        metavar='BAG',
        help='also write a new bag with /emotion_state and the messages it was computed from',
    )


def run(args: argparse.Namespace) -> int:
    """Replay and print or write the states; EmotionRosError when something cannot be used."""
    with ExitStack() as stack:
        replay = stack.enter_context(open_replay(replay_options(args)))
        topics = ', '.join(f'{topic.name} ({topic.count})' for topic in replay.sources.chosen())
        print(f'replaying {topics or "nothing"}', file=sys.stderr)
        print_notes(replay.notes())
        observations = replay.observations()
        writer = stack.enter_context(BagWriter(args.output)) if args.output else None
        if writer:
            observations = record_observations(observations, writer)
        published = stack.enter_context(publications_with_progress(replay, observations))
        if writer:
            published = record_states(published, writer)
        count = print_json(published) if args.json else print_table(published, replay.bag)
    rejected = ', '.join(f'{n} {reason}' for reason, n in sorted(replay.rejected.items()))
    print(f'{count} states; not used: {rejected or "none"}', file=sys.stderr)
    failure = replay.failure()
    if not failure:
        print_notes(replay.rejections())
    raise_failure(failure)
    return 0
