# SPDX-License-Identifier: MIT
"""What a model puts out becomes probabilities, or is refused."""

from typing import Any

import numpy as np
import pytest

from emotion_ros.errors import InvalidInput
from emotion_ros.perception.models.signature import OutputHead

HEAD = OutputHead('sentiment', ('negative', 'neutral', 'positive'), 2.0)
LOGITS = [
    (np.empty((0, 3)), np.empty((0, 3))),
    (np.zeros((1, 3)), np.full((1, 3), 1 / 3)),
    (2 * np.log([[1.0, 2.0, 5.0]]), [[1 / 8, 2 / 8, 5 / 8]]),
    (np.array([[1e30, 0, 0], [0, 0, 2e4]], np.float32), [[1, 0, 0], [0, 0, 1]]),
]


@pytest.mark.parametrize(('logits', 'expected'), LOGITS)
def test_head_turns_logits_into_probabilities(logits: Any, expected: Any) -> None:
    np.testing.assert_allclose(HEAD.probabilities(logits), expected, atol=1e-12)


@pytest.mark.parametrize(
    'logits',
    [
        np.zeros(3),
        np.zeros((1, 4)),
        np.array([[0, np.nan, 0]]),
        np.array([[0, np.inf, 0]]),
    ],
)
def test_promise_41_bad_output_is_never_a_belief(logits: Any) -> None:
    with pytest.raises(InvalidInput) as error:
        HEAD.probabilities(logits)
    assert error.value.reason == 'bad_output'
