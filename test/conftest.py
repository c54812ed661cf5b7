# SPDX-License-Identifier: MIT
"""Every test process speaks in a DDS domain of its own; the closing lines tell about the data."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from emotion_ros.sandbox.domain import claim_domain

RecordProperty = Callable[[str, object], None]

# What Hypothesis makes up is the same in every run, however busy the machine is.
settings.register_profile('repeatable', derandomize=True, deadline=None)
settings.load_profile('repeatable')

os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
os.environ['ROS_PYTHON_CHECK_FIELDS'] = '1'


def pytest_runtest_setup() -> None:
    """Let programs that a test starts hear SIGINT.

    They inherit that it is ignored: by a run in the background of a script, or after a test in
    which a node's ``run`` ended.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def ros_domain(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Set ROS_DOMAIN_ID to a domain that nobody else on this machine has while the test runs.

    Any two tests in a row differ, also those of other pytest processes; programs started by the
    test inherit it.
    """
    with claim_domain() as domain:
        monkeypatch.setenv('ROS_DOMAIN_ID', str(domain))
        yield domain


@pytest.fixture
def data_folder(record_property: RecordProperty) -> Path:
    """Return the folder of the training data; skip without it."""
    return _folder('EMOTION_ROS_DATA', record_property)


@pytest.fixture
def models_folder(record_property: RecordProperty) -> Path:
    """Return the folder of the third-party models; skip without it."""
    return _folder('EMOTION_ROS_MODELS', record_property)


def _folder(variable: str, record_property: RecordProperty) -> Path:
    record_property('needs', variable)
    folder = os.environ.get(variable)
    if not folder:
        pytest.skip(f'{variable} is not set')
    return Path(folder)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many of the tests that need data or models had them."""
    counts: Counter[tuple[str, str]] = Counter()
    for outcome in ('passed', 'failed', 'skipped'):
        for report in terminalreporter.getreports(outcome):
            for name, variable in getattr(report, 'user_properties', ()):
                if name == 'needs':
                    counts[variable, 'without' if outcome == 'skipped' else 'with'] += 1
    for variable in sorted({variable for variable, _ in counts}):
        had, total = (
            counts[variable, 'with'],
            counts[variable, 'with'] + counts[variable, 'without'],
        )
        terminalreporter.write_line(f'{variable}: {had} of {total} tests that need it had it')
