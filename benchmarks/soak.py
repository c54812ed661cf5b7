# SPDX-License-Identifier: MIT
"""Hours of good and bad input for the real pipeline: ``python -m benchmarks.soak --minutes 15``.

Starts ``emotion_pipeline`` in a ROS domain of its own, and a second node that is killed and
started again every RESTART_S. Ends with 1 when something grew that must not, when an exception
reached the guards or the output, or when the pipeline ended.
"""

import argparse
import json
import os
import sys
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
from benchmarks.probe import in_own_context
from benchmarks.shared_memory import remove, segments
from benchmarks.soak_world import SoakWorld
from benchmarks.vitals import Vitals, growth, take_vitals
from emotion_ros.demo.frame_renderer import ScenePainter
from emotion_ros.demo.storyboard import Cue, Picture, Storyboard, View
from emotion_ros.demo.storyboard_file import packaged_storyboard
from emotion_ros.sandbox.domain import domain_id, free_domain, isolated
from emotion_ros.sandbox.processes import Program, Programs

EXAMPLES = Path(__file__).parents[1] / 'examples'
START_S = 60.0
RESTART_S = 20.0
LOOK_EVERY_S = 1.0
WARM_UP_SHARE, LONGEST_WARM_UP_S = 1 / 3, 180.0
LARGEST_GAP_MS = 1000.0


@dataclass(frozen=True)
class Outcome:
    """What a soak measured; ``rejected`` counts refusals by node and reason."""

    minutes: float
    figures: list[Figure]
    rejected: Mapping[str, int]

    @property
    def is_sound(self) -> bool:
        """Whether nothing grew or failed."""
        return all(figure.verdict != 'missed' for figure in self.figures)

    def to_json(self) -> str:
        """Return everything, with the verdicts."""
        raw = asdict(self)
        for figure, entry in zip(self.figures, raw['figures'], strict=True):
            entry['verdict'] = figure.verdict
        return json.dumps(raw, indent=1) + '\n'


class Soak:
    """The pipeline under observation, the world around it, and a node that keeps dying."""

    def __init__(self, world: SoakWorld, programs: Programs) -> None:
        self.world = world
        self._programs = programs
        self.pipeline = programs.start('emotion_pipeline', 'emotion_ros.nodes.pipeline')
        self._process = psutil.Process(self.pipeline.process.pid)
        self._voice: Program | None = None
        self._restart_s = 0.0

    def wait_for_start(self) -> None:
        """Return when the first state has come; NotMeasured when none does."""
        deadline_s = monotonic() + START_S
        while not self.world.published_s:
            _require_alive(self.pipeline)
            if monotonic() > deadline_s:
                raise NotMeasured(f'emotion_state did not come within {START_S:g} s')
            self.world.spin_once(0.05)

    def run(self, seconds: float) -> list[Vitals]:
        """Let it all happen for so long; return the looks at the process, one a second."""
        began_s, vitals = monotonic(), []
        while (at_s := monotonic() - began_s) < seconds:
            self.world.spin_once(0.05)
            if at_s >= len(vitals) * LOOK_EVERY_S:
                _require_alive(self.pipeline)
                vitals.append(take_vitals(self._process, at_s))
            if monotonic() >= self._restart_s:
                self._restart_voice()
        return vitals

    def exceptions(self) -> int:
        """Return how many exceptions reached the guards or were printed."""
        return self.world.errors() + self.pipeline.printed().count('Traceback')

    def _restart_voice(self) -> None:
        if self._voice is not None:
            _require_alive(self._voice)
            left = segments(self._voice.process.pid)
            self._voice.process.kill()
            self._voice.process.wait()
            remove(left)
        self._voice = self._programs.start('fake_voice', 'fake_voice')
        self._restart_s = monotonic() + RESTART_S


def _require_alive(program: Program) -> None:
    code = program.process.poll()
    if code is not None:
        raise NotMeasured(f'{program.name} ended with {code}: {program.last_words()}')


def main() -> int:
    """Soak, print, judge."""
    args = parse_arguments()
    os.environ.update(isolated(free_domain() if args.domain is None else args.domain))
    try:
        outcome = soak(60.0 * args.minutes)
    except NotMeasured as error:
        print(f'soak: {error}', file=sys.stderr)
        return 1
    show(outcome)
    if args.json:
        args.json.write_text(outcome.to_json(), encoding='utf-8')
    return 0 if outcome.is_sound else 1


def parse_arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--minutes', type=float, default=15.0, help='how long, warm-up included')
    parser.add_argument('--domain', type=domain_id, help='ROS domain; default: a free one')
    parser.add_argument('--json', type=Path, metavar='FILE', help='write the results there')
    args = parser.parse_args()
    if not 0.2 <= args.minutes <= 100_000:
        parser.error(f'--minutes {args.minutes:g} is not within 0.2 to 100000')
    return args


def soak(seconds: float) -> Outcome:
    """Run everything for so long; the first part is a warm-up, which may grow."""
    warm_up_s = min(WARM_UP_SHARE * seconds, LONGEST_WARM_UP_S)
    path = os.pathsep.join([str(EXAMPLES), os.environ.get('PYTHONPATH', '')])
    with (
        in_own_context(partial(SoakWorld, pictures())) as world,
        Programs({'PYTHONPATH': path}) as programs,
    ):
        robot = Soak(world, programs)
        robot.wait_for_start()
        robot.run(warm_up_s)
        world.published_s.clear()
        world.answers.clear()
        vitals = robot.run(seconds - warm_up_s)
        figures = [*growth(vitals), *answered(world, seconds - warm_up_s)]
        figures.append(Figure('unhandled exceptions', '', robot.exceptions(), limit=0.0))
        return Outcome(seconds / 60.0, figures, world.rejected())


def pictures() -> dict[str, NDArray[np.uint8]]:
    """Return a face, the same smaller, two faces and none, grey."""
    face = Picture('demo/astronaut.jpg', x=140, y=40, height_px=360)
    left = Picture('demo/astronaut.jpg', x=10, y=80, height_px=300)
    right = Picture('demo/astronaut.jpg', x=320, y=80, height_px=300)
    views = {'face': View((face,)), 'two': View((left, right)), 'nobody': View(())}
    storyboard = Storyboard(tuple(Cue(float(i), show=v) for i, v in enumerate(views.values())))
    painter = ScenePainter(storyboard, packaged_storyboard().parent)
    painted = {name: painter.paint(view, 0) for name, view in views.items()}
    grey = {n: np.asarray(cv2.cvtColor(p, cv2.COLOR_BGR2GRAY)) for n, p in painted.items()}
    return {**grey, 'small': grey['face'][::2, ::2].copy()}


def answered(world: SoakWorld, seconds: float) -> list[Figure]:
    """Return rates and gaps."""
    gaps_s = [after - before for before, after in pairwise(sorted(world.published_s))]
    rates = {
        'emotion_state': len(world.published_s) / seconds,
        **{topic: n / seconds for topic, n in sorted(world.answers.items())},
    }
    return [
        *(Figure(topic, 'Hz', rate) for topic, rate in rates.items()),
        Figure('emotion_state, largest gap', 'ms', 1e3 * max(gaps_s), limit=LARGEST_GAP_MS),
    ]


def show(outcome: Outcome) -> None:
    """Print the figures, then the refusals."""
    table = Table('what', box=box.MARKDOWN)
    for heading in ('value', 'unit', 'at most', ''):
        table.add_column(heading)
    for f in outcome.figures:
        limit = '' if f.limit is None else f'{f.limit:g}'
        table.add_row(f.name, f'{f.value:.4g}', f.unit, limit, f.verdict)
    refusals = Table('refused, by node and reason', 'how often', box=box.MARKDOWN)
    for reason, number in outcome.rejected.items():
        refusals.add_row(reason, str(number))
    console = Console()
    console.print(f'soak of {outcome.minutes:g} min', table, refusals, sep='\n')


if __name__ == '__main__':
    raise SystemExit(main())
