# SPDX-License-Identifier: MIT
"""``emotion-ros replay``: a bag through the same core as the nodes, without ROS."""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from emotion_ros.bag.provenance import REPLAYED
from emotion_ros.bag.replay import open_replay
from emotion_ros.bag.storage.files import require_free
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
    write_states,
)
from emotion_ros.files.atomic_write import atomic_write

STDOUT = Path('-')
OTHER_TABLES = ('.xlsx', '.xls', '.ods', '.parquet', '.json', '.jsonl', '.tsv')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the sub-command."""
    add_bag_arguments(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument('--json', action='store_true', help='one JSON line per state')
    form.add_argument(
        '--csv',
        type=_csv_file,
        nargs='?',
        const=STDOUT,
        metavar='FILE',
        help='one CSV line per state and person, on standard output or in FILE',
    )
    parser.add_argument('--force', action='store_true', help='replace FILE if it exists')
    parser.add_argument(
        '-o',
        '--output',
        type=Path,
        metavar='BAG',
        help='also write a new bag with /emotion_state and the messages it was computed from',
    )


def run(args: argparse.Namespace) -> int:
    """Replay and print or write the states; EmotionRosError when something cannot be used."""
    if args.csv not in (None, STDOUT):
        require_free(args.csv, args.force)
    with ExitStack() as stack:
        replay = stack.enter_context(open_replay(replay_options(args)))
        topics = ', '.join(f'{topic.name} ({topic.count})' for topic in replay.sources.chosen())
        print(f'replaying {topics or "nothing"}', file=sys.stderr)
        print_notes(replay.notes())
        observations = replay.observations()
        writer = stack.enter_context(BagWriter(args.output)) if args.output else None
        if writer:
            writer.set_custom_data(REPLAYED, json.dumps(replay.provenance().lines()))
            observations = record_observations(observations, writer)
        published = stack.enter_context(publications_with_progress(replay, observations))
        if writer:
            published = record_states(published, writer)
        if args.csv:
            count = write_states(published, replay.bag, stack.enter_context(_opened(args.csv)))
        else:
            count = print_json(published) if args.json else print_table(published, replay.bag)
    rejected = ', '.join(f'{n} {reason}' for reason, n in sorted(replay.rejected.items()))
    written = f'{args.csv}: ' if args.csv not in (None, STDOUT) else ''
    print(f'{written}{count} states; not used: {rejected or "none"}', file=sys.stderr)
    failure = replay.failure()
    if not failure:
        print_notes(replay.rejections())
    raise_failure(failure)
    return 0


def _csv_file(text: str) -> Path:
    """Return FILE; ``--csv BAG`` is a mistake that would leave the command without a bag."""
    path = Path(text)
    if path.is_dir() or path.suffix in ('.mcap', '.db3'):
        raise argparse.ArgumentTypeError(f'{text} is a recording: give it before --csv')
    if path.suffix.lower() in OTHER_TABLES:
        raise argparse.ArgumentTypeError(f'{text}: writes CSV: give FILE.csv')
    return path


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    """Yield standard output for STDOUT, otherwise a file that replaces ``path`` at the end."""
    if path == STDOUT:
        yield sys.stdout
        return
    with atomic_write(path) as temporary, temporary.open('w', encoding='utf-8') as file:
        yield file
