# SPDX-License-Identifier: MIT
"""The sum of the pool, term by term."""

from dataclasses import replace

import numpy as np
import pytest

from emotion_ros.cli.bag.explanation import explain
from emotion_ros.core.emotions import Emotion, Sentiment
from emotion_ros.core.fusion.card import FusionCard
from emotion_ros.core.state import EmotionState, Reason, Status
from examples import CARD, face, frame, make_fusion, voice, words

PRIOR = (0.1, 0.05, 0.05, 0.3, 0.3, 0.1, 0.1)
CARDS = [CARD, replace(CARD, prior=PRIOR, temperature=1.7)]


def state() -> EmotionState:
    fusion = make_fusion(filter='none')
    fusion.add_faces(frame(10.0, face(Emotion.HAPPY)), 10.0)
    fusion.add_text(words(10.0, Sentiment.NEGATIVE, Emotion.SAD), 10.0)
    fusion.add_evidence(voice(10.0, person_id='face_2'), 10.0)
    return fusion.states(10.0)[0]


@pytest.mark.parametrize('card', CARDS)
def test_without_evidence_the_sum_is_the_prior(card: FusionCard) -> None:
    nothing = explain(EmotionState(5.0, Status.NO_INPUT, Reason.NO_INPUT), card)
    assert nothing.terms == ()
    assert nothing.pooled == pytest.approx(card.prior)
    assert nothing.total == pytest.approx(nothing.prior)


@pytest.mark.parametrize('card', CARDS)
def test_prior_and_contributions_add_up_to_the_total(card: FusionCard) -> None:
    explanation = explain(state(), card)
    terms = [term.contribution for term in explanation.terms]
    total = np.sum([explanation.prior, *terms], axis=0)
    assert total == pytest.approx(np.asarray(explanation.total))
    powers = np.exp(explanation.total)
    assert powers / powers.sum() == pytest.approx(np.asarray(explanation.pooled))


def test_the_pooled_distribution_is_the_one_of_the_unfiltered_state() -> None:
    seen = state()
    assert explain(seen, CARD).pooled == pytest.approx(seen.probabilities)


def test_shares_are_of_what_was_used() -> None:
    face_term, text_term, voice_term = explain(state(), CARD).terms
    assert face_term.share == pytest.approx(0.8 / 1.4)
    assert text_term.share == pytest.approx(0.6 / 1.4)
    assert voice_term.share == 0.0
    assert voice_term.contribution == (0.0,) * 7
