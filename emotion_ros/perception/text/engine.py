# SPDX-License-Identifier: MIT
"""What scores an utterance, whichever network it is."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

TRIAL = 'hello'
"""The first word that every engine is tried on when it is made."""


@dataclass(frozen=True)
class TextPrediction:
    """``sentiment`` [3] and ``emotion`` [7] each sum to 1; emotion is NaN without such a head.

    ``known`` of ``tokens`` pieces of words were in the model's vocabulary; ``truncated`` says
    that the beginning did not fit into the model.
    """

    sentiment: NDArray[np.float64]
    emotion: NDArray[np.float64]
    tokens: int
    known: int
    truncated: bool


class TextEngine(Protocol):
    """Whatever scores an utterance; ``sha256`` is empty when the engine cannot tell."""

    name: str
    sha256: str

    def classify(self, text: str) -> TextPrediction:
        """Score one cleaned utterance; InvalidInput('bad_output') rather than NaN."""
        ...
