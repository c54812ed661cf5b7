# SPDX-License-Identifier: MIT
"""emotion-ros batch: many recordings to one table, on processes and on a Dask cluster."""

import csv
import json
import multiprocessing
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from shutil import copytree

import pytest

from emotion_ros.bag.replay_config import ReplayOptions
from emotion_ros.cli.main import main
from emotion_ros.errors import ConfigError
from emotion_ros.files.resources import package_version
from emotion_ros.sessions.bag_job import BagJob, attempt_bag, process_bag
from emotion_ros.sessions.batch import Batch, BatchFiles
from emotion_ros.sessions.local_workers import process_locally
from emotion_ros.sessions.state_table import STATE_COLUMNS
from emotion_ros.sessions.summary import PERSON, SESSION
from make_bag import START_NS
from small_bags import make_evidence_bag, make_speech_bag, make_strange_bag, make_two_people_bag

pq = pytest.importorskip('pyarrow.parquet')


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """Return a folder with two bags."""
    make_evidence_bag(tmp_path / 'in' / 'anna')
    make_two_people_bag(tmp_path / 'in' / 'two')
    return tmp_path / 'in'


def run_here(folder: Path, out: Path, bags: tuple[str, ...] = ('anna', 'two'), **options) -> Batch:
    """Run a batch in this process; return it before anything is written."""
    include_text = options.pop('include_text', False)
    paths = [folder / bag for bag in bags]
    batch = Batch(paths, ReplayOptions(paths[0], **options), BatchFiles(out), include_text)
    for job in batch.pending():
        batch.add(attempt_bag(job))
    return batch


def rows(path: Path) -> list[dict]:
    if path.suffix == '.csv':
        with path.open(encoding='utf-8') as file:
            return list(csv.DictReader(file))
    return pq.read_table(path).to_pylist()


def parts(out: Path) -> dict[str, int]:
    return {p.name: p.stat().st_mtime_ns for p in out.with_suffix('.parts').iterdir()}


def test_processes_give_a_row_per_state_and_person_and_a_summary(
    recordings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / 'sessions.parquet'
    assert main(['batch', str(recordings), '--jobs', '2', '-o', str(out)]) == 0
    states, summary = rows(out), rows(tmp_path / 'sessions.summary.parquet')
    assert f'{len(states)} rows from 2 bags' in capsys.readouterr().err
    assert tuple(states[0]) == ('bag', *STATE_COLUMNS)
    assert {(row['bag'], row['person_id']) for row in states} >= {
        ('two', 'face_1'),
        ('two', 'face_2'),
    }
    assert states[0]['happy'] is None
    assert [(row['bag'], row['scope'], row['person_id']) for row in summary] == [
        ('anna', SESSION, ''),
        ('anna', PERSON, 'face_1'),
        ('two', SESSION, ''),
        ('two', PERSON, 'face_1'),
        ('two', PERSON, 'face_2'),
    ]
    anna = summary[0]
    assert (anna['utterances'], anna['conflicts'], anna['start']) == (1, 1, START_NS / 1e9)
    assert (anna['version'], anna['parameters'], anna['error']) == (package_version(), '', '')
    assert re.fullmatch('[0-9a-f]{64}', anna['bag_sha256'])
    assert summary[1]['utterances'] is None
    metadata = json.loads(pq.read_schema(out).metadata[b'emotion_ros'])
    assert metadata['fusion_sha256'] == [anna['fusion_sha256']]


def test_a_batch_equals_the_replays(
    recordings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_here(recordings, tmp_path / 'all.csv', weights={'voice': 2.0}).write()
    assert main(['replay', str(recordings / 'anna'), '--csv', '--weight', 'voice=2']) == 0
    replayed = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [row for row in rows(tmp_path / 'all.csv') if row.pop('bag') == 'anna'] == replayed
    summary = rows(tmp_path / 'all.summary.csv')
    assert summary[0]['parameters'] == 'fusion_node.voice_weight: 2.0'


def test_an_interrupted_batch_continues(recordings: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / 'sessions.parquet'
    run_here(recordings, out, ('anna',))
    before = parts(out)
    assert main(['batch', str(recordings), '--jobs', '1', '-o', str(out)]) == 0
    assert 'skipped 1 of 2 bags' in capsys.readouterr().err
    assert before.items() < parts(out).items()


CHANGES: list[Callable[[Path], dict]] = [
    lambda bag: {'weights': {'voice': 2.0}},
    lambda bag: {'without': frozenset({'text'})},
    lambda bag: {'include_text': True},
    lambda bag: os.utime(next(bag.glob('*.db3')), (0, 0)) or {},
]


@pytest.mark.parametrize('change', CHANGES)
def test_what_has_changed_is_computed_anew(recordings: Path, tmp_path: Path, change) -> None:
    out = tmp_path / 'sessions.parquet'
    run_here(recordings, out, ('anna',)).write()
    before = parts(out)
    run_here(recordings, out, ('anna',), **change(recordings / 'anna')).write()
    assert len(parts(out)) == 1
    assert parts(out).keys().isdisjoint(before)


def test_a_bad_bag_ends_nothing(recordings: Path, tmp_path: Path, capsys) -> None:
    (recordings / 'bad').mkdir()
    (recordings / 'bad' / 'bad_0.db3').write_bytes(b'x' * 99)
    cut = copytree(recordings / 'two', recordings / 'cut')
    (cut / 'metadata.yaml').write_text((cut / 'metadata.yaml').read_text().replace('20', '21'))
    out = tmp_path / 'sessions.parquet'
    for _ in range(2):  # a bad bag is not skipped
        assert main(['batch', str(recordings), '--jobs', '1', '-o', str(out)]) == 1
        err = capsys.readouterr().err
        assert 'bad_0.db3: damaged or not a bag' in err
        assert 'cut: damaged: 20 of 21 messages' in err
        assert 'from 4 bags, 2 with errors' in err
    summary = {
        (row['bag'], row['scope']): row for row in rows(tmp_path / 'sessions.summary.parquet')
    }
    assert 'damaged' in summary['bad', SESSION]['error']
    assert summary['bad', SESSION]['duration'] is None
    assert summary['cut', SESSION]['duration'] > 3.0


class Deadly:
    """A job at which a process ends at once."""

    def __reduce__(self):
        return os._exit, (7,)


def test_the_end_of_a_process_is_the_error_of_its_job(recordings: Path) -> None:
    good = BagJob(ReplayOptions(recordings / 'anna'), version=package_version())
    dead, done = process_locally([Deadly(), good], processes=1)
    assert dead.error == 'its process ended with exit code 7'
    assert (done.job, done.error) == (good, '')


def test_without_threads_the_result_is_the_same(recordings: Path) -> None:
    job = BagJob(ReplayOptions(recordings / 'anna'), version=package_version())
    assert process_bag(job, in_threads=False) == process_bag(job)


def test_who_stops_listening_stops_the_processes(recordings: Path) -> None:
    jobs = [BagJob(ReplayOptions(recordings / 'anna'), version=package_version())] * 3
    with closing(process_locally(jobs, processes=1)) as outcomes:
        next(outcomes)
    assert multiprocessing.active_children() == []


def test_words_come_only_when_asked_for(tmp_path: Path) -> None:
    make_strange_bag(tmp_path / 'strange')
    out = tmp_path / 'sessions.csv'
    run_here(tmp_path, out, ('strange',), without=frozenset({'face'})).write()
    written = [out, tmp_path / 'sessions.summary.csv', *out.with_suffix('.parts').iterdir()]
    assert not [path for path in written if b'terrible' in path.read_bytes()]
    run_here(tmp_path, out, ('strange',), without=frozenset({'face'}), include_text=True).write()
    texts = {row['text']: float(row['at']) for row in rows(out) if row['text']}
    assert texts['this is terrible'] == pytest.approx(3.1, abs=0.1)


def test_the_results_of_others_are_not_replaced(recordings: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / 'data.csv'
    out.write_text('bag,notes\n1,mine\n')
    command = ['batch', str(recordings / 'anna'), '--jobs', '1', '-o', str(out)]
    assert main(command) == 2
    assert 'data.csv: exists: choose another file, or --force' in capsys.readouterr().err
    assert out.read_text() == 'bag,notes\n1,mine\n'
    assert not out.with_suffix('.parts').exists()
    assert main([*command, '--force']) == 0
    assert capsys.readouterr().err.endswith('rows from 1 bag\n')
    assert main(command) == 0  # it is that of a batch now


@pytest.mark.parametrize(
    ('arguments', 'problem'),
    [
        ('absent', 'absent: no such file or folder'),
        ('anna -o x.xlsx', 'x.xlsx: a table must end with .parquet or .csv'),
        ('anna -o anna/x.csv', 'lies in a recording'),
        ('anna --weight face=much', "--weight 'face=much' is not MODALITY=NUMBER"),
        ('anna --params absent.yaml', 'absent.yaml: cannot be read'),
        ('anna --scheduler somewhere', 'is no address such as tcp://'),
    ],
)
def test_a_mistake_is_one_line(recordings: Path, monkeypatch, capsys, arguments, problem) -> None:
    if '--scheduler' in arguments:
        pytest.importorskip('distributed')
    monkeypatch.chdir(recordings)
    assert main(['batch', *arguments.split()]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert problem in line
    assert sorted(path.name for path in recordings.iterdir()) == ['anna', 'two']


def test_an_older_worker_says_so(recordings: Path) -> None:
    outcome = attempt_bag(BagJob(ReplayOptions(recordings / 'anna'), version='0.0.1'))
    assert outcome.error.startswith(f'this worker has emotion_ros {package_version()}, not 0.0.1')


@pytest.fixture
def cluster() -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Return the address of a Dask scheduler, and the processes: scheduler and one worker."""
    pytest.importorskip('distributed')
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        address = f'tcp://127.0.0.1:{probe.getsockname()[1]}'
    python = [sys.executable, '-m']
    options = ['--host', '127.0.0.1', '--port', address.rpartition(':')[2], '--no-dashboard']
    worker = [address, '--nthreads', '1', '--no-nanny', '--no-dashboard']
    commands = [
        ['distributed.cli.dask_scheduler', *options],
        ['distributed.cli.dask_worker', *worker],
    ]
    started = [
        subprocess.Popen([*python, *command], stderr=subprocess.DEVNULL) for command in commands
    ]
    yield address, started
    for process in started:
        process.kill()
        process.wait()


def test_a_dask_cluster_gives_the_same_and_its_loss_is_one_error(
    cluster: tuple[str, list[subprocess.Popen[bytes]]], recordings: Path, tmp_path: Path
) -> None:
    from emotion_ros.sessions.dask_workers import process_with_dask

    address, (scheduler, worker) = cluster
    out = tmp_path / 'sessions.parquet'
    paths = [recordings / 'anna', recordings / 'two']
    batch = Batch(paths, ReplayOptions(paths[0]), BatchFiles(out))
    notes: list[str] = []
    for outcome in process_with_dask(batch.pending(), address, notes.append):
        batch.add(outcome)
    batch.write()
    assert f'{address}: workers: 1' in notes
    run_here(recordings, tmp_path / 'here.parquet').write()
    assert pq.read_table(out).equals(pq.read_table(tmp_path / 'here.parquet'))

    jobs = [BagJob(ReplayOptions(recordings / 'anna'), version=package_version())] * 50
    worker.kill()
    worker.wait()
    notes.clear()
    with pytest.raises(ConfigError, match=f'{address}: no worker for 0.2 s'):
        list(process_with_dask(jobs, address, notes.append, no_worker_s=0.2))
    assert notes[-1] == f'{address}: no workers: waiting 0.2 s for some'

    def lose(note: str) -> None:
        scheduler.kill()

    with pytest.raises(ConfigError, match='the connection is lost'):
        list(process_with_dask(jobs, address, lose))


def test_a_bag_without_input_is_an_error_of_that_bag(tmp_path: Path) -> None:
    make_speech_bag(tmp_path / 'said', '/notes')
    batch = run_here(tmp_path, tmp_path / 'sessions.csv', ('said',))
    batch.write()
    assert list(batch.errors) == ['said']


@pytest.mark.parametrize('program', ['emotion-ros', 'doctor'])
def test_a_process_that_imports_the_program_does_not_run_it_again(program: str) -> None:
    """Worker processes are spawned, which imports the program once more."""
    script = Path(__file__).parents[2] / 'scripts' / program
    code = 'import runpy, sys; runpy.run_path(sys.argv[1], run_name="__mp_main__")'
    done = subprocess.run(
        [sys.executable, '-c', code, str(script)], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, '', '')


def test_the_installed_program_runs_processes(recordings: Path, tmp_path: Path) -> None:
    script = Path(__file__).parents[2] / 'scripts' / 'emotion-ros'
    out = tmp_path / 'out.parquet'
    command = [sys.executable, str(script), 'batch', str(recordings), '-o', str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert {row['bag'] for row in rows(out)} == {'anna', 'two'}
