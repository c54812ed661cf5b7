# SPDX-License-Identifier: MIT
"""Log times far from the rest, and stamps of another clock: every command ends, and says why."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from emotion_ros.bag.reader import Bag
from emotion_ros.bag.replay_config import ReplayOptions
from emotion_ros.bag.session_reader import read_session
from emotion_ros.cli.main import main
from emotion_ros.core.state import Status
from emotion_ros.errors import BagError
from field_bags import evidence_rows, moved, write_rows
from make_bag import START_NS
from small_bags import SECOND

DAY = 86_400 * SECOND
MOST_STATES = 1500

# Number of the message and its log time (ns) to another log time; source.
TIMES: dict[str, Callable[[int, int], int]] = {
    'rosbag2 1276, one at 0': lambda number, time: time if number else 0,
    'five at 0': lambda number, time: time if number > 4 else 0,
    'one 5 s after 1970': lambda number, time: time if number else 5 * SECOND,
    'one before 1970': lambda number, time: time if number else -5 * SECOND,
    'a gap of three days': lambda number, time: time + (number > 11) * 3 * DAY,
    'the last in 2200': lambda number, time: time if number < 21 else 2**62 + 2**61,
    'all at 0': lambda number, time: 0,
    'all at one time': lambda number, time: START_NS,
    'simulated from 0': lambda number, time: time - START_NS,
}


@pytest.fixture(params=TIMES)
def bag(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    rows = sorted(moved(evidence_rows(), TIMES[request.param]), key=lambda row: row.time_ns)
    return write_rows(tmp_path / 'bag', rows)


@pytest.mark.timeout(30)
def test_every_command_ends(
    bag: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path('rules.yaml').write_text('- {behaviour: cheer, emotion: happy}')
    main(['replay', str(bag), '--json'])
    states = capsys.readouterr().out.splitlines()
    assert 0 < len(states) <= MOST_STATES
    main(['replay', str(bag), '--output', 'new'])
    with Bag(Path('new')) as written:
        assert len(list(written.messages(written.topics))) <= MOST_STATES + len(evidence_rows())
    for command in ('report', 'report new', 'policy --rules rules.yaml', 'explain --at 0'):
        name, *rest = command.split()
        main([name, *(rest if 'new' in rest else [str(bag), *rest])])
        assert 'Traceback' not in capsys.readouterr().err


@pytest.mark.parametrize('storage', ['sqlite3', 'mcap'])
def test_messages_from_before_the_clock_are_left_out(
    storage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = evidence_rows()
    early = moved(rows, TIMES['rosbag2 1276, one at 0'])
    write_rows(tmp_path / 'without', rows[1:], storage)
    write_rows(tmp_path / 'bag', early, storage)
    outputs = []
    for name in ('without', 'bag'):
        assert main(['replay', str(tmp_path / name), '--json']) == 0
        outputs.append(capsys.readouterr())
    assert outputs[0].out == outputs[1].out
    assert 'not used: 1 no_clock' in outputs[1].err
    assert main(['explain', str(tmp_path / 'bag'), '--at', '1']) == 0
    assert read_session(ReplayOptions(tmp_path / 'bag')).duration_s < 4.0


def test_the_state_after_a_gap_is_that_of_a_bag_without_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = moved(evidence_rows(), TIMES['a gap of three days'])
    write_rows(tmp_path / 'gap', rows)
    write_rows(tmp_path / 'later', rows[12:])
    outputs = []
    for name in ('gap', 'later'):
        assert main(['replay', str(tmp_path / name), '--json', '--stamps', 'receipt']) == 0
        outputs.append([json.loads(line) for line in capsys.readouterr().out.splitlines()])
    gap, later = outputs
    assert Status.NO_INPUT in {state['status'] for state in gap[100 : -len(later)]}
    assert [s['summary'] for s in gap[-len(later) + 1 :]] == [s['summary'] for s in later[1:]]


@pytest.mark.parametrize('storage', ['sqlite3', 'mcap'])
def test_a_clock_set_back_by_an_hour_has_not_started_again(storage: str, tmp_path: Path) -> None:
    rows = evidence_rows()
    set_back = moved(rows, lambda number, time: time - (number > 11) * 3600 * SECOND)
    with Bag(write_rows(tmp_path / 'bag', set_back, storage)) as bag:
        assert len(list(bag.messages(bag.topics))) == len(rows)


def test_a_simulation_recorded_from_its_tenth_second_on_is_reset(
    tmp_path: Path,
) -> None:
    rows = evidence_rows()
    late, again = (
        moved(rows, lambda _, time, start=start: time - START_NS + start * SECOND)
        for start in (10, 0)
    )
    write_rows(tmp_path / 'bag', [*late, *again])
    with pytest.raises(BagError, match='starts again'):
        Bag(tmp_path / 'bag')
