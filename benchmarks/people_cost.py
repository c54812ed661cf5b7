# SPDX-License-Identifier: MIT
"""What consent, reactions, events, mood and face measures cost: with and without, in turn.

``python -m benchmarks.people_cost`` runs the camera at 640x480 ``--rounds`` times with the nodes
as they are and with stand-ins that do nothing. Modules are loaded in both: their memory is in
neither difference. Exit code 1 when a median is above its limit.
"""

import os
from statistics import median

from benchmarks.bench import measure_scenario
from benchmarks.command import in_turn, options
from benchmarks.scenario import MAIN
from emotion_ros.sandbox.domain import free_domain, isolated

PACKAGES = ('benchmarks.without_people', 'emotion_ros.nodes')


def main() -> int:
    """Measure and print the pairs."""
    args = options(__doc__, rounds=5, seconds=20).parse_args()
    os.environ.update(isolated(free_domain()))
    rounds = in_turn(
        lambda package: measure_scenario(MAIN, args.seconds, package=package),
        PACKAGES,
        args.rounds,
    )
    pairs = {
        'CPU (% of a core)': [(a.cpu_percent, b.cpu_percent) for a, b in rounds],
        'frame to state, p95 (ms)': [(a.state.p95, b.state.p95) for a, b in rounds],
    }
    more = {name: median(100.0 * (b / a - 1.0) for a, b in p) for name, p in pairs.items()}
    pairs['memory (MB)'] = [(a.rss_mb, b.rss_mb) for a, b in rounds]
    more['memory (MB)'] = median(b - a for a, b in pairs['memory (MB)'])
    print('| | without | with | more (%, MB) | limit |\n|---|---|---|---|---|')
    for name, pair in pairs.items():
        without, with_people = (median(values) for values in zip(*pair, strict=True))
        print(f'| {name} | {without:.3g} | {with_people:.3g} | {more[name]:.3g} | 10 |')
    return int(max(more.values()) > 10.0)


if __name__ == '__main__':
    raise SystemExit(main())
