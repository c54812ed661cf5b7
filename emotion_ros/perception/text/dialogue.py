# SPDX-License-Identifier: MIT
"""What was said before: how the emotions of a dialogue follow each other."""

from collections import deque
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.files.checked import CheckedValue, read_json

FILE_NAME = 'dialogue.json'
MAX_CONTEXT = 8
PAUSE_S = 60.0
"""After a longer silence a new dialogue begins."""

Table = NDArray[np.float64]


@dataclass(frozen=True)
class EmotionTransitions:
    """P(emotion | an earlier one) / P(emotion), each [7, 7], rows: the earlier one.

    ``continued``: the utterance just before is of the same speaker; ``resumed``: the speaker's
    last utterance, others spoke since; ``replied``: the last utterance of another speaker.
    """

    continued: Table
    resumed: Table
    replied: Table


class DialogueContext:
    """Corrects the emotion of each utterance by what was said before it.

    Holds the emotions, not the words, of the last ``size`` utterances (1..MAX_CONTEXT), and
    counts those of the same speaker and of the last other one.
    """

    def __init__(self, transitions: EmotionTransitions, size: int) -> None:
        self._transitions = transitions
        self._said: deque[tuple[str, float, NDArray[np.float64]]] = deque(maxlen=size)

    def update(
        self, emotion: NDArray[np.float64], speaker: str, stamp_s: float
    ) -> NDArray[np.float64]:
        """Return P(emotion) [7] of an utterance in its dialogue, and remember it.

        An utterance that is PAUSE_S later than the one before, or earlier, begins a dialogue.
        """
        if self._said and not 0 <= stamp_s - self._said[-1][1] <= PAUSE_S:
            self.clear()
        corrected = emotion.copy()
        before = list(reversed(self._said))
        own = next((i for i, (who, _, _) in enumerate(before) if who == speaker), None)
        if own is not None:
            table = self._transitions.resumed if own else self._transitions.continued
            corrected *= before[own][2] @ table
        other = next((said for who, _, said in before if who != speaker), None)
        if other is not None:
            corrected *= other @ self._transitions.replied
        corrected /= corrected.sum()
        self._said.append((speaker, stamp_s, corrected))
        return corrected

    def clear(self) -> None:
        """Forget what was said."""
        self._said.clear()


def load_transitions(folder: Path) -> EmotionTransitions:
    """Read FILE_NAME in the folder of the weights; ModelError when it is broken."""
    raw = read_json(folder / FILE_NAME).mapping('continued', 'resumed', 'replied', 'provenance')
    return EmotionTransitions(*(_table(raw[n]) for n in ('continued', 'resumed', 'replied')))


def _table(value: CheckedValue) -> Table:
    count = len(EMOTIONS)
    return np.array([row.numbers(count, low=1e-3, high=1e3) for row in value.items(count)])
