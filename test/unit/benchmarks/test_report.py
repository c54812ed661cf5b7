# SPDX-License-Identifier: MIT
"""A report is compared with a saved one only when both were made under the same conditions."""

import json
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from benchmarks.driver import Performance
from benchmarks.figure import Figure, Spread
from benchmarks.report import (
    Report,
    figure_table,
    performance_table,
    read_baseline,
)
from emotion_ros.errors import ConfigError

REPORT = Report(
    conditions={'CPU': 'abacus', 'cores': 2},
    figures=[Figure('frame', 'ms', 30.0, 35.0, limit=40.0), Figure('memory', 'MB', 360.0)],
)
SPREAD = Spread(10.0, 20.0, 30.4)
FIVE_FACES = Performance('5 faces', SPREAD, SPREAD, SPREAD, 99.6, 0.1, 30.0, 50.0, 60.0, 250.0)


@pytest.fixture
def baseline_path(tmp_path):
    path = tmp_path / 'baseline.json'
    path.write_text(REPORT.to_json())
    return path


def test_without_a_baseline_nothing_is_compared(tmp_path):
    assert read_baseline(tmp_path / 'baseline.json') is None
    assert REPORT.worsenings(None) == {}


def test_figures_are_compared_by_name(baseline_path):
    slower = replace(REPORT, figures=[Figure('frame', 'ms', 45.0), Figure('new', 'ms', 1.0)])
    assert slower.worsenings(read_baseline(baseline_path)) == {'frame': pytest.approx(1.5)}


def test_scenarios_are_compared_too(baseline_path):
    busy = replace(REPORT, performances=[FIVE_FACES])
    baseline_path.write_text(busy.to_json())
    slower = replace(busy, performances=[replace(FIVE_FACES, cpu_percent=150.0)])
    worsenings = slower.worsenings(read_baseline(baseline_path))
    assert worsenings['CPU, 5 faces'] == pytest.approx(2.5)
    assert worsenings['memory (RSS), 5 faces'] == 1.0


def test_another_machine_is_not_compared(baseline_path):
    elsewhere = replace(REPORT, conditions={'CPU': 'abacus', 'cores': 4})
    assert elsewhere.worsenings(read_baseline(baseline_path)) == {}


@pytest.mark.parametrize('text', ['', '[]', '{}', '{"figures": [{"name": "frame"}]}'])
def test_a_broken_baseline_is_named(tmp_path, text):
    path = tmp_path / 'baseline.json'
    path.write_text(text)
    with pytest.raises(ConfigError, match='baseline.json: is no saved report'):
        read_baseline(path)


def test_json_has_the_result_of_each_figure():
    frame, memory = json.loads(REPORT.to_json())['figures']
    assert (frame['value'], frame['p95'], frame['verdict']) == (30.0, 35.0, 'ok')
    assert memory['verdict'] == ''


def test_the_table_marks_what_missed_its_target_or_got_worse():
    console = Console(width=120, file=StringIO())
    figures = [Figure('start', 's', 6.0, 7.5, limit=5.0, aim=2.5), Figure('memory', 'MB', 200.0)]
    console.print(figure_table(figures, {'start': 1.3, 'memory': 1.2}))
    lines = [' '.join(line.split()) for line in console.file.getvalue().splitlines()]
    assert '| start | 6.00 | s | ≤ 5 | ≤ 2.5 | missed | ! 1.30 |' in lines
    assert '| memory | 200 | MB | | | | 1.20 |' in lines


def test_a_scenario_is_a_row():
    console = Console(width=150, file=StringIO())
    console.print(performance_table([FIVE_FACES]))
    row = ' '.join(console.file.getvalue().splitlines()[-2].split())
    spread = '10/20/30'
    assert row == f'| 5 faces | {spread} | {spread} | {spread} | 100 | 30 | 50 | 60 | 250 |'
