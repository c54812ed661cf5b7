# SPDX-License-Identifier: MIT
"""``emotion-ros demo``: the command line of the demo."""

import argparse
from pathlib import Path

from emotion_ros.cli.arguments import domain_id
from emotion_ros.demo.command import DemoOptions, run_demo


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the sub-command."""
    add = parser.add_argument
    add('--headless', action='store_true', help='print plain lines instead of the live screen')
    add('--storyboard', type=Path, metavar='FILE', help='play another storyboard (YAML)')
    add('--params', type=Path, metavar='FILE', help='parameter file of the nodes')
    add('--separate', action='store_true', help='run each node in its own process')
    add(
        '--dashboard',
        action='store_true',
        help='also serve the dashboard on http://127.0.0.1:8080/',
    )
    add(
        '--domain',
        type=domain_id,
        metavar='ID',
        help='ROS domain, 0 to 232; default: an unused one',
    )


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
