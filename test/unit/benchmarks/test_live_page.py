# SPDX-License-Identifier: MIT
"""The benchmark measures the running command."""

from benchmarks import live_page


def test_every_delay_is_measured_on_one_clock(tmp_path, monkeypatch):
    monkeypatch.setattr(live_page, 'WARM_UP_S', 0.0)
    figure = live_page.measure(live_page.write_video(tmp_path / 'face.avi'), 0.3)
    assert 0.0 < figure.value <= (figure.p95 or 0.0)
    assert (figure.unit, figure.limit) == ('ms', live_page.LIMIT_MS)
