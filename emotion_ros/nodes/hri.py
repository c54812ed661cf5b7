# SPDX-License-Identifier: MIT
"""To hri_msgs (REP-155, ROS4HRI), which is imported only when it is asked for."""

from importlib import import_module
from types import ModuleType
from typing import Any

from builtin_interfaces.msg import Time

from emotion_ros.core.expression import Expression
from emotion_ros.errors import MissingDependency


def require_hri_msgs() -> ModuleType:
    """Return hri_msgs.msg; MissingDependency, with what installs it, without."""
    try:
        return import_module('hri_msgs.msg')
    except ImportError as error:
        raise MissingDependency(
            'hri_msgs is not installed (apt: ros-$ROS_DISTRO-hri-msgs)'
        ) from error


def expression_to_msg(expression: Expression, stamp: Time, frame_id: str) -> Any:
    """Return a hri_msgs/Expression."""
    msg = require_hri_msgs().Expression(
        expression=expression.expression,
        valence=float(expression.valence),
        arousal=float(expression.arousal),
        confidence=float(expression.confidence),
    )
    msg.header.stamp = stamp
    msg.header.frame_id = frame_id
    return msg
