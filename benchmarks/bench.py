# SPDX-License-Identifier: MIT
"""Speed and memory of the real nodes with the shipped weights: ``python -m benchmarks.bench``.

Starts the nodes as processes in an unused ROS domain and drives them over real DDS, in one
scenario after the other. Exit code 1 when something could not be measured or a figure is more than
twice as bad as in the baseline.
``--save`` makes this run the baseline and writes docs/performance.md; its plot is drawn by
docs/tools/performance_plot.py.
"""

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from math import inf
from pathlib import Path

from rich.console import Console

from benchmarks.fusion_step import measure_fusion_step
from benchmarks.measurements import measure_lifecycle, measure_scenario, target_figures
from benchmarks.report import (
    WARN_ABOVE,
    Report,
    figure_table,
    performance_table,
    read_baseline,
)
from benchmarks.scenarios import FULL, QUICK
from emotion_ros.bag.params_file import ParamsFile
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.errors import EmotionRosError
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.pipeline import make_face_pipeline
from emotion_ros.sandbox.domain import free_domain, isolated

BASELINE = Path(__file__).parent / 'baseline.json'
DOCUMENT = Path(__file__).parents[1] / 'docs' / 'performance.md'
MARK = '<!-- From here on written by: python -m benchmarks.bench --save -->\n'
CPU_INFO = Path('/proc/cpuinfo')
FAIL_ABOVE = 2.0
MAX_IDLE_LOAD = 0.25  # per core
TABLE_WIDTH = 150


def main() -> int:
    """Measure, print and compare; return the exit code."""
    args = parse_arguments()
    os.environ.update(isolated(free_domain()))
    load = os.getloadavg()[0]
    try:
        baseline = None if args.save else read_baseline(BASELINE)
        report = measure(args.params, args.quick, args.seconds)
        worsenings = report.worsenings(baseline)
    except EmotionRosError as error:
        print(f'bench: {error}', file=sys.stderr)
        return 1
    text = show(report, worsenings, load)
    if args.json:
        args.json.write_text(report.to_json(), encoding='utf-8')
    if args.save:
        save(report, text)
    return 1 if any(ratio > FAIL_ABOVE for ratio in worsenings.values()) else 0


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the checked arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--quick', action='store_true', help='one minute: less, and less exact')
    parser.add_argument(
        '--seconds', type=positive, help='duration of each stream (default: 20; quick: 4)'
    )
    parser.add_argument('--params', type=Path, metavar='FILE', help='parameters of the nodes')
    parser.add_argument('--json', type=Path, metavar='FILE', help='write the results to FILE')
    parser.add_argument('--save', action='store_true', help='make this run the baseline')
    args = parser.parse_args(argv)
    if args.quick and args.save:
        parser.error('--save: a quick run cannot be the baseline')
    args.seconds = args.seconds or (4.0 if args.quick else 20.0)
    return args


def positive(text: str) -> float:
    """Return a number above 0; ValueError, which argparse turns into a usage line, for others."""
    value = float(text)
    if not 0.0 < value < inf:
        raise ValueError(text)
    return value


def measure(params_file: Path | None, quick: bool, seconds: float) -> Report:
    """Run everything; a wrong parameter shows at once."""
    params = ParamsFile(params_file)
    pipeline = make_face_pipeline(params.config('vision_node', VisionConfig))
    step = measure_fusion_step(params.config('fusion_node', FusionConfig))
    arguments = ['--params-file', str(params_file.resolve())] if params_file else []
    conditions = {
        'CPU': cpu_model(),
        'cores': len(os.sched_getaffinity(0)),
        'detector': pipeline.detector.name,
        'parameters': params_file.name if params_file else 'default',
    }
    lifecycle = measure_lifecycle(arguments, 1 if quick else 3, seconds)
    scenarios = QUICK if quick else FULL
    others = [measure_scenario(scenario, arguments, seconds / 2) for scenario in scenarios]
    figures = [*target_figures(lifecycle, others), step]
    return Report(conditions, figures, [lifecycle.performance, *others])


def cpu_model() -> str:
    """Return the name of the processor, or of its architecture where Linux does not give it."""
    for line in CPU_INFO.read_text(encoding='utf-8').splitlines():
        key, _, value = line.partition(':')
        if key.strip() == 'model name':
            return value.strip()
    return platform.machine()


def show(report: Report, worsenings: dict[str, float], load: float) -> str:
    """Print tables and warnings; return the figures with targets as plain text."""
    console = Console(width=TABLE_WIDTH, record=True)
    console.print(report.title(), highlight=False, soft_wrap=True)
    console.print(figure_table(report.figures, worsenings))
    text = '\n'.join(line.rstrip() for line in console.export_text().splitlines())
    console.print(performance_table(report.performances))
    if load > MAX_IDLE_LOAD * len(os.sched_getaffinity(0)):
        console.print(f'[yellow]warning: load {load:.1f} before the run: figures are too high')
    for name, ratio in worsenings.items():
        if ratio > WARN_ABOVE:
            console.print(f'[red]warning: {name} is {ratio:.2f} times worse than the baseline')
    return text


def save(report: Report, text: str) -> None:
    """Make a report the baseline; write the table of docs/performance.md."""
    BASELINE.write_text(report.to_json(), encoding='utf-8')
    head, _, _ = DOCUMENT.read_text(encoding='utf-8').partition(MARK)
    DOCUMENT.write_text(f'{head}{MARK}\n{text.strip()}\n', encoding='utf-8')


if __name__ == '__main__':
    raise SystemExit(main())
