# SPDX-License-Identifier: MIT
"""This checkout against another commit: ``make bench COMPARE=<commit>``.

Builds the other one in a separate folder (build-compare/), with a separate environment, and
measures both in turn under the same loads, ``--runs`` times. Prints medians and ratios.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.figure import NotMeasured, format_value
from benchmarks.replay_speed import RATE_HZ, record
from benchmarks.synthetic_frames import paint_heads, swaying, with_noise
from emotion_ros.sandbox.domain import free_domain, isolated

ROOT = Path(__file__).parents[1]
BUILDS = ROOT / 'build-compare'
DRIVER = Path(__file__).with_name('load_driver.py')
COMMAND = 'install/emotion_ros/lib/emotion_ros/emotion-ros'
REPLAYED_S = 60


@dataclass(frozen=True)
class Load:
    """What the pipelines are sent; ``is_moving``: the heads sway from side to side."""

    name: str
    width: int = 640
    height: int = 480
    faces: int = 1
    is_moving: bool = False
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One line of the table: a value under a load, and the targets of its ratio or of itself."""

    load: str
    key: str
    name: str
    floor: float | None = None
    aim: float | None = None
    at_least: bool = False
    is_ratio: bool = True

    def reached(self, value: float) -> str:
        """Return ``aim``, ``floor``, ``missed``, or '' without targets."""
        if self.floor is None or self.aim is None:
            return ''
        for name, target in (('aim', self.aim), ('floor', self.floor)):
            if value >= target if self.at_least else value <= target:
                return name
        return 'missed'


STILL, MOVING, HEAVY, JPEG, ROBOTS, REPLAY = 'still', 'moving', 'heavy', 'jpeg', 'robots', 'replay'
LOADS = (
    Load(STILL),
    Load(MOVING, is_moving=True),
    Load(HEAVY, 1920, 1080, faces=5, options=('--talk',)),
    Load(JPEG, 1920, 1080, options=('--compressed',)),
    Load(ROBOTS, options=('--robots', '8', '--fps', '10')),
)
ROWS = (
    Row(STILL, 'p50_ms', '640x480, one face, 30 fps: frame to state, median (ms)', 0.7, 0.5),
    Row(STILL, 'p95_ms', 'the same, p95 (ms)', 0.7, 0.5),
    Row(STILL, 'cpu_percent', 'the same, CPU (% of a core)', 0.6, 0.35),
    Row(STILL, 'rss_mb', 'the same, memory (RSS) without a recogniser (MB)', 0.85, 0.7),
    Row(STILL, 'start_s', 'start to first message (s)', 1.0, 0.7),
    Row(MOVING, 'p50_ms', 'face that moves: frame to state, median (ms)', 0.7, 0.5),
    Row(MOVING, 'p95_ms', 'the same, p95 (ms)', 0.7, 0.5),
    Row(MOVING, 'cpu_percent', 'the same, CPU (% of a core)', 0.6, 0.35),
    Row(
        HEAVY,
        'processed_percent',
        '1920x1080, five faces, talk: frames processed (%)',
        95.0,
        99.9,
        at_least=True,
        is_ratio=False,
    ),
    Row(HEAVY, 'p95_ms', 'the same: frame to state, p95 (ms)', 0.7, 0.5),
    Row(HEAVY, 'cpu_percent', 'the same, CPU (% of a core)'),
    Row(HEAVY, 'rss_mb', 'the same, memory (RSS, MB)'),
    Row(JPEG, 'cpu_percent', '1920x1080 compressed, one face: CPU (% of a core)', 0.7, 0.5),
    Row(JPEG, 'p95_ms', 'the same: frame to state, p95 (ms)'),
    Row(
        ROBOTS,
        'processed_percent',
        'eight robots at 10 fps: frames processed (%)',
        90.0,
        99.9,
        at_least=True,
        is_ratio=False,
    ),
    Row(ROBOTS, 'cpu_percent', 'the same, CPU (% of a core)'),
    Row(REPLAY, 'frames_s', 'replay of 640x480 JPEG (frames/s)', 2.0, 3.0, at_least=True),
    Row(REPLAY, 'cpu_ms', 'the same, CPU per frame (ms)'),
)


def main() -> int:
    """Build, measure, print; 1 when something could not be measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('commit')
    parser.add_argument('--runs', type=int, default=3, help='of each version (default: 3)')
    parser.add_argument('--seconds', type=float, default=10.0, help='of each load (default: 10)')
    parser.add_argument(
        '--only', choices=[*(load.name for load in LOADS), REPLAY], nargs='+', help='these loads'
    )
    parser.add_argument('--json', type=Path, metavar='FILE', help='write all values to FILE')
    args = parser.parse_args()
    names = args.only or [*(load.name for load in LOADS), REPLAY]
    os.environ.update(isolated(free_domain()))
    os.environ.pop('EMOTION_ROS_MODELS', None)  # as installed: without files that were fetched
    try:
        trees = {args.commit: build(args.commit), 'this': ROOT}
        with TemporaryDirectory() as folder:
            results = measure(trees, names, args.runs, args.seconds, Path(folder))
    except (NotMeasured, subprocess.CalledProcessError) as error:
        print(f'compare: {error}', file=sys.stderr)
        return 1
    Console(width=150).print(to_table(results, args.commit))
    print(f'{args.runs} runs in turn; {len(os.sched_getaffinity(0))} cores')
    if args.json:
        args.json.write_text(json.dumps(results, indent=1), encoding='utf-8')
    return 0


def build(commit: str) -> Path:
    """Return a folder with this commit, ready to run; what is there already is used again."""
    git = ['git', '-C', str(ROOT)]
    sha = subprocess.run(
        [*git, 'rev-parse', '--short', f'{commit}^{{commit}}'], check=True, capture_output=True
    ).stdout.decode()
    folder = BUILDS / sha.strip()
    if not folder.is_dir():
        folder.mkdir(parents=True)
        archive = subprocess.Popen([*git, 'archive', commit], stdout=subprocess.PIPE)
        subprocess.run(['tar', '-x', '-C', str(folder)], stdin=archive.stdout, check=True)
    subprocess.run(['make', '-s', '-C', str(folder), 'setup'], check=True)
    return folder


def measure(
    trees: Mapping[str, Path], names: Sequence[str], runs: int, seconds: float, folder: Path
) -> dict[str, dict[str, dict[str, list[float]]]]:
    """Return the values of every run: version -> load -> key -> values."""
    results: dict[str, dict[str, dict[str, list[float]]]] = {
        version: {name: {} for name in names} for version in trees
    }
    bag = folder / 'bag'
    if REPLAY in names:
        record(bag, REPLAYED_S)
    for load in LOADS:
        if load.name in names:
            frames = list(with_noise(paint_heads(load.width, load.height, load.faces)))
            if load.is_moving:
                frames = swaying(frames)
            np.save(folder / f'{load.name}.npy', np.stack(frames))
    for run in range(runs):
        for version, tree in trees.items():
            for name in names:
                print(f'run {run + 1}, {version}, {name}', file=sys.stderr)
                if name == REPLAY:
                    values = replay(tree, bag)
                else:
                    load = next(load for load in LOADS if load.name == name)
                    values = drive(tree, load, folder, seconds)
                for key, value in values.items():
                    results[version][name].setdefault(key, []).append(value)
    return results


def drive(tree: Path, load: Load, folder: Path, seconds: float) -> dict[str, float]:
    """Run the driver in the environment of one version."""
    arguments = [str(folder / f'{load.name}.npy'), '--faces', str(load.faces)]
    arguments += ['--seconds', str(seconds), *load.options]
    done = run_in(tree, ['python', str(DRIVER), *arguments])
    if done.returncode:
        reason = done.stderr.decode(errors='replace').strip().splitlines()[-1:]
        raise NotMeasured(f'{tree.name}, {load.name}: {"".join(reason)}')
    values: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return values


def replay(tree: Path, bag: Path) -> dict[str, float]:
    """Replay the bag with one version."""
    before, began_s = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    done = run_in(tree, ['python', COMMAND, 'replay', str(bag), '--json'])
    took_s, after = perf_counter() - began_s, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise NotMeasured(f'{tree.name}: the replay ended with {done.returncode}')
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    frames = REPLAYED_S * RATE_HZ
    return {'frames_s': frames / took_s, 'cpu_ms': 1e3 * cpu_s / frames}


def run_in(tree: Path, command: Sequence[str]) -> 'subprocess.CompletedProcess[bytes]':
    """Run a command in the folder and the environment of one version."""
    script = f'. bootstrap/env.bash; export PYTHONPATH="{tree}:$PYTHONPATH"; exec "$@"'
    return subprocess.run(
        ['bash', '-c', script, 'bash', *command], cwd=tree, capture_output=True, check=False
    )


def to_table(results: Mapping[str, Mapping[str, Mapping[str, list[float]]]], commit: str) -> Table:
    """Return one row per value, with medians, ratio and targets."""
    table = Table('what', box=box.MARKDOWN)
    for heading in (commit, 'this', 'ratio', 'floor', 'aim', 'reached'):
        table.add_column(heading, justify='right')
    for row in ROWS:
        pair = [results[version].get(row.load, {}).get(row.key) for version in results]
        if not all(pair):
            continue
        before, after = (median(values or [0.0]) for values in pair)
        ratio = after / before
        sign = '≥' if row.at_least else '≤'
        targets = ['' if t is None else f'{sign} {t:g}' for t in (row.floor, row.aim)]
        reached = row.reached(ratio if row.is_ratio else after)
        values = format_value(before), format_value(after), f'{ratio:.2f}'
        table.add_row(row.name, *values, *targets, reached)
    return table


if __name__ == '__main__':
    sys.exit(main())
