# SPDX-License-Identifier: MIT
"""The text pipeline: what is scored, what is refused and why, and how good it is."""

from dataclasses import replace
from math import isnan
from pathlib import Path

import numpy as np
import pytest

from emotion_ros.core.emotions import Sentiment
from emotion_ros.core.evidence import Rejection
from emotion_ros.core.speech.utterance import Utterance
from emotion_ros.errors import ConfigError, InvalidInput, ModelError
from emotion_ros.perception.text.config import SentimentConfig
from emotion_ros.perception.text.engine import TextPrediction
from emotion_ros.perception.text.pipeline import (
    TextPipeline,
    TextReport,
    make_text_pipeline,
    quality_of,
)

SENTIMENT = np.array([0.1, 0.2, 0.7])
EMOTION = np.array([0.1, 0.0, 0.0, 0.6, 0.2, 0.0, 0.1])
UNIFORM = np.full(3, 1 / 3)
FOREIGN = 'Ich bin heute sehr traurig'


class PositiveEngine:
    """Finds everything positive and remembers what it was shown."""

    name, sha256 = 'positive 1', 'abc'

    def __init__(self) -> None:
        self.texts: list[str] = []

    def classify(self, text: str) -> TextPrediction:
        """Return the same for every text, with as many tokens as it has words."""
        self.texts.append(text)
        words = len(text.split())
        return TextPrediction(SENTIMENT, EMOTION, tokens=words, known=words, truncated=False)


def pipeline(engine: PositiveEngine | None = None, **options: object) -> TextPipeline:
    config = SentimentConfig(**options)  # type: ignore[arg-type]
    return TextPipeline(config, engine or PositiveEngine(), clock=iter(range(9)).__next__)


def test_utterance_becomes_a_report() -> None:
    report = pipeline().process(Utterance.from_text('  I am so\thappy today '), 5.0)
    assert report == TextReport(
        text='I am so happy today',
        truncated=False,
        language='en',
        inference_time_s=1,
        sentiment_probabilities=tuple(SENTIMENT),
        emotion_probabilities=tuple(EMOTION),
        sentiment=Sentiment.POSITIVE,
        confidence=0.7,
        quality=1.0,
    )
    for value in (report.confidence, report.quality, *report.sentiment_probabilities):
        assert type(value) is float


REFUSED = [
    (Utterance(), 'empty'),
    (Utterance(' \n\x00'), 'empty'),
    (Utterance('you you you'), 'repetition'),
    (Utterance(partial='I am so hap'), 'partial'),
]


@pytest.mark.parametrize(('utterance', 'reason'), REFUSED)
def test_promise_18_nothing_to_score(utterance: Utterance, reason: str) -> None:
    """Turns red when the pipeline scores whatever it gets."""
    engine = PositiveEngine()
    with pytest.raises(InvalidInput) as error:
        pipeline(engine).process(utterance, 5.0)
    assert error.value.reason == reason
    assert engine.texts == []


def test_promise_22_partials_then_one_final_count_once() -> None:
    """Turns red when Utterance.is_partial is always false."""
    engine = PositiveEngine()
    talk = pipeline(engine)
    for partial in ('I am', 'I am so', 'I am so happy'):
        with pytest.raises(InvalidInput):
            talk.process(Utterance(partial=partial), 5.0)
    talk.process(Utterance(final='I am so happy', partial='I am so happy'), 5.1)
    assert engine.texts == ['I am so happy']


def test_promise_23_the_same_final_counts_once_in_a_second() -> None:
    """Turns red when DuplicateFilter.is_duplicate always returns False."""
    engine = PositiveEngine()
    talk = pipeline(engine)
    reasons = []
    for text, stamp_s in [('Thank you.', 5.0), ('thank  you.', 5.4), ('Thank you.', 6.5)]:
        try:
            talk.process(Utterance(text), stamp_s)
        except InvalidInput as error:
            reasons.append(error.reason)
    assert reasons == ['repeated']
    assert engine.texts == ['Thank you.', 'Thank you.']


def test_what_another_voice_says_is_no_repetition() -> None:
    """Turns red when process does not ask for the memory of the voice."""
    engine = PositiveEngine()
    talk = pipeline(engine)
    for voice, stamp_s in [('anna', 5.0), ('ben', 5.5)]:
        talk.process(Utterance('I like this robot.'), stamp_s, voice=voice)
    with pytest.raises(InvalidInput):
        talk.process(Utterance('I like this robot.'), 6.0, voice='anna')
    assert len(engine.texts) == 2


@pytest.mark.parametrize(
    ('utterance', 'language'),
    [(Utterance(FOREIGN), ''), (Utterance('Hallo', language='de-AT'), 'de')],
)
def test_promise_21_unsupported_language_counts_for_nothing(
    utterance: Utterance, language: str
) -> None:
    """Turns red when LanguageCheck.check returns LanguageResult('', True)."""
    engine = PositiveEngine()
    report = pipeline(engine).process(utterance, 5.0)
    assert engine.texts == []
    assert (report.reason, report.language) == ('unsupported_language', language)
    assert (report.confidence, report.quality) == (0.0, 0.0)
    assert report.sentiment is Sentiment.UNKNOWN
    assert all(map(isnan, (*report.sentiment_probabilities, *report.emotion_probabilities)))
    assert report.to_observation(5.0).rejection is Rejection.UNSUPPORTED_LANGUAGE


def test_languages_are_an_option() -> None:
    assert not pipeline(languages=()).process(Utterance(FOREIGN), 5.0).reason
    with pytest.raises(ConfigError, match="languages: 'english'"):
        pipeline(languages=('english',))


@pytest.mark.parametrize(('confidence', 'quality'), [(0.0, 1.0), (0.3, 0.3), (1.0, 1.0)])
def test_recogniser_confidence_is_quality_when_known(confidence: float, quality: float) -> None:
    utterance = Utterance('what a lovely day', confidence=confidence)
    assert pipeline().process(utterance, 5.0).quality == pytest.approx(quality)


@pytest.mark.parametrize(
    ('tokens', 'known', 'quality'),
    [(0, 0, 0), (3, 0, 0), (1, 1, 0.25), (2, 2, 0.5), (4, 4, 1), (60, 60, 1), (8, 4, 0.5)],
)
def test_quality_is_what_there_was_to_go_by(tokens: int, known: int, quality: float) -> None:
    prediction = TextPrediction(UNIFORM, EMOTION, tokens=tokens, known=known, truncated=False)
    assert quality_of(prediction) == pytest.approx(quality)


def test_what_the_model_is_too_sure_of_is_worth_less() -> None:
    surer = TextPrediction(SENTIMENT, EMOTION, tokens=4, known=4, truncated=False)
    assert quality_of(replace(surer, reliability=0.5)) == 0.5 * quality_of(surer) > 0


def test_promise_19_long_text_is_cut_at_the_option() -> None:
    """Turns red when max_chars does not reach clean_text."""
    engine = PositiveEngine()
    report = pipeline(engine, max_chars=20).process(Utterance('so ' * 300_000 + 'happy'), 5.0)
    assert report.truncated
    assert report.text == engine.texts[0]
    assert len(report.text) <= 20
    assert report.text.endswith('so happy')


def test_report_becomes_an_observation() -> None:
    report = pipeline().process(Utterance('I am so happy today'), 5.0)
    observation = report.to_observation(5.0, person_id='face_3')
    assert observation.sentiment == tuple(SENTIMENT)
    assert observation.emotion == tuple(EMOTION)
    assert (observation.stamp_s, observation.person_id) == (5.0, 'face_3')
    assert (observation.quality, observation.rejection) == (1.0, Rejection.NONE)


def test_model_is_named() -> None:
    assert (pipeline().model_name, pipeline().model_sha256) == ('positive 1', 'abc')


@pytest.mark.parametrize('max_chars', [0, 19, 100_001])
def test_max_chars_has_a_range(max_chars: int) -> None:
    with pytest.raises(ConfigError, match='max_chars'):
        SentimentConfig(max_chars=max_chars)


@pytest.mark.parametrize('text_model', ['model.pkl', 'model.joblib', 'absent.json', 'folder'])
def test_promise_2_unusable_model_is_named(tmp_path: Path, text_model: str) -> None:
    """Turns red when load_card does not check the suffix."""
    with pytest.raises(ModelError, match=text_model):
        make_text_pipeline(SentimentConfig(text_model=str(tmp_path / text_model)))


def test_with_context_what_was_said_before_corrects_the_emotion() -> None:
    alone, dialogue = pipeline(), pipeline(context=2)
    for texts in (alone, dialogue):
        texts.process(Utterance.from_text('I am so happy today'), 1.0)
    words = Utterance.from_text('This is what I think')
    without, within = (texts.process(words, 3.0) for texts in (alone, dialogue))
    assert within.emotion_probabilities[3] > without.emotion_probabilities[3] + 0.05
    assert within.sentiment_probabilities == without.sentiment_probabilities


@pytest.mark.parametrize('robot_words', ['I am so happy too', '...'])
def test_the_robot_is_the_other_side_of_the_dialogue(robot_words: str) -> None:
    engine = PositiveEngine()
    dialogue = pipeline(engine, context=2)
    dialogue.add_robot_speech(robot_words, 1.0)
    report = dialogue.process(Utterance.from_text('This is what I think'), 3.0)
    spoken = robot_words in engine.texts
    assert spoken == (robot_words != '...')
    assert (report.emotion_probabilities[3] > EMOTION[3] + 0.05) == spoken


def test_a_dialogue_that_is_forgotten_does_not_count() -> None:
    dialogue = pipeline(context=2)
    dialogue.process(Utterance.from_text('I am so happy today'), 1.0)
    dialogue.add_robot_speech('So am I', 2.0)
    dialogue.forget_dialogue()
    report = dialogue.process(Utterance.from_text('This is what I think'), 3.0)
    assert report.emotion_probabilities == pytest.approx(EMOTION)
