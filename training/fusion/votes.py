# SPDX-License-Identifier: MIT
"""CREMA-D's crowd votes on clips presented as voice, as face and as both."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS, Emotion
from emotion_ros.errors import ConfigError
from training.tables import label_indices, read_table

Counts = NDArray[np.float64]

VOTED = tuple(name for name in EMOTIONS if name != Emotion.SURPRISE.label)
"""The six emotions that the actors played and the raters could choose."""

MODES = ('voice', 'face', 'audiovisual')


@dataclass(frozen=True)
class Votes:
    """Counts ``voice``, ``face``, ``audiovisual`` [N, 6] of N clips, each at least one vote.

    ``intended`` int [N] is the emotion that the actor was asked to play, ``actor`` [N] a number.
    """

    voice: Counts
    face: Counts
    audiovisual: Counts
    intended: NDArray[np.int64]
    actor: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.actor)

    def take(self, index: NDArray[np.bool_]) -> 'Votes':
        """Return the clips at ``index``."""
        fields = (self.voice, self.face, self.audiovisual, self.intended, self.actor)
        return Votes(*(field[index] for field in fields))


def load_votes(path: Path) -> Votes:
    """Read the clips that have votes of all three kinds; a bad file is a ConfigError.

    One row per ``clip`` and ``mode`` with the counts of the six emotions, the ``intended``
    emotion and the ``actor`` (a number).
    """
    table = read_table(path, ('clip', 'actor', 'intended', 'mode', *VOTED))
    _check(path, table)
    parts = [table[table['mode'] == mode].set_index('clip') for mode in MODES]
    clips = sorted(set.intersection(*(set(part.index) for part in parts)))
    if not clips:
        raise ConfigError(f'{path}: no clip has votes for each of {", ".join(MODES)}')
    voice, face, audiovisual = (part.loc[clips, list(VOTED)].to_numpy(float) for part in parts)
    who = parts[0].loc[clips]
    intended = label_indices(list(who['intended']), VOTED, path)
    return Votes(voice, face, audiovisual, intended, who['actor'].to_numpy(np.int64))


def _check(path: Path, table: pd.DataFrame) -> None:
    if table.duplicated(['clip', 'mode']).any():
        raise ConfigError(f'{path}: a clip has two rows for the same mode')
    if not all(pd.api.types.is_numeric_dtype(table[c]) for c in ('actor', *VOTED)):
        raise ConfigError(f'{path}: actor and votes must be numbers')
    counts = table[list(VOTED)].to_numpy(float)
    if not np.isfinite(counts).all() or (counts < 0).any() or (counts.sum(axis=1) == 0).any():
        raise ConfigError(f'{path}: each row needs counts >= 0 with at least one vote')
