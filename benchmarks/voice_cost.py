# SPDX-License-Identifier: MIT
"""What the voice costs and how late it is: ``python -m benchmarks.voice_cost``.

Runs the camera at 640x480 with and without a voice in turn, in one process, ``--rounds`` times.
The voice is synthetic speech with pauses. Exit code 1 when a figure is above its limit.
"""

import os
from collections.abc import Sequence
from statistics import median

from diagnostic_msgs.msg import DiagnosticArray

from benchmarks.command import cpu_model, in_turn, median_with_interval, options
from benchmarks.driver import Performance, stream_camera
from benchmarks.figure import NotMeasured
from benchmarks.running_nodes import start_nodes
from benchmarks.scenario import MAIN, VOICE, Scenario
from benchmarks.synthetic_frames import frames_of
from emotion_ros.sandbox.domain import free_domain, isolated

NODE = 'voice_node'


def measure(scenario: Scenario, seconds: float) -> tuple[Performance, float]:
    """Return what was measured, and the last real-time factor of the voice node (NaN without)."""
    factors = [float('nan')]

    def on_diagnostics(msg: DiagnosticArray) -> None:
        for status in msg.status:
            values = {pair.key: pair.value for pair in status.values}
            if status.name == NODE and 'real_time_factor' in values:
                factors.append(float(values['real_time_factor']))

    with start_nodes(scenario, frames_of(scenario)) as nodes:
        nodes.probe.create_subscription(DiagnosticArray, '/diagnostics', on_diagnostics, 10)
        nodes.wait_for_connection()
        return stream_camera(nodes, scenario, seconds), factors[-1]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print the table."""
    args = options(__doc__, rounds=12, seconds=8).parse_args(argv)
    os.environ.update(isolated(free_domain()))
    rounds = in_turn(lambda scenario: measure(scenario, args.seconds), (MAIN, VOICE), args.rounds)
    evidence = [voice.evidence for _, (voice, _) in rounds if voice.evidence]
    if not evidence:
        raise NotMeasured('no evidence of the voice came')
    pairs = [(without, voice) for (without, _), (voice, _) in rounds]
    slower = [100.0 * (b.state.p95 / a.state.p95 - 1.0) for a, b in pairs]
    figures = (
        ('end of speech to its evidence, median (ms)', [e.p50 for e in evidence], 200.0),
        ('end of speech to its evidence, p95 (ms)', [e.p95 for e in evidence], 200.0),
        ('real-time factor', [factor for _, (_, factor) in rounds], 0.05),
        ('more memory (MB)', [b.rss_mb - a.rss_mb for a, b in pairs], 60.0),
        ('more CPU (% of a core)', [b.cpu_percent - a.cpu_percent for a, b in pairs], 20.0),
        ('frame to emotion_state, p95, more (%)', slower, 10.0),
    )
    load = os.getloadavg()[0]
    print(f'{len(rounds)} rounds of {args.seconds:g} s; {cpu_model()}, load {load:.1f}')
    print('| | median | limit |\n|---|---|---|')
    for name, values, limit in figures:
        print(f'| {name} | {median_with_interval(values)} | {limit:g} |')
    return int(any(median(values) > limit for _, values, limit in figures))


if __name__ == '__main__':
    raise SystemExit(main())
