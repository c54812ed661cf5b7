# SPDX-License-Identifier: MIT
"""Confidence intervals of a mean over pairs whose faces and utterances occur more than once."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.integer]

DRAWS = 500
LEVEL = (0.025, 0.975)


def interval(
    values: Floats, face: Ints, speech: Ints, emotion: Ints, seed: int = 0
) -> list[float]:
    """Return the mean of ``values`` [P] and the bounds of its 95 % interval.

    Faces and dialogues (``face``, ``speech`` [P] name them) are drawn anew with replacement, each
    on its own (Owen 2007, "The pigeonhole bootstrap"). How often an ``emotion`` occurs follows
    the faces: the words were chosen to match.
    """
    rng = np.random.default_rng(seed)
    faces, dialogues, kinds = (
        np.unique(g, return_inverse=True)[1] for g in (face, speech, emotion)
    )
    means = []
    for _ in range(DRAWS):
        seen, heard = _times(rng, faces)[faces], _times(rng, dialogues)[dialogues]
        shares = np.bincount(kinds, seen) / seen.sum()
        weight = np.bincount(kinds, seen * heard)
        within = np.bincount(kinds, seen * heard * values) / np.maximum(weight, 1e-9)
        means.append(float(shares[weight > 0] @ within[weight > 0] / shares[weight > 0].sum()))
    low, high = np.quantile(means, LEVEL)
    return [float(np.mean(values)), float(low), float(high)]


def _times(rng: np.random.Generator, rows: Ints) -> Floats:
    """How often each group is drawn."""
    count = int(rows.max()) + 1
    return np.bincount(rng.integers(count, size=count), minlength=count).astype(np.float64)
