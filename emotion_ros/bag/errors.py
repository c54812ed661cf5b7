# SPDX-License-Identifier: MIT
"""What can be wrong with a recording."""

from emotion_ros.errors import EmotionRosError


class BagError(EmotionRosError):
    """A bag is missing, damaged, cannot be written, or lacks what was asked for."""
