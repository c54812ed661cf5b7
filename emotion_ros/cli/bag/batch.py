# SPDX-License-Identifier: MIT
"""``emotion-ros batch``: many recordings to one table."""

import argparse
import os
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from emotion_ros.cli.bag.arguments import add_replay_arguments, print_notes, replay_options
from emotion_ros.errors import ConfigError
from emotion_ros.view.progress import with_progress

if TYPE_CHECKING:  # --help needs no pyarrow
    from emotion_ros.sessions.batch import Batch, Process

DEFAULT_OUTPUT = Path('sessions.parquet')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the sub-command."""
    add = parser.add_argument
    add('bags', nargs='+', help='rosbag2 folders or files, folders of them, or patterns')
    add(
        *('-o', '--out'),
        type=Path,
        default=DEFAULT_OUTPUT,
        metavar='FILE',
        help='.parquet or .csv; FILE.summary is written beside it (default: sessions.parquet)',
    )
    add('--force', action='store_true', help='replace files that no batch has written')
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        '--jobs', type=_processes, metavar='N', help='processes (default: one per core)'
    )
    where.add_argument(
        '--scheduler', metavar='ADDRESS', help='a Dask scheduler, such as tcp://10.0.0.5:8786'
    )
    add('--include-text', action='store_true', help='add what was said, in a column "text"')
    add_replay_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Process the bags and write the tables; 1 when a bag could not be used completely."""
    from emotion_ros.sessions.batch import Batch, BatchFiles
    from emotion_ros.sessions.find_bags import find_bags

    files = BatchFiles(args.out)
    files.check(args.force)
    bags = find_bags(args.bags)
    options = replay_options(args, bags[0])
    batch = Batch(bags, options, files, args.include_text)
    if skipped := batch.finished():
        print_notes([f'skipped {skipped} of {len(bags)} bags: {files.parts} has their results'])
    _process(batch, _workers(args))
    states = batch.write()
    print_notes(f'{name}: {error}' for name, error in batch.errors.items())
    failed = f', {len(batch.errors)} with errors' if batch.errors else ''
    recordings = '1 bag' if len(bags) == 1 else f'{len(bags)} bags'
    print(f'{files.states}: {states} rows from {recordings}{failed}', file=sys.stderr)
    return 1 if batch.errors else 0


def _process(batch: 'Batch', process: 'Process') -> None:
    jobs = batch.pending()
    try:
        with (
            closing(process(jobs)) as outcomes,
            with_progress(outcomes, len(jobs), 'batch') as watched,
        ):
            for outcome in watched:
                batch.add(outcome)
    except (ConfigError, KeyboardInterrupt):
        if finished := batch.finished():
            kept = f'{finished} finished bags are kept in {batch.files.parts}'
            print_notes([f'{kept}: run the same command again to continue'])
        raise


def _workers(args: argparse.Namespace) -> 'Process':
    if args.scheduler:
        from emotion_ros.sessions.dask_workers import process_with_dask

        return partial(
            process_with_dask, scheduler=args.scheduler, notify=lambda note: print_notes([note])
        )
    from emotion_ros.sessions.local_workers import process_locally

    return partial(process_locally, processes=args.jobs or len(os.sched_getaffinity(0)))


def _processes(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f'{text!r} is not a number of processes')
    return int(text)
