# SPDX-License-Identifier: MIT
"""The seven emotions, the three sentiments, and UNKNOWN for an abstention.

The order is that of the FER2013 image folders. It is defined only here; tests compare it with
the constants of the messages and with every model card.
"""

from enum import IntEnum


class Emotion(IntEnum):
    """Index into every probability vector of length seven; ``UNKNOWN`` abstains."""

    ANGRY = 0
    DISGUST = 1
    FEAR = 2
    HAPPY = 3
    NEUTRAL = 4
    SAD = 5
    SURPRISE = 6
    UNKNOWN = 255

    @property
    def label(self) -> str:
        """The lower-case word used in messages, model cards and files."""
        return self.name.lower()


class Sentiment(IntEnum):
    """Index into every probability vector of length three; ``UNKNOWN`` abstains."""

    NEGATIVE = 0
    NEUTRAL = 1
    POSITIVE = 2
    UNKNOWN = 255

    @property
    def label(self) -> str:
        """The lower-case word used in messages, model cards and files."""
        return self.name.lower()


EMOTIONS: tuple[str, ...] = tuple(e.label for e in Emotion if e is not Emotion.UNKNOWN)
SENTIMENTS: tuple[str, ...] = tuple(s.label for s in Sentiment if s is not Sentiment.UNKNOWN)
