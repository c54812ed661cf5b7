# SPDX-License-Identifier: MIT
"""``emotion-ros replay``: a bag through the same core as the nodes, without ROS."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from emotion_ros.bag.offline_fusion import Moment
from emotion_ros.bag.progress import with_progress
from emotion_ros.bag.replay import Replay, open_replay
from emotion_ros.bag.topics import SOURCES
from emotion_ros.bag.writer import BagWriter
from emotion_ros.cli.replay_output import (
    print_json,
    print_table,
    record_observations,
    record_states,
)


def add_parser(subparsers: 'argparse._SubParsersAction[argparse.ArgumentParser]') -> None:
    """Add the sub-command; ``run`` is what it does."""
    parser = subparsers.add_parser('replay', help='play a rosbag2 recording to the core')
    add_replay_arguments(parser)
    parser.add_argument(
        '--output',
        type=Path,
        metavar='BAG',
        help='also write a new bag with /emotion_state and all that it was fused from',
    )
    parser.set_defaults(run=run)


def add_replay_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what every command needs that prints what a bag gives."""
    add_bag_arguments(parser)
    parser.add_argument('--json', action='store_true', help='JSON with the fields of the messages')


def add_bag_arguments(parser: argparse.ArgumentParser) -> None:
    """Add which bag to replay, what of it, and how."""
    add = parser.add_argument
    add('bag', type=Path, help='rosbag2 folder, or one .mcap or .db3 file')
    add(
        '--from',
        dest='source',
        choices=SOURCES,
        default='',
        help='images: read images and speech anew; evidence: use the recorded emotion/faces and '
        'emotion/text, without any network (default: images, if the bag has some)',
    )
    add('--without', action='append', default=[], metavar='M', help='leave a modality out')
    add('--weight', action='append', default=[], metavar='M=x', help='weigh a modality anew')
    add('--image-topic', default='', metavar='T', help='default: the one there is')
    add(
        '--speech-topic',
        default='',
        metavar='T',
        help='default: the one called speech_to_text or speech, in any namespace',
    )
    add('--params', type=Path, metavar='FILE', help='parameter file, as for the nodes')


def run(args: argparse.Namespace) -> int:
    """Replay and print or write the states; EmotionRosError when something cannot be used."""
    with ExitStack() as stack:
        replay = stack.enter_context(open_replay(args))
        topics = ', '.join(f'{topic.name} ({topic.count})' for topic in replay.sources.chosen())
        print(f'replaying {topics or "nothing"}', file=sys.stderr)
        writer = stack.enter_context(BagWriter(args.output)) if args.output else None
        moments = stack.enter_context(with_progress(_moments(replay, writer), replay.bag))
        count = print_json(moments) if args.json else print_table(moments, replay.bag.start_ns)
    refused = ', '.join(f'{n} {reason}' for reason, n in sorted(replay.refused.items()))
    print(f'{count} states; not used: {refused or "none"}', file=sys.stderr)
    return 0


def _moments(replay: Replay, writer: BagWriter | None) -> Iterator[Moment]:
    if writer is None:
        return replay.moments(replay.events())
    events = record_observations(replay.events(), writer)
    return record_states(replay.moments(events), writer)
