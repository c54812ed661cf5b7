# SPDX-License-Identifier: MIT
"""Programs are started, watched, and stopped whatever happens."""

from time import monotonic

import pytest

from emotion_ros.sandbox.processes import Program, Programs

TIMEOUT_S = 20.0
FAILS = 'import os\nfor i in range(9): print("line", i)\nprint(os.environ["MARK"])\nexit(3)\n'
WAITS = 'import time\nprint("ready", flush=True)\ntime.sleep(60)\n'
STUBBORN = f'import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n{WAITS}'
TIDY = """
import time
try:
    print("ready", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    raise SystemExit(7)
"""


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Return a function that starts a script as a module and waits until it is ready."""
    monkeypatch.setenv('PYTHONPATH', str(tmp_path))

    def start(programs: Programs, name: str, script: str) -> Program:
        (tmp_path / f'{name}.py').write_text(script)
        program = programs.start(name, name)
        until(lambda: program.process.poll() is not None or 'ready' in program.output_tail())
        return program

    return start


def until(condition):
    deadline = monotonic() + TIMEOUT_S
    while not (value := condition()):
        assert monotonic() < deadline
    return value


def test_no_program_has_not_failed():
    with Programs({}) as programs:
        assert programs.failed_process() == ''


def test_a_failed_process_is_reported_with_code_and_output(start, monkeypatch):
    monkeypatch.setenv('MARK', 'overridden')
    # The environment is taken when the programs are made, after the fixture has set it.
    with Programs({'MARK': 'our own'}) as programs:
        start(programs, 'waits', WAITS)
        assert programs.failed_process() == ''
        start(programs, 'fails', FAILS)
        words = programs.failed_process()
    assert words == 'fails ended with code 3\nline 7\nline 8\nour own'


@pytest.mark.parametrize(
    ('script', 'timeout_s', 'code'),
    [(TIDY, 20.0, 7), (STUBBORN, 0.5, -9)],
    ids=['tidy', 'stubborn'],
)
def test_leaving_the_block_interrupts_then_kills(start, script, timeout_s, code):
    with Programs({}, stop_timeout_s=timeout_s) as programs:
        program = start(programs, 'waits', script)
    assert program.process.returncode == code
