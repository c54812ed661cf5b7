# SPDX-License-Identifier: MIT
"""The parameter of managed nodes."""

from dataclasses import dataclass

from emotion_ros.core.options import Options, option


@dataclass(frozen=True)
class LifecycleConfig(Options):
    """Parameters of every node, as all are managed nodes."""

    autostart: bool = option(
        True,
        'true: the node configures and activates itself at start; false: it waits for a lifecycle '
        'manager, or ros2 lifecycle set',
    )
