# SPDX-License-Identifier: MIT
"""The ``emotion-ros`` command; each sub-command is a module of this folder or one below."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import Any, NoReturn

from emotion_ros.errors import EmotionRosError, import_problem
from emotion_ros.files.resources import package_version

PROGRAM = 'emotion-ros'
DESCRIPTION = (
    'Estimate what the person in front of a robot may be feeling, from camera and speech-to-text.'
)
EXIT_MISUSE = 2
EXIT_INTERRUPTED = 130


@dataclass(frozen=True)
class Command:
    """The help of a sub-command, and the package that has the module of its name."""

    summary: str
    details: str
    example: str
    package: str = 'emotion_ros.cli'


COMMANDS = {
    'demo': Command(
        'play a scripted scene to the real nodes and check the result',
        'The nodes run in an unused ROS domain; the scene has faces in front of a camera and '
        'spoken lines. The exit code is 1 when an expectation of the storyboard is not met.',
        'demo --headless',
    ),
    'live': Command(
        'try it on yourself: webcam and typed words, shown in the browser',
        'Serves the dashboard on this machine until Ctrl-C; nothing is stored. Without a camera '
        'it shows the scripted person of the demo. Needs no ROS.',
        'live --open',
    ),
    'sample': Command(
        'write a small recording to try the other commands on',
        'It holds the scene of the demo: camera images and spoken lines. Needs no ROS.',
        'sample my_bag',
    ),
    'doctor': Command(
        'find out why a running system gives no result',
        'Listens to the running nodes for a few seconds and prints what is wrong, with the '
        'command that fixes it. The exit code is 1 when there is a problem.',
        'doctor --namespace robot_1',
    ),
    'replay': Command(
        'compute the states of a recorded bag, faster than real time',
        'Prints a table of the changes, or every state as JSON. Needs no ROS.',
        'replay my_bag --json',
        package='emotion_ros.cli.bag',
    ),
    'explain': Command(
        'show how the state at one time of a bag was computed',
        'Prints what the prior and each piece of evidence contribute to the sum of '
        'log-probabilities. Needs no ROS.',
        'explain my_bag --at 12.5',
        package='emotion_ros.cli.bag',
    ),
    'report': Command(
        'write an HTML page about a bag',
        'Shows emotions over time, utterances, events and rejected inputs in one file. Needs no '
        'ROS.',
        'report my_bag --frames -o session.html',
        package='emotion_ros.cli.bag',
    ),
    'policy': Command(
        'show which behaviours the rules of a controller trigger on a bag',
        'Prints when each behaviour begins and ends. Needs no ROS.',
        'policy my_bag --rules rules.yaml',
        package='emotion_ros.cli.bag',
    ),
    'batch': Command(
        'compute the states of many bags into one table, Parquet or CSV',
        'Writes a row per state and person, and beside it a summary with a row per session and '
        'person. Continues where an earlier run was stopped. The exit code is 1 when a bag could '
        'not be used. Needs no ROS.',
        'batch recordings/ -o sessions.parquet',
        package='emotion_ros.cli.bag',
    ),
    'compare': Command(
        'show where two runs over the same recordings differ',
        'Prints the share of time with the same label, by bag and by emotion, and the longest '
        'differences. Needs no ROS.',
        'compare my_bag --weight face=0.3',
        package='emotion_ros.cli.bag',
    ),
    'evaluate': Command(
        'score labelled faces, sentences or parts of bags',
        'Prints accuracy, macro F1, recall, calibration error and confusion with 95 % intervals. '
        'Needs no ROS.',
        'evaluate labels.csv --map contempt=',
        package='emotion_ros.cli.bag',
    ),
    'analyze': Command(
        'estimate emotions in pictures, a video, a webcam or a line of text',
        'Prints a table, JSON or CSV, and can write an annotated picture or video. Needs no ROS.',
        'analyze photo.jpg -o annotated.jpg',
        package='emotion_ros.cli.image',
    ),
    'models': Command(
        'list, download and verify model files',
        'Only "fetch" downloads.',
        'models fetch yunet',
    ),
    'messages': Command(
        'print all topics and message fields with their meaning',
        'The output is Markdown.',
        'messages EmotionState',
    ),
    'parameters': Command(
        'print all parameters of the nodes with default and range',
        'The output is Markdown.',
        'parameters fusion_node',
    ),
}
INSTALL_HINTS = {
    'rclpy': 'source /opt/ros/<distro>/setup.bash, or use the virtual environment of make setup',
    'emotion_ros.msg': 'build the package with colcon and source install/setup.bash',
    'rosbags': 'pip install rosbags',
    'mcap': 'pip install mcap',
    'jinja2': 'pip install jinja2',
    'aiohttp': 'pip install aiohttp',
    'pyarrow': 'pip install pyarrow',
    'distributed': 'pip install distributed',
}


class OneLineParser(argparse.ArgumentParser):
    """A parser that reports an error in one line; ``--help`` shows the usage."""

    def error(self, message: str) -> NoReturn:
        """End the program with the error."""
        self.exit(EXIT_MISUSE, f'{self.prog}: error: {message} (see {self.prog} --help)\n')

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Report unknown arguments with the name of the sub-command that they were given to."""
        namespace, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f'unrecognized arguments: {" ".join(unknown)}')
        return namespace, unknown

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Suggest the choice that a mistyped one resembles."""
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            if similar := get_close_matches(str(value), map(str, action.choices or ()), 1):
                error.message = f'invalid choice: {value!r}, did you mean {similar[0]}?'
            raise


def main(argv: Sequence[str] | None = None) -> int:
    """Run one sub-command and return its exit code; an expected error is one line and code 2."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if '_ARGCOMPLETE' in os.environ:  # set by the shell's completion; this call does not return
        from argcomplete import autocomplete

        autocomplete(make_parser(os.environ['COMP_LINE'].split()[1:2]))
    try:
        args = make_parser(arguments[:1]).parse_args(arguments)
        code = int(args.run(args))
        sys.stdout.flush()
        return code
    except EmotionRosError as error:
        return _report_error(str(error))
    except ModuleNotFoundError as error:
        hint = INSTALL_HINTS.get(error.name or '')
        return _report_error(f'{error}: {hint}' if hint else str(error))
    except ImportError as error:
        return _report_error(import_problem(error))
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # the reader, such as head, has closed the pipe
        _discard_stdout()
        return EXIT_INTERRUPTED
    except OSError as error:  # a full disk, a name that is too long, a folder without permission
        _discard_stdout()
        where = f'{error.filename}: ' if error.filename else ''
        return _report_error(f'{where}{error.strerror or error}')


def make_parser(chosen: Sequence[str]) -> argparse.ArgumentParser:
    """Return a parser for every command, with the arguments of the chosen one only.

    Only its module is imported, so that no command needs the dependencies of another.
    """
    parser = OneLineParser(
        prog=PROGRAM,
        description=DESCRIPTION,
        epilog=f'"{PROGRAM} COMMAND --help" shows the options of a command and an example.',
    )
    parser.add_argument('--version', action=_ShowVersion, nargs=0, help='print the version')
    subparsers = parser.add_subparsers(dest='command', metavar='COMMAND', required=True)
    for name, command in COMMANDS.items():
        subparser = subparsers.add_parser(
            name,
            help=command.summary,
            description=f'{command.summary[0].upper()}{command.summary[1:]}. {command.details}',
            epilog=f'Example: {PROGRAM} {command.example}',
        )
        if name in chosen:
            module = import_module(f'{command.package}.{name}')
            module.add_arguments(subparser)
            subparser.set_defaults(run=module.run)
    return parser


class _ShowVersion(argparse.Action):
    """Reads the version only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        print(f'{PROGRAM} {package_version()}')
        parser.exit()


def _discard_stdout() -> None:
    """Flush the output if possible; otherwise Python would report an error at exit."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _report_error(message: str) -> int:
    print(f'{PROGRAM}: error: {" ".join(message.split())}', file=sys.stderr)
    return EXIT_MISUSE


if __name__ == '__main__':
    raise SystemExit(main())
