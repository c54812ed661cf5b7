# SPDX-License-Identifier: MIT
"""This checkout against another commit: ``make bench COMPARE=<commit>``.

Builds the other one in a separate folder (build-compare/), with a separate environment, and
measures both in turn under the same loads, ``--runs`` times. Prints medians and ratios.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import product
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.command import options
from benchmarks.figure import Figure, NotMeasured, format_value
from benchmarks.replay_speed import RATE_HZ, record
from benchmarks.scenario import Scenario
from benchmarks.synthetic_frames import frames_of
from emotion_ros.sandbox.domain import free_domain, isolated

ROOT = Path(__file__).parents[1]
BUILDS = ROOT / 'build-compare'
COMMAND = 'install/emotion_ros/lib/emotion_ros/emotion-ros'
REPLAYED_S = 60


STILL, MOVING, HEAVY, JPEG, ROBOTS, REPLAY = 'still', 'moving', 'heavy', 'jpeg', 'robots', 'replay'
LOADS = (
    Scenario(STILL, has_recogniser=False),
    Scenario(MOVING, is_moving=True, has_recogniser=False),
    Scenario(HEAVY, 1920, 1080, faces=5, has_speech=True),
    Scenario(JPEG, 1920, 1080, is_compressed=True, has_recogniser=False),
    Scenario(ROBOTS, robots=8, fps=10.0, has_recogniser=False),
)
NAMES = {
    STILL: '640x480, one face, 30 fps',
    MOVING: 'the same, the face moves',
    HEAVY: '1920x1080, five faces, talk',
    JPEG: '1920x1080 compressed, one face',
    ROBOTS: 'eight robots at 10 fps',
    REPLAY: 'replay of 640x480 JPEG',
}
KEYS = {
    'p50_ms': 'frame to state, median (ms)',
    'p95_ms': 'frame to state, p95 (ms)',
    'processed_percent': 'frames processed (%)',
    'cpu_percent': 'CPU (% of a core)',
    'rss_mb': 'memory (RSS, MB)',
    'start_s': 'start to first message (s)',
    'frames_s': 'frames/s',
    'cpu_ms': 'CPU per frame (ms)',
}
AT_LEAST = ('processed_percent', 'frames_s')
# Floor and aim of the ratio; of ``processed_percent``, of the value itself.
TARGETS = {
    (STILL, 'p50_ms'): (0.7, 0.5),
    (STILL, 'p95_ms'): (0.7, 0.5),
    (STILL, 'cpu_percent'): (0.6, 0.35),
    (STILL, 'rss_mb'): (0.85, 0.7),
    (STILL, 'start_s'): (1.0, 0.7),
    (MOVING, 'p50_ms'): (0.7, 0.5),
    (MOVING, 'p95_ms'): (0.7, 0.5),
    (MOVING, 'cpu_percent'): (0.6, 0.35),
    (HEAVY, 'processed_percent'): (95.0, 99.9),
    (HEAVY, 'p95_ms'): (0.7, 0.5),
    (JPEG, 'cpu_percent'): (0.7, 0.5),
    (ROBOTS, 'processed_percent'): (90.0, 99.9),
    (REPLAY, 'frames_s'): (2.0, 3.0),
}


def main() -> int:
    """Build, measure, print; 1 when something could not be measured."""
    parser = options(__doc__, runs=3, seconds=10)
    parser.add_argument('commit')
    parser.add_argument('--only', choices=NAMES, nargs='+', default=[*NAMES], help='these loads')
    parser.add_argument('--json', type=Path, metavar='FILE', help='write all values to FILE')
    args = parser.parse_args()
    os.environ.update(isolated(free_domain()))
    os.environ.pop('EMOTION_ROS_MODELS', None)  # as installed: without files that were fetched
    os.environ.pop('PYTHONDONTWRITEBYTECODE', None)  # and compiled, from the second start on
    try:
        trees = {args.commit: build(args.commit), 'this': ROOT}
        with driver_folder() as folder:
            results = measure(trees, args.only, int(args.runs), args.seconds, folder)
    except (NotMeasured, subprocess.CalledProcessError) as error:
        print(f'compare: {error}', file=sys.stderr)
        return 1
    Console(width=150).print(to_table(results, args.commit))
    print(f'{args.runs:g} runs in turn; {len(os.sched_getaffinity(0))} cores')
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
    loads = {load.name: load for load in LOADS}
    if REPLAY in names:
        record(folder / 'bag', REPLAYED_S)
    for run in range(runs):
        for name in names:
            for version, tree in trees.items():
                print(f'run {run + 1}, {version}, {name}', file=sys.stderr)
                if name == REPLAY:
                    values = replay(tree, folder / 'bag')
                else:
                    values = drive(tree, loads[name], folder, seconds)
                for key, value in values.items():
                    results[version][name].setdefault(key, []).append(value)
    return results


@contextmanager
def driver_folder() -> Iterator[Path]:
    """Yield a folder that holds nothing of this checkout but its benchmarks."""
    with TemporaryDirectory() as folder:
        (Path(folder) / 'benchmarks').symlink_to(Path(__file__).parent)
        yield Path(folder)


def drive(tree: Path, load: Scenario, folder: Path, seconds: float) -> dict[str, float]:
    """Run the driver of ``driver_folder`` in the environment of one version."""
    frames = folder / f'{load.name}.npy'
    if not frames.is_file():
        np.save(frames, np.stack(frames_of(load)))
    command = ['python', '-m', 'benchmarks.driver', json.dumps(asdict(load)), str(frames)]
    done = run_in(tree, [*command, str(seconds)], folder)
    if done.returncode:
        reason = done.stderr.decode(errors='replace').strip().splitlines()[-1:]
        raise NotMeasured(f'{tree.name}, {load.name}: {"".join(reason)}')
    values = json.loads(done.stdout.splitlines()[-1])
    return {
        'p50_ms': values['state']['p50'],
        'p95_ms': values['state']['p95'],
        **{key: values[key] for key in ('processed_percent', 'cpu_percent', 'rss_mb', 'start_s')},
    }


def replay(tree: Path, bag: Path) -> dict[str, float]:
    """Replay the bag with one version."""
    before, began_s = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    done = run_in(tree, ['python', COMMAND, 'replay', str(bag), '--json'], tree)
    took_s, after = perf_counter() - began_s, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise NotMeasured(f'{tree.name}: the replay ended with {done.returncode}')
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    frames = REPLAYED_S * RATE_HZ
    return {'frames_s': frames / took_s, 'cpu_ms': 1e3 * cpu_s / frames}


def run_in(tree: Path, command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a folder, in the environment of one version."""
    script = '. bootstrap/env.bash; export PYTHONPATH="$PWD:$PYTHONPATH"; cd "$0"; exec "$@"'
    return subprocess.run(
        ['bash', '-c', script, str(folder), *command], cwd=tree, capture_output=True, check=False
    )


def to_table(results: Mapping[str, Mapping[str, Mapping[str, list[float]]]], commit: str) -> Table:
    """Return one row per load and value, with medians, ratio and targets."""
    table = Table('what', box=box.MARKDOWN)
    for heading in (commit, 'this', 'ratio', 'floor', 'aim', 'reached'):
        table.add_column(heading, justify='right')
    for load, key in product(NAMES, KEYS):
        pair = [version.get(load, {}).get(key) for version in results.values()]
        if not all(pair):
            continue
        before, after = (median(values or [0.0]) for values in pair)
        floor, aim = TARGETS.get((load, key), (None, None))
        value = after if key == 'processed_percent' else after / before
        figure = Figure('', '', value, limit=floor, aim=aim, at_least=key in AT_LEAST)
        values = format_value(before), format_value(after), f'{after / before:.2f}'
        reached = figure.result.replace('ok', 'floor')
        table.add_row(f'{NAMES[load]}: {KEYS[key]}', *values, *figure.targets, reached)
    return table


if __name__ == '__main__':
    sys.exit(main())
