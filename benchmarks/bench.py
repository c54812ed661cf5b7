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
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from benchmarks.command import cpu_model, options, positive
from benchmarks.driver import Performance, stream_camera
from benchmarks.figure import Figure, NotMeasured, spread
from benchmarks.fusion_step import measure_fusion_step
from benchmarks.report import (
    WARN_ABOVE,
    Report,
    figure_table,
    performance_table,
    read_baseline,
)
from benchmarks.robot import SENTENCES
from benchmarks.running_nodes import RunningNodes, start_nodes
from benchmarks.scenario import FULL, FULL_HD, FULL_LOAD, MAIN, QUICK, SEPARATE, VOICE, Scenario
from benchmarks.synthetic_frames import frames_of
from emotion_ros.bag.params_file import ParamsFile
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.errors import EmotionRosError
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.pipeline import make_face_pipeline
from emotion_ros.sandbox.domain import free_domain, isolated

BASELINE = Path(__file__).parent / 'baseline.json'
DOCUMENT = Path(__file__).parents[1] / 'docs' / 'performance.md'
MARK = '<!-- From here on written by: python -m benchmarks.bench --save -->\n'
FAIL_ABOVE = 2.0
MAX_IDLE_LOAD = 0.25  # per core
TABLE_WIDTH = 150
IDLE_S = 5.0
UTTERANCES = 30
PAUSE_S = 0.2  # between sentences: faster than fusion's max_rate, states would be left out


def main() -> int:
    """Measure, print and compare; return the exit code."""
    args = parse_arguments()
    os.environ.update(isolated(free_domain()))
    load = os.getloadavg()[0]
    try:
        baseline = None if args.save else read_baseline(BASELINE)
        report = measure(args.params, args.quick, args.seconds)
        worsenings = report.worsenings(baseline)
    except (EmotionRosError, NotMeasured) as error:
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
    parser = options(__doc__)
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
    others = [measure_scenario(scenario, seconds / 2, arguments) for scenario in scenarios]
    figures = [*target_figures(lifecycle, others), step]
    return Report(conditions, figures, [lifecycle.performance, *others])


@dataclass(frozen=True)
class Lifecycle:
    """What was measured from start to stop of the nodes, in the scenario MAIN.

    ``utterances_ms``: from the publication of each sentence to the state that contains it.
    """

    starts_s: Sequence[float]
    stops_s: Sequence[float]
    idle_percent: float
    performance: Performance
    utterances_ms: Sequence[float]
    rss_mb: float


def measure_lifecycle(arguments: Sequence[str], starts: int, seconds: float) -> Lifecycle:
    """Start and stop the nodes ``starts`` times; the last time measure everything between."""
    frames, starts_s, stops_s = frames_of(MAIN), [], []
    for _ in range(starts - 1):
        with start_nodes(MAIN, frames, arguments) as nodes:
            starts_s.append(nodes.wait_for_start_s())
            stops_s.append(nodes.stop_s())
    with start_nodes(MAIN, frames, arguments) as nodes:
        starts_s.append(nodes.wait_for_start_s())
        nodes.wait_for_connection()
        idle_percent = nodes.cpu_percent(min(seconds, IDLE_S))
        performance = stream_camera(nodes, MAIN, seconds)
        utterances_ms = [utterance_ms(nodes, n) for n in range(UTTERANCES)]
        rss_mb = nodes.rss_mb()
        stops_s.append(nodes.stop_s())
    return Lifecycle(starts_s, stops_s, idle_percent, performance, utterances_ms, rss_mb)


def utterance_ms(nodes: RunningNodes, number: int) -> float:
    """Publish a sentence without a camera; return the time (ms) to the state that contains it."""
    robot = nodes.probe
    published_s, before = robot.now_s(), len(robot.texts)
    robot.publish_sentence(SENTENCES[number % len(SENTENCES)])
    nodes.wait_for(lambda robot: len(robot.texts) > before, 'emotion/text')
    stamp_s = robot.texts[-1].stamp_s

    def arrivals_s() -> list[float]:
        return [m.arrival_s for m in robot.states if m.stamp_s == stamp_s]

    nodes.wait_for(lambda _: arrivals_s(), 'an emotion_state with the words')
    nodes.spin_for(PAUSE_S)
    return 1e3 * (arrivals_s()[0] - published_s)


def measure_scenario(
    scenario: Scenario,
    seconds: float,
    arguments: Sequence[str] = (),
    package: str = 'emotion_ros.nodes',
) -> Performance:
    """Start the nodes, stream the camera of the scenario, stop the nodes."""
    with start_nodes(scenario, frames_of(scenario), arguments, package) as nodes:
        nodes.wait_for_connection()
        return stream_camera(nodes, scenario, seconds)


def target_figures(lifecycle: Lifecycle, performances: Sequence[Performance]) -> list[Figure]:
    """Return the figures that have targets: ``limit`` must hold, ``aim`` is wanted."""
    of = {performance.situation: performance for performance in performances}
    main, load = lifecycle.performance, of[FULL_LOAD.name]
    full_hd_ms, separate_mb = of[FULL_HD.name].faces.p95, of[SEPARATE.name].rss_mb
    voice = of[VOICE.name]
    evidence_ms = voice.evidence.p95 if voice.evidence else float('nan')
    slower = 100.0 * (voice.state.p95 / main.state.p95 - 1.0)
    load_percent = voice.cpu_percent - main.cpu_percent
    utterance = spread('utterance to emotion_state', lifecycle.utterances_ms)
    start, stop = spread('start', lifecycle.starts_s), spread('stop', lifecycle.stops_s)
    rate_hz, gap_ms = load.state_rate_hz, load.longest_gap_ms
    core = '% of a core'
    return [
        Figure('frame to emotion_state, median', 'ms', main.state.p50, limit=40.0, aim=15.0),
        Figure('frame to emotion_state, p95', 'ms', main.state.p95, limit=80.0, aim=30.0),
        Figure('1920x1080, age of a frame, p95', 'ms', full_hd_ms, limit=100.0, aim=50.0),
        Figure('frames processed', '%', main.processed_percent, limit=95.0, at_least=True),
        Figure('growth of the age', 'ms/s', main.growth_ms_s, limit=1.0, comparable=False),
        Figure('CPU at 30 fps, one face', core, main.cpu_percent, limit=120.0, aim=60.0),
        Figure('CPU without input', core, lifecycle.idle_percent, limit=10.0, aim=4.0),
        Figure('memory (RSS), one process', 'MB', lifecycle.rss_mb, limit=350.0, aim=220.0),
        Figure('memory (RSS), three processes', 'MB', separate_mb, limit=600.0, aim=450.0),
        Figure('utterance to emotion_state, median', 'ms', utterance.p50),
        Figure('utterance to emotion_state, p95', 'ms', utterance.p95, limit=150.0, aim=30.0),
        Figure('full load: rate of emotion_state', 'Hz', rate_hz, limit=9.0, at_least=True),
        Figure('full load: longest gap', 'ms', gap_ms, limit=250.0, aim=150.0, comparable=False),
        Figure('end of a voice to its evidence, p95', 'ms', evidence_ms, limit=250.0, aim=200.0),
        Figure('with a voice: emotion_state later', '%', slower, limit=10.0, comparable=False),
        Figure('with a voice: more CPU', core, load_percent, limit=20.0, comparable=False),
        Figure('start to first message', 's', start.p50, start.p95, limit=5.0, aim=2.5),
        Figure('stop', 's', stop.p50, stop.p95, limit=2.0, aim=1.0),
    ]


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
