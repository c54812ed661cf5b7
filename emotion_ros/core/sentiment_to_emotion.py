# SPDX-License-Identifier: MIT
"""From negative, neutral, positive to the seven emotions."""

import numpy as np
from numpy.typing import NDArray


def emotion_from_sentiment(
    sentiment: NDArray[np.float64],
    sentiment_given_emotion: NDArray[np.float64],
    prior: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return p(e) = sum over s of p(s) * P(e|s), [7], with P(e|s) ~ P(s|e) * prior(e).

    ``sentiment`` is p(s) [3], the table P(s|e) [7, 3] with rows that sum to 1, ``prior`` [7].
    The result splits each sentiment among its emotions as the prior would; a sentiment that the
    prior rules out is split by the table alone. NaN in, NaN out. Source: Jeffrey's rule, R. C.
    Jeffrey, The Logic of Decision, 1965, chapter 11.
    """
    joint = sentiment_given_emotion * prior[:, None]
    joint = np.where(joint.sum(axis=0) == 0, sentiment_given_emotion, joint)
    return np.asarray((joint / joint.sum(axis=0)) @ sentiment)
