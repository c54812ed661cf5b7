# SPDX-License-Identifier: MIT
"""Screenshots of the dashboard and of a session report: ``python docs/tools/screenshots.py``.

Plays the demo's storyboard to the real nodes and writes docs/figures/dashboard_*.png and
report.png. ``--states FOLDER`` writes the dashboard in every state, size and colour scheme
instead, without ROS, for a look at the design.
"""

import argparse
import os
import signal
import socket
import sys
import tempfile
from itertools import product
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

from browser import chromium_page, console_errors, load
from dashboard_states import STATES, StatesSource, served
from emotion_ros.cli.main import main as emotion_ros
from emotion_ros.demo.recording import write_recording
from emotion_ros.demo.runner import node_arguments
from emotion_ros.demo.storyboard_file import packaged_storyboard
from emotion_ros.sandbox.domain import free_domain, isolated
from emotion_ros.sandbox.processes import Program, Programs

if TYPE_CHECKING:
    from playwright.sync_api import Page

FIGURES = Path(__file__).parents[1] / 'figures'
VIEW = 'document.body.dataset.view'
SENTIMENT = 'document.querySelector("#transcript .sentiment")?.innerText ?? ""'
TWO_FACES = f'{VIEW} === "ok" && now.frame?.faces.length === 2 && now.state.actionable'
LABEL = 'document.getElementById("label").innerText'
SETTLE_S = 0.5
START_TIMEOUT_S = 30.0
CONDITION_TIMEOUT_S = 30.0
SIZES = ((1280, 800), (820, 1180), (390, 844))
REPORT_SIZE = (1180, 900)
REPORT_HEIGHT_PX = 724


def main() -> int:
    """Take all screenshots; return 1 when a page logged an error."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--folder', type=Path, default=FIGURES)
    parser.add_argument('--report-only', action='store_true', help='leave out the dashboard')
    parser.add_argument('--states', type=Path, metavar='FOLDER')
    args = parser.parse_args()
    folder = args.folder
    if args.states:
        with chromium_page() as page:
            take_states(page, args.states)
        return 0
    environment = isolated(free_domain())
    os.environ.update(environment)
    with chromium_page() as page:
        errors = console_errors(page)
        if not args.report_only:
            with Programs(environment) as programs:
                take_dashboard(page, programs, folder)
        take_report(page, folder)
    # The last picture of the dashboard shows a refused connection.
    errors = [error for error in errors if 'ERR_CONNECTION' not in error]
    for error in errors:
        print(f'console of the page: {error}', file=sys.stderr)
    for path in [*sorted(folder.glob('dashboard_*.png')), folder / 'report.png']:
        print(f'{path}: {path.stat().st_size / 1000:.0f} kB')
    return 1 if errors else 0


def take_states(page: 'Page', folder: Path) -> None:
    """Take every state at every size, light and dark, and a page that is frozen or has no data."""
    folder.mkdir(parents=True, exist_ok=True)
    source = StatesSource()
    with served(source) as server:
        for (width, height), dark in product(SIZES, (False, True)):
            for name in (*STATES, 'frozen', 'disconnected'):
                source.play(name if name in STATES else 'happy')
                load(page, server.url, width, height, dark)
                wait_for(page, 'now !== null && document.querySelector("#timeline text") !== null')
                if name == 'frozen':
                    page.keyboard.press(' ')
                if name == 'disconnected':
                    page.evaluate('connect = () => {}; socket.close()')
                    wait_for(page, f'{VIEW} === "disconnected"')
                sleep(SETTLE_S)
                scheme = 'dark' if dark else 'light'
                page.screenshot(path=folder / f'{name}_{width}_{scheme}.png', full_page=True)


def take_dashboard(page: 'Page', programs: Programs, folder: Path) -> None:
    """Take the dashboard at the turning points of the story, and after its node has ended."""

    def take(name: str, condition: str, dark: bool = False, image: bool = False) -> None:
        wait_for(page, condition)
        page.evaluate(f'about.show_image = {str(image).lower()}')
        page.emulate_media(color_scheme='dark' if dark else 'light')
        sleep(SETTLE_S)
        page.screenshot(path=folder / f'dashboard_{name}.png')

    programs.start('pipeline', 'emotion_ros.nodes.pipeline', node_arguments(None))
    port = free_port()
    dashboard = start_dashboard(programs, port)
    load(page, f'http://127.0.0.1:{port}/', *SIZES[0])
    programs.start('demo_source', 'emotion_ros.demo.source_node')
    take('nobody', f'{VIEW} === "no_person" && tracks[FOCUS]?.length > 20', dark=True)
    take('happy', f'{LABEL} === "happy" && ({SENTIMENT}).startsWith("positive")', image=True)
    take('conflict', 'tracks[FOCUS].filter((s) => s.conflict).length > 10')
    width, height = SIZES[-1]
    page.set_viewport_size({'width': width, 'height': height})
    take('phone', 'sizes.timeline.width < 400', image=True)
    width, height = SIZES[0]
    page.set_viewport_size({'width': width, 'height': height})
    take('two_people', TWO_FACES, dark=True, image=True)
    page.evaluate('about.show_image = false')
    sleep(SETTLE_S)
    dashboard.process.send_signal(signal.SIGINT)
    take('disconnected', f'{VIEW} === "disconnected"')
    page.goto('about:blank')


def wait_for(page: 'Page', condition: str) -> None:
    """Return when a JavaScript expression is true in the page; TimeoutError if it stays false.

    ``Page.wait_for_function`` is blocked by the content security policy of the dashboard.
    """
    deadline_s = monotonic() + CONDITION_TIMEOUT_S
    while not page.evaluate(condition):
        if monotonic() > deadline_s:
            raise TimeoutError(f'not true within {CONDITION_TIMEOUT_S:g} s: {condition}')
        page.wait_for_timeout(50)


def take_report(page: 'Page', folder: Path) -> None:
    """Take the upper part of the report of a recording of the same story."""
    with tempfile.TemporaryDirectory() as temporary:
        bag, report = Path(temporary) / 'demo', Path(temporary) / 'report.html'
        write_recording(bag, packaged_storyboard())
        if emotion_ros(['report', str(bag), '-o', str(report)]):
            raise SystemExit('emotion-ros report failed')
        load(page, report.as_uri(), *REPORT_SIZE)
        page.screenshot(
            path=folder / 'report.png',
            clip={'x': 0, 'y': 0, 'width': REPORT_SIZE[0], 'height': REPORT_HEIGHT_PX},
        )


def start_dashboard(programs: Programs, port: int) -> Program:
    """Start dashboard_node and wait until it accepts connections."""
    arguments = ['--ros-args', '-p', f'port:={port}', '-p', 'show_image:=true']
    program = programs.start('dashboard', 'emotion_ros.web.dashboard_node', arguments)
    deadline_s = monotonic() + START_TIMEOUT_S
    while not accepts_connections(port):
        if monotonic() > deadline_s or programs.failed_process():
            raise SystemExit(f'the dashboard does not start: {programs.failed_process()}')
        sleep(0.1)
    return program


def accepts_connections(port: int) -> bool:
    """Return whether a server listens on this local port."""
    with socket.socket() as client:
        return client.connect_ex(('127.0.0.1', port)) == 0


def free_port() -> int:
    """Return a local TCP port that is not in use."""
    with socket.create_server(('127.0.0.1', 0)) as server:
        return int(server.getsockname()[1])


if __name__ == '__main__':
    raise SystemExit(main())
