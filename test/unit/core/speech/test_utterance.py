# SPDX-License-Identifier: MIT
"""What a recogniser says, with all that recognisers leave out."""

import pytest

from emotion_ros.core.speech.utterance import Utterance


@pytest.mark.parametrize(
    ('utterance', 'is_partial'),
    [
        (Utterance(), False),
        (Utterance.from_text('hello'), False),
        (Utterance(partial='hel'), True),
        (Utterance(final='hello', partial='hello'), False),
    ],
)
def test_promise_22_only_partials_are_partial(utterance: Utterance, is_partial: bool) -> None:
    assert utterance.is_partial is is_partial


@pytest.mark.parametrize(
    ('confidence', 'trust'),
    [(0.0, 1), (0.25, 0.25), (1, 1), (-0.5, 1), (80.0, 1), (float('nan'), 1)],
)
def test_unknown_confidence_is_not_distrust(confidence: float, trust: float) -> None:
    assert Utterance('hello', confidence=confidence).confidence_or_one == trust


@pytest.mark.parametrize(
    ('language', 'code'), [('', ''), ('en', 'en'), ('en-US', 'en'), ('pt_BR', 'pt'), ('DE', 'de')]
)
def test_language_without_region(language: str, code: str) -> None:
    assert Utterance('hello', language=language).language_code == code
