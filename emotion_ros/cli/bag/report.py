# SPDX-License-Identifier: MIT
"""``emotion-ros report``: one HTML file that shows a recorded session."""

import argparse
import shlex
import sys
from pathlib import Path

from emotion_ros.bag.reader import Bag
from emotion_ros.bag.replay_config import FROM_HEADER, make_replay_config
from emotion_ros.bag.session_reader import read_session
from emotion_ros.bag.snapshots import take_pictures
from emotion_ros.bag.storage.files import is_bag_folder
from emotion_ros.cli.bag.arguments import (
    add_bag_arguments,
    print_notes,
    raise_failure,
    replay_options,
)
from emotion_ros.cli.bag.behaviours import add_behaviour_arguments, make_observer
from emotion_ros.errors import ConfigError
from emotion_ros.files.atomic_write import atomic_write
from emotion_ros.files.resources import package_version
from emotion_ros.web.report_page import is_report, render_report

SUFFIXES = ('.html', '.htm')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the sub-command."""
    add_bag_arguments(parser)
    add_behaviour_arguments(parser)
    parser.add_argument(
        '-o',
        '--output',
        type=Path,
        default=Path('report.html'),
        metavar='FILE',
        help='default: report.html in the current folder',
    )
    parser.add_argument(
        '--force', action='store_true', help='replace FILE also when it is no report'
    )
    parser.add_argument(
        '--frames', action='store_true', help='include camera pictures of the events'
    )


def run(args: argparse.Namespace) -> int:
    """Write the report; EmotionRosError when the bag cannot be used or the file not written."""
    _check_output(args.output, args.bag, args.force)
    options = replay_options(args)
    behaviours = make_observer(args)
    if args.reactions and behaviours is None:
        raise ConfigError('--reactions needs --rules FILE, --behaviour-topic TOPIC or both')
    session = read_session(options, behaviours)
    print_notes(session.notes)
    if args.frames:
        rotate = make_replay_config(options).vision.rotate
        with Bag(options.bag) as bag:
            session.snapshots += take_pictures(bag, session.events, options.image_topic, rotate)
    html = render_report(session, command_line(args), package_version())
    replaced = ', replaced' if args.output.exists() else ''
    with atomic_write(args.output) as draft:
        try:
            draft.write_text(html, encoding='utf-8')
        except OSError as error:
            raise ConfigError(f'{args.output}: cannot be written: {error.strerror}') from error
    print(f'{args.output}: {session.states} states{replaced}', file=sys.stderr)
    raise_failure(session.failure)
    return 0


def command_line(args: argparse.Namespace) -> str:
    """Return the command of these arguments, with the names of files instead of their paths."""
    words = ['emotion-ros', 'report', args.bag.resolve().name]
    values = [
        ('--from', [args.source]),
        ('--without', args.without),
        ('--weight', args.weight),
        ('--image-topic', [args.image_topic]),
        ('--speech-topic', [args.speech_topic]),
        ('--params', [args.params.name if args.params else '']),
        ('--stamps', [args.stamps if args.stamps != FROM_HEADER else '']),
        ('--rules', [args.rules.name if args.rules else '']),
        ('--behaviour-topic', [args.behaviour_topic]),
        ('--reactions', [f'{args.reactions:g}' if args.reactions else '']),
    ]
    words += [f'{name}={value}' for name, given in values for value in given if value]
    return shlex.join(words + ['--frames'] * args.frames)


def _check_output(output: Path, bag: Path, force: bool) -> None:
    """ConfigError for a file that is not HTML, lies in a bag, or must not be replaced."""
    target = output.resolve()
    if target.is_relative_to(bag.resolve()):
        raise ConfigError(f'{output}: is the bag or lies in it: choose another file with -o')
    if output.suffix.lower() not in SUFFIXES:
        raise ConfigError(f'{output}: a report must end with {", ".join(SUFFIXES)}')
    if any(is_bag_folder(folder) for folder in target.parents):
        raise ConfigError(f'{output}: lies in a recording: choose another file with -o')
    if output.is_file() and not force and not is_report(output):
        raise ConfigError(f'{output}: exists and is no report: choose another file, or --force')
