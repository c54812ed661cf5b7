# SPDX-License-Identifier: MIT
"""Speed and memory of the real nodes with the shipped weights: ``python -m benchmarks.bench``.

Takes frames with one face through the stages in this process; then starts the nodes as
processes in a ROS domain of their own and drives them over real DDS, in one situation after
the other. Ends with 1 when something did not run or a figure is more than twice as bad as the
baseline's. ``--save`` makes this run the baseline and writes docs/performance.md.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from math import inf
from pathlib import Path

from rclpy.node import Node
from rich.console import Console

from benchmarks.camera import Camera
from benchmarks.course import LONG, SHORT, spend_day, take_situations, target_figures
from benchmarks.figure import Stage
from benchmarks.fusion_step import measure_fusion_step
from benchmarks.machine import busy_cores, cores, cpu_model, is_quiet
from benchmarks.probe import temporary_node
from benchmarks.report import (
    WARN_ABOVE,
    Report,
    figure_table,
    performance_table,
    read_baseline,
    stage_table,
)
from benchmarks.stages import measure_stages
from emotion_ros.bag.params_file import ParamsFile
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.errors import EmotionRosError
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.pipeline import FacePipeline, make_face_pipeline
from emotion_ros.sandbox.domain import free_domain, isolated

BASELINE = Path(__file__).parent / 'baseline.json'
DOCUMENT = Path(__file__).parents[1] / 'docs' / 'performance.md'
PLOT = DOCUMENT.parent / 'figures' / 'performance_cost.svg'
MARK = '<!-- From here on written by: python -m benchmarks.bench --save -->\n'
FAIL_ABOVE = 2.0
TABLE_WIDTH = 150


def main() -> int:
    """Measure, print, compare."""
    args = parse_arguments()
    os.environ.update(isolated(free_domain()))
    load = busy_cores()
    try:
        baseline = None if args.save else read_baseline(BASELINE)
        report = measure(args)
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
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--quick', action='store_true', help='a minute: less, and less exact')
    parser.add_argument(
        '--seconds', type=positive, help='how long to film (default: 20; quick: 4)'
    )
    parser.add_argument('--params', type=Path, metavar='FILE', help='parameters of the nodes')
    parser.add_argument('--json', type=Path, metavar='FILE', help='write the results there')
    parser.add_argument('--save', action='store_true', help='make this run the baseline')
    args = parser.parse_args(argv)
    if args.quick and args.save:
        parser.error('--save: a quick run is no baseline')
    args.seconds = args.seconds or (4.0 if args.quick else 20.0)
    return args


def positive(text: str) -> float:
    """Return a number above 0; ValueError, which argparse turns into a usage line, for others."""
    value = float(text)
    if not 0.0 < value < inf:
        raise ValueError(text)
    return value


def measure(args: argparse.Namespace) -> Report:
    """Run everything; the stages first, because a wrong parameter shows there at once."""
    params = ParamsFile(args.params)
    pipeline = make_face_pipeline(params.config('vision_node', VisionConfig))
    fusion = params.config('fusion_node', FusionConfig)
    stages, step = time_stages(pipeline, fusion), measure_fusion_step(fusion)
    arguments = ['--params-file', str(args.params.resolve())] if args.params else []
    conditions = {
        'CPU': cpu_model(),
        'cores': cores(),
        'detector': pipeline.detector.name,
        'parameters': args.params.name if args.params else 'default',
    }
    day = spend_day(arguments, 1 if args.quick else 3, args.seconds)
    situations = SHORT if args.quick else LONG
    others = list(take_situations(situations, arguments, args.seconds / 2))
    figures = [*target_figures(day, others), step]
    return Report(conditions, figures, stages, [day.performance, *others])


def time_stages(pipeline: FacePipeline, config: FusionConfig) -> list[Stage]:
    """Return what the stages of a frame with one face take, in this process."""
    with temporary_node(partial(Node, 'bench_stages')) as node:
        return measure_stages(pipeline, config, Camera().frames(), node)


def show(report: Report, worsenings: dict[str, float], load: float) -> str:
    """Print the tables; return them as plain text."""
    console = Console(width=TABLE_WIDTH, record=True)
    console.print(report.title(), highlight=False, soft_wrap=True)
    console.print(figure_table(report.figures, worsenings))
    console.print(performance_table(report.performances))
    console.print(stage_table(report.stages))
    text = '\n'.join(line.rstrip() for line in console.export_text().splitlines())
    if not is_quiet(load):
        console.print(f'[yellow]warning: load {load:.1f} before the run: figures are too high')
    for name, ratio in worsenings.items():
        if ratio > WARN_ABOVE:
            console.print(f'[red]warning: {name} is {ratio:.2f} times worse than the baseline')
    return text


def save(report: Report, text: str) -> None:
    """Make a report the baseline, and the tables and the picture of docs/performance.md."""
    from benchmarks.cost_plot import draw_cost  # matplotlib is needed for this only

    BASELINE.write_text(report.to_json(), encoding='utf-8')
    head, _, _ = DOCUMENT.read_text(encoding='utf-8').partition(MARK)
    DOCUMENT.write_text(f'{head}{MARK}\n{text.strip()}\n', encoding='utf-8')
    draw_cost(report.performances, PLOT)


if __name__ == '__main__':
    raise SystemExit(main())
