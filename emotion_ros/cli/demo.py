# SPDX-License-Identifier: MIT
"""``emotion-ros demo``: the command line of the demo."""

import argparse
from pathlib import Path

from emotion_ros.cli.arguments import domain_id
from emotion_ros.demo.command import DemoOptions, run_demo


def add_parser(subparsers: 'argparse._SubParsersAction[argparse.ArgumentParser]') -> None:
    """Add the sub-command; ``run`` is what it does."""
    parser = subparsers.add_parser('demo', help='play a scripted person to the real nodes')
    add = parser.add_argument
    add('--headless', action='store_true', help='plain lines, no live screen')
    add('--storyboard', type=Path, metavar='FILE', help='tell another story')
    add('--params', type=Path, metavar='FILE', help='parameters of the nodes')
    add('--separate', action='store_true', help='each node in its own process')
    add('--dashboard', action='store_true', help='serve http://127.0.0.1:8080/ while it plays')
    add('--domain', type=domain_id, metavar='ID', help='default: a free one')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the demo and return its exit code."""
    return run_demo(
        DemoOptions(
            storyboard=args.storyboard,
            params=args.params,
            domain=args.domain,
            separate=args.separate,
            dashboard=args.dashboard,
            headless=args.headless,
        )
    )
