# SPDX-License-Identifier: MIT
"""Cost against the number of robots: ``python -m benchmarks.robots``.

Every robot is a pipeline in a namespace, with a camera of 640x480 at 10 fps and one face that
moves. Prints a table, and the slope of the CPU use.
"""

import os
import sys
from collections.abc import Mapping
from statistics import linear_regression

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.command import options
from benchmarks.compare import ROOT, drive, driver_folder
from benchmarks.figure import NotMeasured, format_value
from benchmarks.scenario import Scenario
from emotion_ros.sandbox.domain import free_domain, isolated

COUNTS = (1, 2, 4, 8)
FPS = 10


def main() -> int:
    """Measure and print; 1 when a pipeline does not answer."""
    args = options(__doc__, seconds=10).parse_args()
    os.environ.update(isolated(free_domain()))
    results = {}
    try:
        for count in COUNTS:
            load = Scenario('robots', robots=count, fps=FPS, is_moving=True, has_recogniser=False)
            with driver_folder() as folder:
                results[count] = drive(ROOT, load, folder, args.seconds)
    except NotMeasured as error:
        print(f'robots: {error}', file=sys.stderr)
        return 1
    Console(width=120).print(to_table(results))
    print(f'each further robot at {FPS} fps: {cpu_of_each(results):.1f} % of a core')
    return 0


def to_table(results: Mapping[int, Mapping[str, float]]) -> Table:
    """Return one row per number of robots."""
    table = Table('robots', box=box.MARKDOWN)
    for heading in ('frames processed (%)', 'median (ms)', 'p95 (ms)', 'CPU (%)', 'RSS (MB)'):
        table.add_column(heading, justify='right')
    for count, values in results.items():
        keys = ('processed_percent', 'p50_ms', 'p95_ms', 'cpu_percent', 'rss_mb')
        table.add_row(str(count), *(format_value(values[key]) for key in keys))
    return table


def cpu_of_each(results: Mapping[int, Mapping[str, float]]) -> float:
    """Return the slope of the CPU use over the number of robots, in % of a core."""
    return linear_regression([*results], [v['cpu_percent'] for v in results.values()]).slope


if __name__ == '__main__':
    sys.exit(main())
