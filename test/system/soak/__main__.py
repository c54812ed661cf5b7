# SPDX-License-Identifier: MIT
"""Soak test: hours of good and bad input for the real pipeline (``make soak MINUTES=15``).

Starts ``emotion_pipeline`` in an unused ROS domain, and a second node that is killed and
restarted every RESTART_S. Exit code 1 when memory, threads or file descriptors grow, when an
exception was caught or printed, or when the pipeline ends.
"""

import argparse
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import monotonic

import cv2
import numpy as np
import psutil
from numpy.typing import NDArray
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.figure import Figure, NotMeasured
from benchmarks.robot import temporary_nodes
from emotion_ros.cli.arguments import domain_id
from emotion_ros.demo.frame_renderer import FrameRenderer
from emotion_ros.demo.storyboard import Cue, Picture, Storyboard, View
from emotion_ros.demo.storyboard_file import packaged_storyboard
from emotion_ros.sandbox.domain import free_domain, isolated
from emotion_ros.sandbox.processes import Program, Programs
from shared_memory import remove, segments
from soak.driver import SoakDriver
from soak.process_stats import ProcessStats, growth_figures, read_process_stats

EXAMPLES = Path(__file__).parents[3] / 'examples'
START_TIMEOUT_S = 60.0
RESTART_S = 20.0
SAMPLE_PERIOD_S = 1.0
WARM_UP_SHARE, MAX_WARM_UP_S = 1 / 3, 180.0
MAX_GAP_MS = 1000.0


@dataclass(frozen=True)
class SoakResult:
    """What a soak test measured; ``rejected`` counts rejected inputs by node and reason."""

    minutes: float
    figures: list[Figure]
    rejected: Mapping[str, int]

    @property
    def passed(self) -> bool:
        """Whether every figure is within its limit."""
        return all(figure.result != 'missed' for figure in self.figures)

    def to_json(self) -> str:
        """Return the result with the result of each figure."""
        raw = asdict(self)
        for figure, entry in zip(self.figures, raw['figures'], strict=True):
            entry['verdict'] = figure.result
        return json.dumps(raw, indent=1) + '\n'


class Soak:
    """The pipeline process under test and a second node that is restarted again and again."""

    def __init__(self, driver: SoakDriver, programs: Programs) -> None:
        self.driver = driver
        self.pipeline = programs.start('emotion_pipeline', 'emotion_ros.nodes.pipeline')
        self._programs = programs
        self._process = psutil.Process(self.pipeline.process.pid)
        self._restarted: Program | None = None
        self._restart_at_s = 0.0

    def wait_for_start(self) -> None:
        """Return when the first state has arrived; NotMeasured when none does."""
        deadline_s = monotonic() + START_TIMEOUT_S
        while not self.driver.published_s:
            _require_running(self.pipeline)
            if monotonic() > deadline_s:
                raise NotMeasured(f'no emotion_state within {START_TIMEOUT_S:g} s')
            self.driver.spin_once(0.05)

    def run(self, seconds: float) -> list[ProcessStats]:
        """Send input for so long; return a sample of the pipeline process per second."""
        began_s, samples = monotonic(), []
        while (at_s := monotonic() - began_s) < seconds:
            self.driver.spin_once(0.05)
            if at_s >= len(samples) * SAMPLE_PERIOD_S:
                _require_running(self.pipeline)
                samples.append(read_process_stats(self._process, at_s))
            if monotonic() >= self._restart_at_s:
                self._restart()
        return samples

    def exceptions(self) -> int:
        """Return how many exceptions the nodes caught or printed."""
        return self.driver.errors() + self.pipeline.printed().count('Traceback')

    def _restart(self) -> None:
        if self._restarted is not None:
            _require_running(self._restarted)
            left = segments(self._restarted.process.pid)
            self._restarted.process.kill()
            self._restarted.process.wait()
            remove(left)
        self._restarted = self._programs.start('fake_posture', 'fake_posture')
        self._restart_at_s = monotonic() + RESTART_S


def _require_running(program: Program) -> None:
    code = program.process.poll()
    if code is not None:
        raise NotMeasured(f'{program.name} ended with {code}: {program.output_tail()}')


def main() -> int:
    """Run the soak test, print the result and return the exit code."""
    args = parse_arguments()
    os.environ.update(isolated(free_domain() if args.domain is None else args.domain))
    try:
        result = soak(60.0 * args.minutes)
    except NotMeasured as error:
        raise SystemExit(f'soak: {error}') from error
    show(result)
    if args.json:
        args.json.write_text(result.to_json(), encoding='utf-8')
    return 0 if result.passed else 1


def parse_arguments() -> argparse.Namespace:
    """Return the checked arguments of the command line."""
    parser = argparse.ArgumentParser(prog='soak', description=__doc__.splitlines()[0])
    parser.add_argument('--minutes', type=float, default=15.0, help='duration with warm-up')
    parser.add_argument('--domain', type=domain_id, help='ROS domain; default: an unused one')
    parser.add_argument('--json', type=Path, metavar='FILE', help='write the result to FILE')
    args = parser.parse_args()
    if not 0.2 <= args.minutes <= 100_000:
        parser.error(f'--minutes {args.minutes:g} is not within 0.2 to 100000')
    return args


def soak(seconds: float) -> SoakResult:
    """Run everything for so long; the first part is a warm-up, in which memory may grow."""
    warm_up_s = min(WARM_UP_SHARE * seconds, MAX_WARM_UP_S)
    path = os.pathsep.join([str(EXAMPLES), os.environ.get('PYTHONPATH', '')])
    with (
        temporary_nodes(partial(SoakDriver, render_pictures())) as (driver,),
        Programs({'PYTHONPATH': path}) as programs,
    ):
        run = Soak(driver, programs)
        run.wait_for_start()
        run.run(warm_up_s)
        driver.published_s.clear()
        driver.output_counts.clear()
        samples = run.run(seconds - warm_up_s)
        figures = [*growth_figures(samples), *output_figures(driver, seconds - warm_up_s)]
        figures.append(Figure('unhandled exceptions', '', run.exceptions(), limit=0.0))
        return SoakResult(seconds / 60.0, figures, driver.rejected())


def render_pictures() -> dict[str, NDArray[np.uint8]]:
    """Return grey pictures by name: one face, the same at half size, two faces, no face."""
    face = Picture('demo/astronaut.jpg', x=140, y=40, height_px=360)
    left = Picture('demo/astronaut.jpg', x=10, y=80, height_px=300)
    right = Picture('demo/astronaut.jpg', x=320, y=80, height_px=300)
    views = {'face': View((face,)), 'two': View((left, right)), 'empty': View(())}
    storyboard = Storyboard(tuple(Cue(float(i), show=v) for i, v in enumerate(views.values())))
    renderer = FrameRenderer(storyboard, packaged_storyboard().parent)
    painted = {name: renderer.render(view, 0) for name, view in views.items()}
    grey = {n: np.asarray(cv2.cvtColor(p, cv2.COLOR_BGR2GRAY)) for n, p in painted.items()}
    return {**grey, 'small': grey['face'][::2, ::2].copy()}


def output_figures(driver: SoakDriver, seconds: float) -> list[Figure]:
    """Return the rate of every output topic and the largest gap between two states."""
    gaps_s = [after - before for before, after in pairwise(sorted(driver.published_s))]
    rates = {
        'emotion_state': len(driver.published_s) / seconds,
        **{topic: n / seconds for topic, n in sorted(driver.output_counts.items())},
    }
    return [
        *(Figure(topic, 'Hz', rate) for topic, rate in rates.items()),
        Figure('emotion_state, largest gap', 'ms', 1e3 * max(gaps_s), limit=MAX_GAP_MS),
    ]


def show(result: SoakResult) -> None:
    """Print the figures, then the rejected inputs."""
    table = Table('what', box=box.MARKDOWN)
    for heading in ('value', 'unit', 'at most', ''):
        table.add_column(heading)
    for f in result.figures:
        limit = '' if f.limit is None else f'{f.limit:g}'
        table.add_row(f.name, f'{f.value:.4g}', f.unit, limit, f.result)
    rejected = Table('rejected, by node and reason', 'how often', box=box.MARKDOWN)
    for reason, number in result.rejected.items():
        rejected.add_row(reason, str(number))
    Console().print(f'soak of {result.minutes:g} min', table, rejected, sep='\n')


if __name__ == '__main__':
    raise SystemExit(main())
