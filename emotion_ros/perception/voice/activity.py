# SPDX-License-Identifier: MIT
"""Voice activity detection: the probability of speech in each frame of 32 ms.

``silero`` runs the ONNX file inside the ``silero-vad`` wheel (MIT) on ONNX Runtime; the package
itself, which needs torch, is never imported. ``energy`` needs nothing: it compares the level of
the speech band with the noise of the last seconds, so that it takes any sudden sound for speech.
"""

from importlib.util import find_spec
from math import exp
from pathlib import Path
from typing import Protocol

import numpy as np

from emotion_ros.errors import ConfigError, MissingDependency
from emotion_ros.perception.models.onnx_session import open_session
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE, Samples

KINDS = ('auto', 'silero', 'energy')
FRAME = 512
FRAME_S = FRAME / SAMPLE_RATE


class SpeechDetector(Protocol):
    """Reads a stream frame by frame."""

    name: str

    def probability(self, frame: Samples) -> float:
        """Return how likely the next FRAME samples at 16 kHz hold speech, 0..1."""
        ...

    def reset(self) -> None:
        """Forget the stream: the next frame does not follow the previous one."""
        ...


def make_speech_detector(kind: str = 'auto') -> SpeechDetector:
    """Return the detector called ``kind``; ``auto`` is silero when it is installed, else energy.

    An unknown name is a ConfigError, a missing package a MissingDependency.
    """
    if kind not in KINDS:
        raise ConfigError(f'vad: {kind!r} is not one of {", ".join(KINDS)}')
    if kind == 'energy' or (kind == 'auto' and find_silero() is None):
        return EnergyDetector()
    return SileroDetector()


def find_silero() -> Path | None:
    """Return the path of the model, or None when ``silero-vad`` is not installed."""
    spec = find_spec('silero_vad')
    folders = (spec and spec.submodule_search_locations) or ()
    paths = (Path(folder) / 'data' / 'silero_vad_16k_op15.onnx' for folder in folders)
    return next((path for path in paths if path.is_file()), None)


class SileroDetector:
    """The recurrent network of Silero: noise and most music are not speech to it."""

    name = 'silero'
    context = 64  # samples of the previous frame that the network sees again

    def __init__(self) -> None:
        """Load the model; MissingDependency when it is not installed."""
        path = find_silero()
        if path is None:
            raise MissingDependency(
                'vad: silero is not installed: pip install --no-deps silero-vad'
            )
        self._session = open_session(path.read_bytes(), path, threads=1)
        self._tail = np.empty(0, np.float32)
        self._state = np.empty(0, np.float32)
        self.reset()

    def probability(self, frame: Samples) -> float:
        """Return how likely the next frame holds speech, 0..1."""
        joined = np.concatenate([self._tail, frame])
        probability, self._state = self._session.run(
            None, {'input': joined[None], 'state': self._state, 'sr': np.array(SAMPLE_RATE)}
        )
        self._tail = joined[-self.context :]
        return float(probability[0, 0])

    def reset(self) -> None:
        """Forget the stream."""
        self._tail = np.zeros(self.context, np.float32)
        self._state = np.zeros((2, 1, 128), np.float32)


class EnergyDetector:
    """Level of 200 to 3800 Hz against a noise floor that falls at once and rises slowly.

    The floor begins at the first frame: sound that is there from the beginning is noise.
    """

    name = 'energy'
    margin_db = 9.0
    """This far above the floor, speech and noise are equally likely."""
    slope_db = 2.0
    rise_db_per_s = 1.5
    quiet_db = -60.0
    """Lower sound is never speech, whatever the floor (dBFS)."""

    def __init__(self) -> None:
        bins_hz = np.fft.rfftfreq(FRAME, 1 / SAMPLE_RATE)
        self._band = (bins_hz >= 200) & (bins_hz <= 3800)
        self._window = np.hanning(FRAME).astype(np.float32)
        self._floor_db = float('inf')

    def probability(self, frame: Samples) -> float:
        """Return how likely the next frame holds speech, 0..1."""
        spectrum = np.fft.rfft(frame * self._window)[self._band]
        power = 2 * float((np.abs(spectrum) ** 2).sum()) / FRAME / float((self._window**2).sum())
        level_db = 10 * np.log10(max(power, 1e-12))
        risen_db = self._floor_db + self.rise_db_per_s * FRAME_S
        self._floor_db = min(level_db, risen_db)
        over_db = level_db - max(self._floor_db + self.margin_db, self.quiet_db)
        return 1 / (1 + exp(-float(np.clip(over_db / self.slope_db, -50, 50))))

    def reset(self) -> None:
        """Forget the stream."""
        self._floor_db = float('inf')
