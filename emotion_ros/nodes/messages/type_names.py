# SPDX-License-Identifier: MIT
"""Names of message types, such as ``std_msgs/msg/String``, and their classes."""

from importlib import import_module
from typing import Any


def message_class(msg_type: str) -> type | None:
    """Return the class of a message type such as ``std_msgs/msg/String``; None: not installed."""
    package, _, name = msg_type.partition('/msg/')
    try:
        found = getattr(import_module(f'{package}.msg'), name, None)
    except ImportError:
        return None
    return found if isinstance(found, type) else None


def ros_type_name(msg_type: Any) -> str:
    """Return the name of a message type, such as ``std_msgs/msg/String``."""
    return f'{msg_type.__module__.partition(".")[0]}/msg/{msg_type.__name__}'
