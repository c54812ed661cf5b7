# SPDX-License-Identifier: MIT
"""``emotion-ros``: one command, its sub-commands each in a module of their own."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from emotion_ros.errors import EmotionRosError

PROGRAM = 'emotion-ros'
EXIT_MISUSE = 2
EXIT_INTERRUPTED = 130

COMMANDS = {
    'demo': 'play a scripted person to the real nodes and check what they understand',
    'doctor': 'find out why a running graph says nothing',
    'replay': 'feed a recorded bag to the same core, faster than real time',
    'explain': 'say why the state was what it was at one moment of a bag',
    'report': 'make one HTML file of a bag: what was seen, heard and understood',
    'policy': 'say which behaviours of a controller a bag would have set off',
    'analyze': 'read pictures, a video, a webcam or a line of text, without ROS',
    'models': 'list, fetch and verify model files',
    'messages': 'print every topic and every field of the messages with its meaning',
    'parameters': 'print every parameter of the nodes with its default and range',
}
INSTALL_HINTS = {
    'rclpy': 'source /opt/ros/<distro>/setup.bash, or use the virtual environment of make setup',
    'emotion_ros.msg': 'build the package with colcon and source install/setup.bash',
    'rosbags': 'pip install rosbags',
    'jinja2': 'pip install jinja2',
    'aiohttp': 'pip install aiohttp',
}


class OneLineParser(argparse.ArgumentParser):
    """A parser whose complaint is one line; ``--help`` shows the usage."""

    def error(self, message: str) -> NoReturn:
        """End the program with the complaint."""
        self.exit(EXIT_MISUSE, f'{self.prog}: error: {message} (see {self.prog} --help)\n')


def main(argv: Sequence[str] | None = None) -> int:
    """Run one sub-command and return its exit code; a foreseen error is one line and code 2."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        args = make_parser(arguments[:1]).parse_args(arguments)
        code = int(args.run(args))
        sys.stdout.flush()
        return code
    except EmotionRosError as error:
        return _complain(str(error))
    except ModuleNotFoundError as error:
        return _complain(f'{error}{_hint(error.name or "")}')
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # the reader, such as head, has had enough
        _abandon_stdout()
        return EXIT_INTERRUPTED
    except OSError as error:  # a full disk, a name that is too long, a folder of somebody else
        _abandon_stdout()
        where = f'{error.filename}: ' if error.filename else ''
        return _complain(f'{where}{error.strerror or error}')


def make_parser(chosen: Sequence[str]) -> argparse.ArgumentParser:
    """Return a parser that knows every command and the arguments of the chosen one.

    Only its module is imported: what one command needs, another does not miss.
    """
    parser = OneLineParser(prog=PROGRAM, description=__doc__)
    subparsers = parser.add_subparsers(dest='command', metavar='COMMAND', required=True)
    for name, words in COMMANDS.items():
        if name in chosen:
            import_module(f'emotion_ros.cli.{name}').add_parser(subparsers)
        else:
            subparsers.add_parser(name, help=words)
    return parser


def _hint(module: str) -> str:
    return f': {INSTALL_HINTS[module]}' if module in INSTALL_HINTS else ''


def _abandon_stdout() -> None:
    """Say what is left to say if that is possible, for Python would complain at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(message: str) -> int:
    print(f'{PROGRAM}: error: {" ".join(message.split())}', file=sys.stderr)
    return EXIT_MISUSE


if __name__ == '__main__':
    raise SystemExit(main())
