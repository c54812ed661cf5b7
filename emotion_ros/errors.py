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


def import_problem(error: ImportError) -> str:
    """Return in one line why a module cannot be imported, and what helps where that is known.

    pip may put NumPy 2 over the NumPy 1 that a distribution built its OpenCV for. What was built
    before an update of the source lacks new modules.
    """
    problem = ' '.join(str(error).split())
    if (error.name or '').startswith('emotion_ros.'):
        problem += ': build again (make setup, or colcon build --packages-select emotion_ros)'
    if 'numpy' in problem and 'multiarray' in problem:
        problem += ": OpenCV was built for another NumPy: pip install 'numpy<2'"
    return problem


def ros_problem(error: Exception) -> str:
    """Return in one line why ROS could not start, and what helps where that is known."""
    problem = ' '.join(str(error).split())
    hint = ': set ROS_LOG_DIR to a folder that can be written'
    return problem + (hint if 'initialize logging' in problem else '')
