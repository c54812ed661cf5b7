# SPDX-License-Identifier: MIT
"""Folds that keep together what belongs together."""

import numpy as np
from numpy.typing import NDArray


def fold_of_groups(group: NDArray[np.integer], folds: int, seed: int = 0) -> NDArray[np.int64]:
    """Return the fold 0..folds-1 of each row; rows of one group are in one fold."""
    names, row = np.unique(group, return_inverse=True)
    shuffled = np.random.default_rng(seed).permutation(len(names)) % folds
    return np.asarray(shuffled[row], np.int64)
