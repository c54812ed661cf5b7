# SPDX-License-Identifier: MIT
"""Faces that an evaluation shares with the training set: FER2013 holds many twice."""

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]

LIMIT_RMSE = 2.0
AT_ONCE = 4096


def near_duplicates(
    images: Images, known: Images, limit_rmse: float = LIMIT_RMSE
) -> NDArray[np.bool_]:
    """Which of ``images`` [N, H, W] lie within ``limit_rmse`` grey levels of one of ``known``.

    |a - b|² = |a|² + |b|² - 2ab, so that it is one matrix product per block of ``known``.
    """
    ours = _flat(images)
    limit = limit_rmse**2 * ours.shape[1]
    found = np.zeros(len(images), bool)
    for start in range(0, len(known), AT_ONCE):
        theirs = _flat(known[start : start + AT_ONCE])
        apart = (ours**2).sum(1)[:, None] + (theirs**2).sum(1) - 2 * ours @ theirs.T
        found |= (apart < limit).any(axis=1)
    return found


def _flat(images: Images) -> NDArray[np.float32]:
    """Rows around zero, where float32 is exact enough for the difference of two sums."""
    return images.reshape(len(images), images.shape[1] * images.shape[2]).astype(np.float32) - 128
