# SPDX-License-Identifier: MIT
"""Section D: figures against those of an earlier run."""

import pytest

from benchmarks import bench
from benchmarks.figure import Figure
from benchmarks.report import Report, read_baseline


@pytest.mark.parametrize(
    ('ratio', 'is_warned', 'fails'),
    [(1.0, False, False), (1.2, False, False), (1.3, True, False), (2.1, True, True)],
)
def test_promise_34_a_slower_run_is_warned_of(capsys, tmp_path, ratio, is_warned, fails):
    """Red when WARN_ABOVE or FAIL_ABOVE is 3."""
    conditions = {'CPU': 'abacus', 'cores': 2}
    baseline = tmp_path / 'baseline.json'
    baseline.write_text(Report(conditions, [Figure('frame', 'ms', 10.0)], []).to_json())
    report = Report(conditions, [Figure('frame', 'ms', 10.0 * ratio)], [])
    worsenings = report.worsenings(read_baseline(baseline))
    bench.show(report, worsenings, 0.0)
    warning = f'warning: frame is {ratio:.2f} times worse than the baseline'
    assert (warning in capsys.readouterr().out) is is_warned
    assert (worsenings['frame'] > bench.FAIL_ABOVE) is fails
