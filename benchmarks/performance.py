# SPDX-License-Identifier: MIT
"""How the nodes did in one situation."""

from dataclasses import dataclass

from benchmarks.figure import Figure, Spread


@dataclass(frozen=True)
class Performance:
    """How the nodes did in a situation; times in ms, from the stamp of a frame on.

    ``vision`` is the time inside vision_node, ``faces`` and ``state`` that until the answer
    arrived at another process. CPU is of one core, memory of all processes together.
    """

    situation: str
    vision: Spread
    faces: Spread
    state: Spread
    processed_percent: float
    growth_ms_s: float
    state_rate_hz: float
    longest_gap_ms: float
    cpu_percent: float
    rss_mb: float

    def figures(self) -> list[Figure]:
        """Return what is compared with an earlier run."""
        where = f', {self.situation}'
        return [
            Figure(f'frame to emotion_state{where}', 'ms', self.state.p50),
            Figure(f'CPU{where}', '% of a core', self.cpu_percent),
            Figure(f'memory (RSS){where}', 'MB', self.rss_mb),
        ]
