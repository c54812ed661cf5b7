# SPDX-License-Identifier: MIT
"""One message of a speech recogniser."""

import re
from dataclasses import dataclass

from emotion_ros.core.speech.language_code import language_code
from emotion_ros.core.speech.recogniser_json import read_hypothesis
from emotion_ros.errors import InvalidInput

_PARTIAL = re.compile(
    r'\s*(?-i:PARTIAL|INTERIM)(?= )|\s*[\[(<{]?\s*(?:partial|interim|intermediate)'
    r'(?: (?:results?|transcript\w*|text))?\s*[\])>}:]+(?=\s|$)',
    re.IGNORECASE,
)
_OF_ROBOT = re.compile(
    r'\s*(?:[\[(<](?P<in>)|)(?:robot|assistant|chatbot|bot|agent|system|ai|chatgpt|tts)\s*'
    r'(?(in)[\])>]:?|:)(?=\s)',
    re.IGNORECASE,
)
"""Labels before the text, as in a printed chat."""


@dataclass(frozen=True)
class Utterance:
    """One message of a recogniser, in the terms of hri_msgs/LiveSpeech.

    ``final`` is the recognised text; only ``partial`` is set while the person still speaks.
    ``confidence`` is 0..1, where 0 means unknown, as many recognisers never fill it in.
    ``language`` is a code or name such as en, en-US, eng or English; empty when the recogniser
    does not say.
    """

    final: str = ''
    partial: str = ''
    confidence: float = 0.0
    language: str = ''

    @classmethod
    def from_text(cls, text: str) -> 'Utterance':
        """Return the utterance of a recogniser that gives words, or its result as JSON.

        InvalidInput: 'unsupported_format' for JSON that has no words, 'own_voice' for what is
        named as words of the robot.
        """
        found = read_hypothesis(text)
        if found is None:
            if _OF_ROBOT.match(text):
                raise InvalidInput('own_voice', 'the words of the robot')
            return cls(partial=text) if _PARTIAL.match(text) else cls(final=text)
        words = {'final': found.text} if found.is_final else {'partial': found.text or ' '}
        return cls(**words, confidence=found.confidence, language=found.language)

    @property
    def is_partial(self) -> bool:
        """Whether the person is still speaking, so that nothing is scored yet."""
        return bool(self.partial) and not self.final

    @property
    def confidence_or_one(self) -> float:
        """The recogniser's confidence; 1 when it is unknown or not a number in 0..1."""
        return float(self.confidence) if 0 < self.confidence <= 1 else 1.0

    @property
    def language_code(self) -> str:
        """The language as an ISO 639-1 code: ``en`` for ``en_US``; empty when not known."""
        return language_code(self.language)
