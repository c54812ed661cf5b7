# SPDX-License-Identifier: MIT
"""``emotion-ros batch`` on one process and on several: ``python -m benchmarks.batch_speed``.

Copies of the demo's storyboard as recordings go through the same workers as in the command: on
one core, in one process that shares its work among threads on all cores, in several processes.
Other work on the machine makes the ratios of the times smaller. That of the CPU times does not
depend on it so much: N processes that use as much CPU as one are N times as fast when alone.
"""

import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.command import options
from emotion_ros.bag.replay_config import ReplayOptions
from emotion_ros.demo.recording import write_recording
from emotion_ros.files.resources import package_version, packaged_config
from emotion_ros.sessions.bag_job import BagJob
from emotion_ros.sessions.local_workers import process_locally


def measure(jobs: Sequence[BagJob], processes: int, cores: set[int]) -> tuple[float, float]:
    """Return the time and the CPU time (s) of the jobs, the start of the processes included."""
    os.sched_setaffinity(0, cores)
    start, cpu_start = time.perf_counter(), _cpu_of_ended_processes()
    errors = [outcome.error for outcome in process_locally(jobs, processes) if outcome.error]
    if errors:
        raise RuntimeError(errors[0])
    return time.perf_counter() - start, _cpu_of_ended_processes() - cpu_start


def _cpu_of_ended_processes() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main(argv: Sequence[str] | None = None) -> int:
    """Print both times and their ratio."""
    args = options(__doc__, bags=40, jobs=len(os.sched_getaffinity(0))).parse_args(argv)
    count, most = int(args.bags), int(args.jobs)
    with tempfile.TemporaryDirectory() as folder:
        first = Path(folder) / 'bag_0'
        duration_s = write_recording(first, packaged_config('demo.yaml'))
        bags = [Path(folder) / f'bag_{number}' for number in range(count)]
        for bag in bags[1:]:
            shutil.copytree(first, bag)
        jobs = [BagJob(ReplayOptions(bag), version=package_version()) for bag in bags]
        print(f'{count} bags of {duration_s:.0f} s; load {os.getloadavg()[0]:.1f}')
        all_cores = os.sched_getaffinity(0)
        ways = {
            'one core': (1, {min(all_cores)}),
            'one process': (1, all_cores),
            f'{most} processes': (most, all_cores),
        }
        taken = {way: measure(jobs, *how) for way, how in ways.items()}
    print('| | time (s) | times as fast | CPU (s) |\n|---|---|---|---|')
    alone_s, alone_cpu_s = taken['one core']
    for way, (taken_s, cpu_s) in taken.items():
        print(f'| {way} | {taken_s:.1f} | {alone_s / taken_s:.2f} | {cpu_s:.1f} |')
    print(f'by CPU time {most * alone_cpu_s / cpu_s:.2f}; load {os.getloadavg()[0]:.1f}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
