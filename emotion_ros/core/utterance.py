# SPDX-License-Identifier: MIT
"""One message of a speech recogniser."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Utterance:
    """One message of a recogniser, in the terms of hri_msgs/LiveSpeech.

    ``final`` is the recognised text; only ``partial`` is set while the person still speaks.
    ``confidence`` is 0..1, where 0 means unknown, as many recognisers never fill it in.
    ``language`` is a code such as en, en-US or en_US; empty when the recogniser does not say.
    """

    final: str = ''
    partial: str = ''
    confidence: float = 0.0
    language: str = ''

    @classmethod
    def from_text(cls, text: str) -> 'Utterance':
        """Return the utterance of a recogniser that gives only text."""
        return cls(final=text)

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
        """The language without its region, in lower case: ``en`` for ``en_US``."""
        return self.language.replace('_', '-').partition('-')[0].lower()
