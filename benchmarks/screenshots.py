# SPDX-License-Identifier: MIT
"""Pictures of the dashboard and of a report for the docs, from the demo's storyboard.

python -m benchmarks.screenshots            writes docs/figures/dashboard_*.png and report.png
"""

import argparse
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import monotonic, sleep

from benchmarks.chromium import Browser, BrowserError
from benchmarks.story_bag import write_story
from emotion_ros.cli.main import main as emotion_ros
from emotion_ros.demo.command import node_arguments
from emotion_ros.demo.storyboard_file import load_storyboard, packaged_storyboard
from emotion_ros.sandbox.domain import free_domain, isolated
from emotion_ros.sandbox.processes import Program, Programs

FIGURES = Path('docs/figures')
VIEW = 'document.body.dataset.view'
HEARD = 'document.querySelector("#transcript .tone")?.innerText ?? ""'
ALL_TWO = f'{VIEW} === "ok" && now.frame?.faces.length === 2 && now.state.actionable'
LABEL = 'document.getElementById("label").innerText'
SETTLE_S = 0.5
START_TIMEOUT_S = 30.0
REPORT_SIZE = (1180, 900)
REPORT_HEIGHT_PX = 760


def main(arguments: Sequence[str] | None = None) -> int:
    """Play the story to the real nodes and take pictures at its turning points."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--folder', type=Path, default=FIGURES)
    folder = parser.parse_args(arguments).folder
    environment = isolated(free_domain())
    os.environ.update(environment)
    with Browser() as browser:
        with Programs(environment) as programs:
            take_dashboard(browser, programs, folder)
        take_report(browser, folder)
        for complaint in browser.complaints:
            print(f'the browser complains: {complaint}', file=sys.stderr)
    for path in [*sorted(folder.glob('dashboard_*.png')), folder / 'report.png']:
        print(f'{path}: {path.stat().st_size / 1000:.0f} kB')
    return 1 if browser.complaints else 0


def take_dashboard(browser: Browser, programs: Programs, folder: Path) -> None:
    """Take the dashboard as the story goes on, and after its node has ended."""
    programs.start('pipeline', 'emotion_ros.nodes.pipeline', node_arguments(None))
    port = free_port()
    dashboard = start_dashboard(programs, port)
    browser.open(f'http://127.0.0.1:{port}/')
    programs.start('demo_source', 'emotion_ros.demo.source_node')
    shoot = Camera(browser, folder)
    shoot('nobody', f'{VIEW} === "no_person" && samples.length > 20', dark=True)
    shoot('happy', f'{LABEL} === "happy" && ({HEARD}).startsWith("positive")', image=True)
    shoot('conflict', 'samples.filter((s) => s.conflict).length > 10')
    shoot('two_people', ALL_TWO, dark=True, image=True)
    shoot.hide_image()
    dashboard.process.send_signal(signal.SIGINT)
    shoot('disconnected', f'{VIEW} === "disconnected"')
    browser.open('about:blank')
    browser.complaints.clear()  # that it cannot be reached is what was shown


class Camera:
    """Takes ``dashboard_<name>.png`` as soon as something is true in the page."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser = browser
        self._folder = folder

    def __call__(self, name: str, condition: str, dark: bool = False, image: bool = False) -> None:
        """Wait, let the page settle in these colours, and take it with or without the image."""
        self._browser.until(condition)
        self._browser.evaluate(f'about.show_image = {str(image).lower()}')
        self._browser.choose_scheme(dark)
        sleep(SETTLE_S)
        self._browser.screenshot(self._folder / f'dashboard_{name}.png')

    def hide_image(self) -> None:
        """Leave the image out of what is painted last."""
        self._browser.evaluate('about.show_image = false')
        sleep(SETTLE_S)


def take_report(browser: Browser, folder: Path) -> None:
    """Take the upper part of the report of the same story."""
    story = packaged_storyboard()
    with tempfile.TemporaryDirectory() as made:
        bag, page = Path(made) / 'demo', Path(made) / 'report.html'
        write_story(bag, load_storyboard(story), story.parent)
        if emotion_ros(['report', str(bag), '-o', str(page)]):
            raise BrowserError('there is no report')
        browser.open(page.as_uri(), *REPORT_SIZE)
        browser.screenshot(folder / 'report.png', REPORT_HEIGHT_PX)


def start_dashboard(programs: Programs, port: int) -> Program:
    """Start dashboard_node and wait until it listens."""
    arguments = ['--ros-args', '-p', f'port:={port}', '-p', 'show_image:=true']
    program = programs.start('dashboard', 'emotion_ros.web.dashboard_node', arguments)
    deadline_s = monotonic() + START_TIMEOUT_S
    while not is_listening(port):
        if monotonic() > deadline_s or programs.casualty():
            raise BrowserError(f'the dashboard does not start: {programs.casualty()}')
        sleep(0.1)
    return program


def is_listening(port: int) -> bool:
    """Return whether somebody takes connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(('127.0.0.1', port)) == 0


def free_port() -> int:
    """Return a port that nobody has right now."""
    with socket.create_server(('127.0.0.1', 0)) as probe:
        return int(probe.getsockname()[1])


if __name__ == '__main__':
    raise SystemExit(main())
