"""Speed and memory of the real nodes with the shipped weights: ``python -m benchmarks.bench``.

Takes frames of 640x480 with one face through the stages in this process; then starts
``emotion_pipeline`` as a process in a ROS domain of its own and drives it over real DDS. Ends
with 1 only when something did not run or, with ``--strict``, when a figure is more than twice
as bad as the baseline's. ``--save`` makes this run the baseline and writes docs/performance.md.
"""

import argparse
import os
import sys
from collections.abc import Iterable
from functools import partial
from math import inf
from pathlib import Path

from rclpy.node import Node
from rich.console import Console
from sensor_msgs.msg import Image

from benchmarks.live import measure_live
from benchmarks.machine import busy_cores, cores, cpu_model, is_quiet
from benchmarks.probe import in_own_context
from benchmarks.report import WARN_ABOVE, Report, figure_table, read_baseline, stage_table
from benchmarks.stages import measure_stages
from emotion_ros.core.errors import EmotionRosError
from emotion_ros.core.fusion_config import FusionConfig
from emotion_ros.core.storyboard import Cue, Picture, Storyboard, View
from emotion_ros.inference.face_pipeline import make_face_pipeline
from emotion_ros.inference.scene_painter import NOISE_FRAMES, ScenePainter
from emotion_ros.inference.storyboard_file import packaged_storyboard
from emotion_ros.inference.vision_config import VisionConfig
from emotion_ros.nodes.convert import bgr_to_msg, seconds_to_stamp
from emotion_ros.tools.demo import free_domain
from emotion_ros.tools.params_file import ParamsFile

BASELINE = Path(__file__).parent / 'baseline.json'
DOCUMENT = Path(__file__).parents[1] / 'docs' / 'performance.md'
MARK = '<!-- From here on written by: python -m benchmarks.bench --save -->\n'
FAIL_ABOVE = 2.0
TABLE_WIDTH = 120
ONE_FACE = View((Picture('demo/astronaut.jpg', x=140, y=40, height_px=360),))


def main() -> int:
    """Measure, print, compare."""
    args = parse_arguments()
    os.environ['ROS_DOMAIN_ID'] = str(free_domain())
    os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
    load = busy_cores()
    try:
        report = measure(args)
        worsenings = report.worsenings(None if args.save else read_baseline(BASELINE))
    except EmotionRosError as error:
        print(f'bench: {error}', file=sys.stderr)
        return 1
    text = show(report, worsenings, load)
    if args.json:
        args.json.write_text(report.to_json(), encoding='utf-8')
    if args.save:
        save(report, text)
    return 1 if args.strict and any(r > FAIL_ABOVE for r in worsenings.values()) else 0


def parse_arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--seconds', type=positive, default=20.0, help='how long to film')
    parser.add_argument('--fps', type=positive, default=30.0, help='rate of the camera')
    parser.add_argument('--params', type=Path, metavar='FILE', help='parameters of the nodes')
    parser.add_argument('--json', type=Path, metavar='FILE', help='write the results there')
    parser.add_argument('--save', action='store_true', help='make this run the baseline')
    parser.add_argument('--strict', action='store_true', help='fail on twice the baseline')
    return parser.parse_args()


def positive(text: str) -> float:
    """Return a number above 0; ValueError, which argparse turns into a usage line, for others."""
    value = float(text)
    if not 0.0 < value < inf:
        raise ValueError(text)
    return value


def measure(args: argparse.Namespace) -> Report:
    """Run everything; the stages first, because a wrong parameter shows there at once."""
    params = ParamsFile(args.params)
    frames = list(one_face())
    pipeline = make_face_pipeline(params.config('vision_node', VisionConfig))
    fusion = params.config('fusion_node', FusionConfig)
    with in_own_context(partial(Node, 'bench_stages')) as node:
        stages = measure_stages(pipeline, fusion, frames, node)
    arguments = ['--ros-args', '--params-file', str(args.params)] if args.params else []
    conditions = {
        'CPU': cpu_model(),
        'cores': cores(),
        'detector': pipeline.detector.name,
        'fps': args.fps,
        'parameters': args.params.name if args.params else 'default',
    }
    figures = measure_live(arguments, frames, args.seconds, args.fps)
    return Report(conditions, figures, stages)


def one_face() -> Iterable[Image]:
    """Yield frames of a camera in front of one face, each with other noise."""
    storyboard = Storyboard((Cue(0.0, show=ONE_FACE),))
    painter = ScenePainter(storyboard, packaged_storyboard().parent)
    for n in range(NOISE_FRAMES):
        yield bgr_to_msg(painter.paint(ONE_FACE, n), seconds_to_stamp(0.0), 'bench_camera')


def show(report: Report, worsenings: dict[str, float], load: float) -> str:
    """Print the tables; return them as plain text."""
    console = Console(width=TABLE_WIDTH, record=True)
    console.print(report.title(), highlight=False, soft_wrap=True)
    console.print(figure_table(report.figures, worsenings))
    console.print(stage_table(report.stages))
    text = '\n'.join(line.rstrip() for line in console.export_text().splitlines())
    if not is_quiet(load):
        console.print(f'[yellow]warning: load {load:.1f} before the run: figures are too high')
    for name, ratio in worsenings.items():
        if ratio > WARN_ABOVE:
            console.print(f'[red]warning: {name} is {ratio:.2f} times worse than the baseline')
    return text


def save(report: Report, text: str) -> None:
    """Make a report the baseline, and the tables of docs/performance.md."""
    BASELINE.write_text(report.to_json(), encoding='utf-8')
    head, _, _ = DOCUMENT.read_text(encoding='utf-8').partition(MARK)
    DOCUMENT.write_text(head + MARK + '\n' + text.strip() + '\n', encoding='utf-8')


if __name__ == '__main__':
    raise SystemExit(main())
