# SPDX-License-Identifier: MIT
"""``emotion-ros demo``: a scripted person, played to the real nodes."""

import argparse
import os
import sys
from contextlib import closing
from pathlib import Path

from emotion_ros.cli.arguments import domain_id, free_port, port
from emotion_ros.demo.runner import DemoOptions, DemoResult, DemoRunner
from emotion_ros.demo.storyboard_file import SCENES, packaged_storyboard
from emotion_ros.demo.terminal import make_view
from emotion_ros.errors import ConfigError
from emotion_ros.sandbox.domain import free_domain
from emotion_ros.web.config import DashboardConfig

EXIT_MISSED = 1
NEXT = """Next:
  emotion-ros demo --dashboard    the same in the browser
  emotion-ros live                your camera and your words
  docs/robot.md                   the camera and the speech recogniser of a robot"""
HOST = DashboardConfig().host


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the sub-command."""
    add = parser.add_argument
    add('--headless', action='store_true', help='print plain lines instead of the live screen')
    add(
        '--scene',
        choices=tuple(SCENES),
        default='tour',
        help='tour: all seven emotions; people: consent, reactions, two speakers, in two minutes',
    )
    add('--storyboard', type=Path, metavar='FILE', help='play another storyboard (YAML)')
    add('--params', type=Path, metavar='FILE', help='parameter file of the nodes')
    add('--separate', action='store_true', help='run each node in its own process')
    add(
        '--dashboard',
        action='store_true',
        help='also serve the dashboard, in a terminal until Ctrl-C after the story',
    )
    add(
        '--port',
        type=port,
        metavar='N',
        help='serve the dashboard at this port, or the next free one (default: 8080)',
    )
    add(
        '--domain',
        type=domain_id,
        metavar='ID',
        help='ROS domain, 0 to 232; default: $ROS_DOMAIN_ID, else an unused one',
    )


def run(args: argparse.Namespace) -> int:
    """Play the story; 0 when every expectation was met, else EXIT_MISSED."""
    options = DemoOptions(
        storyboard=args.storyboard or packaged_storyboard(args.scene),
        domain=default_domain() if args.domain is None else args.domain,
        params=args.params,
        separate=args.separate,
        dashboard_port=dashboard_port(args),
        keep_serving=not args.headless and sys.stdout.isatty(),
    )
    runner = DemoRunner(options)
    with closing(make_view(args.headless, title(options))) as view:
        result = runner.run(view, lambda result: print_result(result, options))
    return 0 if result.passed else EXIT_MISSED


def print_result(result: DemoResult, options: DemoOptions) -> None:
    """Print what was met and, while the dashboard is still served, its address."""
    if result.problem:
        print(f'stopped: {result.problem}', file=sys.stderr)
    print(f'{result.met} of {len(result.expectations)} expectations met')
    if result.passed:
        print(NEXT)
    if options.dashboard_port and options.keep_serving and not result.problem:
        url = dashboard_url(options)
        print(f'Dashboard: {url} keeps showing the last scene; Ctrl-C ends it', flush=True)


def dashboard_port(args: argparse.Namespace) -> int | None:
    """Return the port for the dashboard, None without one; ConfigError when none is free."""
    if not args.dashboard and args.port is None:
        return None
    return free_port(HOST, args.port or DashboardConfig().port)


def default_domain() -> int:
    """Return ROS_DOMAIN_ID where it is set, so that the user's programs receive the demo."""
    text = os.environ.get('ROS_DOMAIN_ID', '')
    try:
        return domain_id(text) if text else free_domain()
    except argparse.ArgumentTypeError as error:
        raise ConfigError(f'ROS_DOMAIN_ID: {error}') from error


def title(options: DemoOptions) -> str:
    """Return the dashboard's address if there is one, what is played, and how to listen."""
    lines = [f'Dashboard: {dashboard_url(options)}'] if options.dashboard_port else []
    lines += [
        f'A scripted person ({options.storyboard.name})',
        f'To listen in another terminal: export ROS_DOMAIN_ID={options.domain}'
        + (' ROS_DISCOVERY_SERVER=' if os.environ.get('ROS_DISCOVERY_SERVER') else ''),
    ]
    return '\n'.join(lines)


def dashboard_url(options: DemoOptions) -> str:
    """Return the address of the dashboard."""
    return f'http://{HOST}:{options.dashboard_port}/'
