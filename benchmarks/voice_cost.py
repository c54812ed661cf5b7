# SPDX-License-Identifier: MIT
"""What the voice costs and how late it is: ``python -m benchmarks.voice_cost``.

Runs the camera at 640x480 with and without a voice in turn, in one process, ``--rounds`` times.
The voice is synthetic speech with pauses. Exit code 1 when a figure is above its limit.
"""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from diagnostic_msgs.msg import DiagnosticArray

from benchmarks.bench import cpu_model, positive
from benchmarks.figure import NotMeasured
from benchmarks.measurements import Performance, stream_camera
from benchmarks.running_nodes import start_nodes
from benchmarks.scenarios import MAIN, VOICE, Scenario
from emotion_ros.sandbox.domain import free_domain, isolated

NODE = 'voice_node'


@dataclass(frozen=True)
class Round:
    """What a run with a voice and the one without it measured."""

    without: Performance
    with_voice: Performance
    real_time_factor: float

    @property
    def slower_percent(self) -> float:
        """How much larger p95 from frame to state is."""
        return 100.0 * (self.with_voice.state.p95 / self.without.state.p95 - 1.0)

    @property
    def more_cpu_percent(self) -> float:
        """How much more of a core is used."""
        return self.with_voice.cpu_percent - self.without.cpu_percent


def measure(scenario: Scenario, seconds: float) -> tuple[Performance, float]:
    """Return what was measured, and the last real-time factor of the voice node (NaN without)."""
    factors = [float('nan')]

    def on_diagnostics(msg: DiagnosticArray) -> None:
        for status in msg.status:
            values = {pair.key: pair.value for pair in status.values}
            if status.name == NODE and 'real_time_factor' in values:
                factors.append(float(values['real_time_factor']))

    with start_nodes(scenario) as nodes:
        nodes.probe.create_subscription(DiagnosticArray, '/diagnostics', on_diagnostics, 10)
        nodes.wait_for_connection()
        return stream_camera(nodes, scenario, seconds), factors[-1]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(
        prog='python -m benchmarks.voice_cost', description=__doc__.splitlines()[0]
    )
    parser.add_argument('--rounds', type=positive, default=3, help='default: 3')
    parser.add_argument('--seconds', type=positive, default=20, help='of each run; default: 20')
    args = parser.parse_args(argv)
    os.environ.update(isolated(free_domain()))
    rounds = []
    for number in range(int(args.rounds)):
        runs = {}
        order = (MAIN, VOICE) if number % 2 == 0 else (VOICE, MAIN)
        for scenario in order:
            runs[scenario.name] = measure(scenario, float(args.seconds))
        with_voice, factor = runs[VOICE.name]
        rounds.append(Round(runs[MAIN.name][0], with_voice, factor))
    evidence = [r.with_voice.evidence for r in rounds if r.with_voice.evidence]
    if not evidence:
        raise NotMeasured('no evidence of the voice came')
    figures = (
        ('end of speech to its evidence, median (ms)', [e.p50 for e in evidence], 200.0),
        ('end of speech to its evidence, p95 (ms)', [e.p95 for e in evidence], 200.0),
        ('real-time factor', [r.real_time_factor for r in rounds], 0.05),
        ('more memory (MB)', [r.with_voice.rss_mb - r.without.rss_mb for r in rounds], 60.0),
        ('more CPU (% of a core)', [r.more_cpu_percent for r in rounds], 20.0),
        ('frame to emotion_state, p95, more (%)', [r.slower_percent for r in rounds], 10.0),
    )
    load = os.getloadavg()[0]
    print(f'{len(rounds)} rounds of {args.seconds} s; {cpu_model()}, load {load:.1f}')
    print('| | median | each round | limit |\n|---|---|---|---|')
    for name, values, limit in figures:
        each = ', '.join(f'{value:.3g}' for value in values)
        print(f'| {name} | {median(values):.3g} | {each} | {limit:g} |')
    return int(any(median(values) > limit for _, values, limit in figures))


if __name__ == '__main__':
    raise SystemExit(main())
