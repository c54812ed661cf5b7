# SPDX-License-Identifier: MIT
"""Frames with their probability of speech to segments of speech."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from emotion_ros.perception.voice.activity import FRAME_S
from emotion_ros.perception.voice.config import VoiceConfig
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE, Samples

BEGIN_PROBABILITY = 0.5
KEEP_PROBABILITY = 0.35
BEGIN_FRAMES = 3
"""Speech begins when this many frames in a row are likely speech (96 ms): clicks are not."""
LEAD_FRAMES = 6
"""So many frames before the first likely one belong to the segment: soft onsets."""
PAUSE_FRAMES = 5
"""After this silence (160 ms) what was spoken is classified."""
END_FRAMES = 16
"""After this silence (0.5 s) the segment is over; speech before that goes on with it."""


@dataclass(frozen=True)
class SpeechSegment:
    """Speech from ``start_s`` to ``end_s``, with its sound at 16 kHz.

    Segments with the same ``start_s`` are one that went on: the last one counts. ``is_paused``:
    the person stopped, for 160 ms at least, or the longest segment is full.
    ``speech_probability`` is the mean over the frames; ``speech_level_dbfs`` and
    ``noise_level_dbfs`` are root mean squares of the likely and of the unlikely frames of this
    stream lately.
    """

    start_s: float
    end_s: float
    samples: Samples
    is_paused: bool
    speech_probability: float
    speech_level_dbfs: float
    noise_level_dbfs: float

    @property
    def duration_s(self) -> float:
        """The length of the sound in seconds; the times may be those of its receipt."""
        return len(self.samples) / SAMPLE_RATE


@dataclass(frozen=True)
class _Frame:
    samples: Samples
    end_s: float
    probability: float
    level_dbfs: float


class Segmenter:
    """Follows one stream; its state is the sound of the current segment."""

    def __init__(self, config: VoiceConfig) -> None:
        self._min_s, self._max_s = config.min_segment, config.max_segment
        self._update_s = config.update_period
        self._noise_dbfs = -60.0
        self.reset()

    def reset(self) -> None:
        """Forget the current segment; the noise level stays."""
        self._lead: deque[_Frame] = deque(maxlen=LEAD_FRAMES + BEGIN_FRAMES)
        self._frames: list[_Frame] = []
        self._lead_frames = 0  # of the segment
        self._silent = 0  # frames since the last likely one
        self._classified_s = 0.0  # length of the segment when it was last given out

    @property
    def is_speaking(self) -> bool:
        """Whether a segment is going on."""
        return bool(self._frames)

    @property
    def spoken_s(self) -> float:
        """The length of the current segment from its first to its last likely frame (s)."""
        return max(0, len(self._frames) - self._lead_frames - self._silent) * FRAME_S

    def add(
        self, samples: Samples, end_s: float, probability: float, level_dbfs: float
    ) -> SpeechSegment | None:
        """Take the next frame, which ends at ``end_s``; return the segment if it is due now."""
        frame = _Frame(samples, end_s, probability, level_dbfs)
        if not self._frames:
            self._begin(frame)
            return None
        self._frames.append(frame)
        self._silent = 0 if probability >= KEEP_PROBABILITY else self._silent + 1
        if self._silent >= END_FRAMES:
            self.reset()
            return None
        if len(self._frames) * FRAME_S >= self._max_s:
            segment = self._segment(is_paused=True)
            self.reset()
            self._frames = [frame]
            return segment
        if self.spoken_s < max(self._min_s, self._classified_s + FRAME_S / 2):
            return None
        if self._silent == PAUSE_FRAMES:
            return self._segment(is_paused=True)
        if self._silent == 0 and self.spoken_s >= self._classified_s + self._update_s:
            return self._segment(is_paused=False)
        return None

    def finish(self) -> SpeechSegment | None:
        """End the stream here; return what was spoken since the last result, if long enough."""
        is_due = self.spoken_s >= max(self._min_s, self._classified_s + FRAME_S / 2)
        segment = self._segment(is_paused=True) if is_due else None
        self.reset()
        return segment

    def _begin(self, frame: _Frame) -> None:
        """Wait for BEGIN_FRAMES likely frames; those and some before them open a segment."""
        self._lead.append(frame)
        if frame.probability < KEEP_PROBABILITY:
            self._noise_dbfs += 0.1 * (frame.level_dbfs - self._noise_dbfs)
        likely = list(self._lead)[-BEGIN_FRAMES:]
        if len(likely) == BEGIN_FRAMES and all(f.probability >= BEGIN_PROBABILITY for f in likely):
            self._frames = list(self._lead)
            self._lead_frames = len(self._frames) - BEGIN_FRAMES
            self._lead.clear()

    def _segment(self, *, is_paused: bool) -> SpeechSegment:
        self._classified_s = self.spoken_s
        frames = self._frames[: len(self._frames) - max(0, self._silent - 2)]
        likely = [f for f in frames if f.probability >= KEEP_PROBABILITY]
        power = np.mean([10 ** (f.level_dbfs / 10) for f in likely])
        return SpeechSegment(
            start_s=frames[0].end_s - FRAME_S,
            end_s=frames[-1].end_s,
            samples=np.concatenate([f.samples for f in frames]),
            is_paused=is_paused,
            speech_probability=float(np.mean([f.probability for f in likely])),
            speech_level_dbfs=float(10 * np.log10(power)),
            noise_level_dbfs=self._noise_dbfs,
        )
