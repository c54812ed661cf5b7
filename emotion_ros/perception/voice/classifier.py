# SPDX-License-Identifier: MIT
"""Voice classifier: from the sound of a segment to seven probabilities and that of speech."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from emotion_ros.errors import InvalidInput, ModelError
from emotion_ros.files.resources import PACKAGED, packaged_weights
from emotion_ros.perception.models.backend import Backend, make_backend
from emotion_ros.perception.models.card import ModelCard, load_card
from emotion_ros.perception.models.signature import SPEECH_CLASSES
from emotion_ros.perception.voice.log_mel import MIN_SAMPLES, SAMPLE_RATE, Samples, log_mel

TASK = 'voice_emotion'


@dataclass(frozen=True)
class VoicePrediction:
    """``emotion`` [7] sums to 1; ``speech`` is the probability that this is speech at all."""

    emotion: NDArray[np.float64]
    speech: float


class SegmentClassifier(Protocol):
    """What the pipeline needs of a model."""

    name: str
    sha256: str

    def classify(self, samples: Samples) -> VoicePrediction:
        """Classify mono sound at 16 kHz."""
        ...


class VoiceClassifier:
    """A network with its model card: a spectrogram in, emotion and speech out.

    ModelError when the card has other outputs or the model fails on a second of noise.
    """

    def __init__(self, card: ModelCard, backend: Backend) -> None:
        self._input = card.audio_input
        self.card, self.name, self.sha256 = card, card.name, card.sha256
        self._backend = backend
        self._heads = {head.name: (i, head) for i, head in enumerate(card.outputs)}
        if 'emotion' not in self._heads:
            raise ModelError(f'{card.path}: has no emotion output')
        noise = np.random.default_rng(0).normal(0, 0.1, SAMPLE_RATE).astype(np.float32)
        try:
            self.classify(noise)
        except InvalidInput as error:
            raise ModelError(f'{card.model_path}: fails on noise: {error}') from error

    @classmethod
    def load(
        cls, model: str = PACKAGED, device: str = 'cpu', threads: int = 2
    ) -> 'VoiceClassifier':
        """Load ``packaged`` or the card at a path; ModelError when card and file disagree."""
        path = packaged_weights() / f'{TASK}.json' if model == PACKAGED else Path(model)
        card = load_card(path.expanduser()).require_task(TASK)
        return cls(card, make_backend(card, device, threads))

    def classify(self, samples: Samples) -> VoicePrediction:
        """Classify the last ``max_seconds`` (of the card) of mono sound at 16 kHz.

        InvalidInput when there is less than 50 ms (``too_short``), a sample is not finite
        (``not_finite``), or the network fails (``bad_output``, ``inference_failed``).
        """
        samples = samples[-round(self._input.max_seconds * SAMPLE_RATE) :]
        if len(samples) < MIN_SAMPLES:
            raise InvalidInput('too_short', f'{len(samples) / SAMPLE_RATE:.3f} s of sound')
        if not np.isfinite(samples).all():
            raise InvalidInput('not_finite', 'a sample is NaN or infinite')
        outputs = self._backend.run({self._input.name: log_mel(samples)[None]})
        speech = 1.0
        if 'speech' in self._heads:
            speech = self._probabilities('speech', outputs)[SPEECH_CLASSES.index('speech')]
        return VoicePrediction(self._probabilities('emotion', outputs), float(speech))

    def _probabilities(self, name: str, outputs: list[NDArray[np.float32]]) -> NDArray[np.float64]:
        index, head = self._heads[name]
        return np.asarray(head.probabilities(outputs[index])[0])
