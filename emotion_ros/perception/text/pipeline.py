# SPDX-License-Identifier: MIT
"""Utterance in, sentiment and emotion out: clean → filter → check the language → classify.

The sentiment node and the replay share it.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS, SENTIMENTS, Sentiment
from emotion_ros.core.evidence import TEXT, Rejection
from emotion_ros.core.observations import SourceStatus, TextObservation
from emotion_ros.core.people.opt_out import OptOutPhrases
from emotion_ros.core.speech.utterance import Utterance
from emotion_ros.errors import InvalidInput
from emotion_ros.files.resources import PACKAGED, packaged_weights
from emotion_ros.perception.text.classifier import (
    HUB_PREFIX,
    make_text_engine,
    packaged_text_card,
)
from emotion_ros.perception.text.config import SentimentConfig
from emotion_ros.perception.text.dialogue import DialogueContext, load_transitions
from emotion_ros.perception.text.duplicate_filter import Repetitions
from emotion_ros.perception.text.engine import TextEngine, TextPrediction
from emotion_ros.perception.text.engine_on_demand import EngineOnDemand
from emotion_ros.perception.text.hallucination import is_hallucination
from emotion_ros.perception.text.language import LanguageCheck
from emotion_ros.perception.text.negation import classify_negated, find_negations
from emotion_ros.perception.text.normalize import clean_text

OPT_OUT = Rejection.OPT_OUT.value
UNSUPPORTED_LANGUAGE = Rejection.UNSUPPORTED_LANGUAGE.value
FULL_QUALITY_TOKENS = 4
NO_SENTIMENT = (float('nan'),) * len(SENTIMENTS)
ROBOT = 'robot'
NO_EMOTION = (float('nan'),) * len(EMOTIONS)


@dataclass(frozen=True)
class TextReport:
    """The sentiment and the emotion of one utterance.

    Probabilities sum to 1; ``emotion_probabilities`` are NaN when the engine has no emotion
    head. With a ``reason`` (unsupported_language, opt_out) it was not classified: all are NaN,
    ``sentiment`` is UNKNOWN, ``confidence`` and ``quality`` are 0. ``quality`` is 0..1;
    ``language`` is a two-letter code, empty when not identified; ``inference_time_s`` includes
    the cleaning.
    """

    text: str
    truncated: bool
    language: str
    inference_time_s: float
    reason: str = ''
    sentiment_probabilities: tuple[float, ...] = NO_SENTIMENT
    emotion_probabilities: tuple[float, ...] = NO_EMOTION
    sentiment: Sentiment = Sentiment.UNKNOWN
    confidence: float = 0.0
    quality: float = 0.0

    def to_observation(self, stamp_s: float, *, person_id: str = '') -> TextObservation:
        """Return the input of the fusion."""
        return TextObservation(
            stamp_s=stamp_s,
            status=SourceStatus.OK,
            sentiment=self.sentiment_probabilities,
            emotion=self.emotion_probabilities,
            quality=self.quality,
            person_id=person_id,
            rejection=Rejection(self.reason),
            source=TEXT,
        )


class TextPipeline:
    """Cleans, filters and classifies utterances one by one.

    It remembers the last text of each voice and, with ``context``, the emotions of the dialogue.
    """

    def __init__(
        self,
        config: SentimentConfig,
        engine: TextEngine,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self._max_chars = config.max_chars
        self._drop_hallucinations = config.drop_hallucinations
        self.engine = engine
        self._opt_out = OptOutPhrases(config.opt_out_phrases)
        self._languages = LanguageCheck(config.languages, packaged_weights())
        self._repetitions = Repetitions()
        self._clock = clock
        self._dialogue: DialogueContext | None = None
        if config.context:
            self._dialogue = DialogueContext(load_transitions(packaged_weights()), config.context)
        self._robot_said: tuple[str, float] | None = None
        self._is_forgotten = False

    @property
    def model_name(self) -> str:
        """The file and version, or the hub name, of the model."""
        return self.engine.name

    @property
    def model_sha256(self) -> str:
        """The hash of the model file; empty when it is not known."""
        return self.engine.sha256

    def prepare(self) -> None:
        """Load and compile now, not when the first utterance waits; from any thread."""
        if isinstance(self.engine, EngineOnDemand):
            self.engine.load()
        find_negations('i am not sad')
        is_hallucination('www')
        self._languages.check('these are some words')

    def opts_out(self, utterance: Utterance) -> bool:
        """Return whether these words ask for a pause; ``process`` does not score them."""
        return self._opt_out.are_in(utterance.final)

    def add_robot_speech(self, text: str, stamp_s: float) -> None:
        """Take what the robot says, the other side of the dialogue; from any thread."""
        if self._dialogue:
            self._robot_said = (text, stamp_s)

    def forget_dialogue(self) -> None:
        """Read the next utterance without what was said before it; from any thread."""
        self._robot_said = None
        self._is_forgotten = True

    def process(
        self, utterance: Utterance, stamp_s: float, speaker: str = '', voice: str = ''
    ) -> TextReport:
        """Classify one utterance that ``speaker`` said at ``stamp_s``.

        Repetitions are looked for within one ``voice``; '' is not known which.

        InvalidInput when it cannot be classified: ``partial``, ``empty``, ``repetition``,
        ``hallucination``, ``repeated`` (the same text within a second, a sentence within three),
        ``bad_output``, ``inference_failed``.
        """
        started_s = self._clock()
        if utterance.is_partial:
            raise InvalidInput('partial', 'the person is still speaking')
        if self.opts_out(utterance):
            elapsed_s = self._clock() - started_s
            return TextReport('', False, '', elapsed_s, reason=OPT_OUT)
        clean = clean_text(utterance.final, self._max_chars)
        if self._drop_hallucinations and is_hallucination(clean.text):
            raise InvalidInput('hallucination', 'recognisers invent this in silence')
        duplicates, transcript = self._repetitions.of(voice)
        if duplicates.is_duplicate(clean.text.casefold(), stamp_s):
            raise InvalidInput('repeated', 'the same text again')
        clean = replace(clean, text=transcript.new_words(clean.text, stamp_s))
        language = self._languages.check(clean.text, utterance.language_code)
        if not language.is_supported:
            return TextReport(
                text=clean.text,
                truncated=clean.truncated,
                language=language.code,
                inference_time_s=self._clock() - started_s,
                reason=UNSUPPORTED_LANGUAGE,
            )
        prediction = classify_negated(self.engine, clean.text)
        emotion = self._in_dialogue(prediction.emotion, stamp_s, speaker)
        quality = utterance.confidence_or_one * quality_of(prediction)
        elapsed_s = self._clock() - started_s
        sentiment = Sentiment(int(prediction.sentiment.argmax()))
        return TextReport(
            text=clean.text,
            truncated=clean.truncated or prediction.truncated,
            language=language.code,
            inference_time_s=elapsed_s,
            sentiment_probabilities=tuple(float(p) for p in prediction.sentiment),
            emotion_probabilities=tuple(float(p) for p in emotion),
            sentiment=sentiment,
            confidence=float(prediction.sentiment[sentiment]),
            quality=quality,
        )

    def _in_dialogue(
        self, emotion: NDArray[np.float64], stamp_s: float, speaker: str
    ) -> NDArray[np.float64]:
        """Return the emotion as corrected by what was said before, if that is wanted."""
        if self._dialogue is None or np.isnan(emotion).any():
            return emotion
        if self._is_forgotten:
            self._is_forgotten = False
            self._dialogue.clear()
        said, self._robot_said = self._robot_said, None
        if said and said[1] <= stamp_s:
            with suppress(InvalidInput):  # the robot said nothing that has an emotion
                clean = clean_text(said[0], self._max_chars)
                of_robot = classify_negated(self.engine, clean.text).emotion
                self._dialogue.update(of_robot, ROBOT, said[1])
        return self._dialogue.update(emotion, speaker, stamp_s)


def quality_of(prediction: TextPrediction) -> float:
    """Return how much evidence the text gave the model, 0..1.

    It grows with the known word pieces up to FULL_QUALITY_TOKENS and falls with the share of
    unknown ones, and is less for a kind of text that the model is too sure of; 0 when none is
    known.
    """
    if prediction.known == 0:
        return 0.0
    enough = min(prediction.known / FULL_QUALITY_TOKENS, 1.0)
    return enough * prediction.known / prediction.tokens * prediction.reliability


def make_text_pipeline(config: SentimentConfig, threads: int = 2) -> TextPipeline:
    """Return the pipeline of the configured model.

    A model that loads in a moment has an EngineOnDemand; the packaged one is only checked now.
    """
    if config.text_model == PACKAGED:
        threads = 1  # a sentence is too little for two: they take longer, and more of both cores
    make = partial(make_text_engine, config.text_model, config.device, threads)
    is_fast = config.device == 'cpu' and not config.text_model.startswith(HUB_PREFIX)
    if is_fast and config.text_model == PACKAGED:
        return TextPipeline(config, EngineOnDemand(make, packaged_text_card()))
    pipeline = TextPipeline(config, EngineOnDemand(make) if is_fast else make())
    pipeline.prepare()
    return pipeline
