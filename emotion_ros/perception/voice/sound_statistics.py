# SPDX-License-Identifier: MIT
"""What the diagnostics say of the sound that a node received lately; safe between threads."""

from collections import deque
from dataclasses import dataclass
from threading import Lock

from emotion_ros.perception.voice.pipeline import VoiceActivity

WINDOW_S = 30.0


@dataclass(frozen=True)
class _Received:
    duration_s: float
    busy_s: float
    activity: VoiceActivity


class SoundStatistics:
    """Level, clipping, share of speech and load over the last WINDOW_S of sound."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._received: deque[_Received] = deque()
        self._total_s = 0.0

    def add(self, duration_s: float, busy_s: float, activity: VoiceActivity) -> None:
        """Take a chunk: its length, how long it took to process, and the activity at its end."""
        with self._lock:
            self._received.append(_Received(duration_s, busy_s, activity))
            self._total_s += duration_s
            while self._total_s > WINDOW_S and len(self._received) > 1:
                self._total_s -= self._received.popleft().duration_s

    def collect(self) -> dict[str, str]:
        """Return level_dbfs (of now), loudest_dbfs, clipping, speech_share, real_time_factor."""
        with self._lock:
            received, total_s = tuple(self._received), max(self._total_s, 1e-9)
        if not received:
            return {}
        clipped_s = sum(each.activity.clipping * each.duration_s for each in received)
        spoken_s = sum(each.duration_s for each in received if each.activity.speaking)
        busy_s = sum(each.busy_s for each in received)
        return {
            'level_dbfs': f'{received[-1].activity.level_dbfs:.1f}',
            'loudest_dbfs': f'{max(each.activity.level_dbfs for each in received):.1f}',
            'clipping': f'{clipped_s / total_s:.4f}',
            'speech_share': f'{spoken_s / total_s:.3f}',
            'real_time_factor': f'{busy_s / total_s:.4f}',
        }
