# SPDX-License-Identifier: MIT
"""The one exception tree of the package; every message carries the value and what to do."""

__all__ = [
    'BagError',
    'ConfigError',
    'EmotionRosError',
    'InvalidInput',
    'MissingDependency',
    'ModelError',
]


class EmotionRosError(Exception):
    """Base of every error that the package raises on purpose."""


class InvalidInput(EmotionRosError):
    """One message, image or text cannot be used.

    ``reason`` is the short fixed word under which it is counted (``rejected.<reason>``).
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(f'{reason}: {message}')
        self.reason = reason


class ModelError(EmotionRosError):
    """A model file or its card is missing, damaged, or the two disagree."""


class BagError(EmotionRosError):
    """A recording is missing, damaged, cannot be written, or lacks what was asked for."""


class ConfigError(EmotionRosError, ValueError):
    """A parameter, argument or configuration file has a value that cannot be used."""


class MissingDependency(EmotionRosError):
    """An optional engine was asked for but its package is not installed."""
