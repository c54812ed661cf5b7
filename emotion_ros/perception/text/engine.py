# SPDX-License-Identifier: MIT
"""Text engine interface: one utterance in, its probabilities out."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ['PROBE_TEXT', 'TextEngine', 'TextPrediction']

PROBE_TEXT = 'hello'
"""Every engine classifies this text when it is loaded, so that a broken one fails then."""


@dataclass(frozen=True)
class TextPrediction:
    """``sentiment`` [3] and ``emotion`` [7] each sum to 1; emotion is NaN without such a head.

    ``known`` of ``tokens`` word pieces were in the model's vocabulary; ``truncated``: the
    beginning did not fit into the model. ``reliability`` (0..1) is below 1 for a kind of text of
    which the model is surer than it is right.
    """

    sentiment: NDArray[np.float64]
    emotion: NDArray[np.float64]
    tokens: int
    known: int
    truncated: bool
    reliability: float = 1.0


class TextEngine(Protocol):
    """A text model; ``sha256`` of its file is empty when it is not known."""

    name: str
    sha256: str

    def classify(self, text: str) -> TextPrediction:
        """Classify one cleaned utterance; InvalidInput('bad_output') instead of NaN."""
        ...
