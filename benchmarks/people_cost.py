# SPDX-License-Identifier: MIT
"""What consent, reactions, events, mood and face measures cost: with and without, in turn.

``python -m benchmarks.people_cost`` runs the camera at 640x480 ``--rounds`` times with the nodes
as they are and with stand-ins that do nothing. Modules are loaded in both: their memory is in
neither difference. Exit code 1 when a median is above its limit.
"""

import os
from statistics import median

from benchmarks.bench import measure_scenario
from benchmarks.command import in_turn, median_with_interval, options
from benchmarks.scenario import MAIN
from emotion_ros.sandbox.domain import free_domain, isolated

PACKAGES = ('benchmarks.without_people', 'emotion_ros.nodes')


def main() -> int:
    """Measure and print the pairs."""
    args = options(__doc__, rounds=12, seconds=8).parse_args()
    os.environ.update(isolated(free_domain()))
    rounds = in_turn(
        lambda package: measure_scenario(MAIN, args.seconds, package=package),
        PACKAGES,
        args.rounds,
    )
    more = {
        'CPU (%)': [100.0 * (b.cpu_percent / a.cpu_percent - 1.0) for a, b in rounds],
        'frame to state, p95 (%)': [100.0 * (b.state.p95 / a.state.p95 - 1.0) for a, b in rounds],
        'memory (MB)': [b.rss_mb - a.rss_mb for a, b in rounds],
    }
    before = [(a.cpu_percent, a.state.p95, a.rss_mb) for a, _ in rounds]
    print('| | without | more | limit |\n|---|---|---|---|')
    for (name, values), without in zip(more.items(), zip(*before, strict=True), strict=True):
        print(f'| {name} | {median(without):.3g} | {median_with_interval(values)} | 10 |')
    return int(any(median(values) > 10.0 for values in more.values()))


if __name__ == '__main__':
    raise SystemExit(main())
