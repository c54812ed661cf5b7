# SPDX-License-Identifier: MIT
"""``emotion-ros sample``: a small recording to try the other commands on."""

import argparse
import shlex
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from emotion_ros.bag.storage.files import is_bag_folder
from emotion_ros.bag.writer import STORAGES
from emotion_ros.demo.recording import write_recording
from emotion_ros.demo.storyboard_file import packaged_storyboard
from emotion_ros.errors import ConfigError

MEGABYTE = 1e6
NEXT = """Next:
  emotion-ros replay {bag}
  emotion-ros explain {bag} --at {at_s:g}
  emotion-ros report {bag} --frames"""
EXPLAINED_AT_S = 15.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the sub-command."""
    add = parser.add_argument
    add('folder', type=Path, metavar='DIR', help='the recording, a new folder')
    add('--storage', choices=tuple(STORAGES), default='sqlite3', help='default: sqlite3')
    add('--storyboard', type=Path, metavar='FILE', help='record another storyboard (YAML)')
    add('--force', action='store_true', help='replace a recording that is there')


def run(args: argparse.Namespace) -> int:
    """Write the recording and print what can be done with it."""
    folder = args.folder
    if folder.exists() and not (args.force and is_bag_folder(folder)):
        remedy = 'choose another folder' + (', or --force' if is_bag_folder(folder) else '')
        raise ConfigError(f'{folder}: exists: {remedy}')
    folder.parent.mkdir(parents=True, exist_ok=True)
    storyboard = args.storyboard or packaged_storyboard()
    with TemporaryDirectory(dir=folder.parent) as temporary:
        draft = Path(temporary) / folder.name
        duration_s = write_recording(draft, storyboard, args.storage)
        if folder.exists():
            shutil.rmtree(folder)
        draft.rename(folder)
    size = sum(file.stat().st_size for file in folder.iterdir()) / MEGABYTE
    print(f'{folder}: {duration_s:g} s of camera and speech, {size:.1f} MB')
    print(NEXT.format(bag=shlex.quote(str(folder)), at_s=min(EXPLAINED_AT_S, duration_s)))
    return 0
