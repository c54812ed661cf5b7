# SPDX-License-Identifier: MIT
"""The words of every voice in the terms of ROS4HRI, as voices come and go."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from rclpy.node import Node
from rclpy.subscription import Subscription

from emotion_ros.conversions.speech import SPEECH_TYPES
from emotion_ros.nodes.messages.qos import QUEUE_DEPTH
from emotion_ros.nodes.messages.type_names import message_class

VOICES = 'humans/voices'
MOST_VOICES = 64


@dataclass(frozen=True)
class VoiceMessage:
    """A speech message and the id of the voice that said it."""

    voice_id: str
    msg: Any


class VoiceTopics:
    """Subscribes to ``humans/voices/<id>/speech`` of every voice that is there now.

    In the namespace of the node, or in none. ``on_message`` gets a VoiceMessage. The topic called
    ``without`` is left out.
    """

    def __init__(
        self, node: Node, on_message: Callable[[VoiceMessage], None], without: Callable[[], str]
    ) -> None:
        self._node, self._on_message, self._without = node, on_message, without
        prefixes = {re.escape(name) for name in (f'/{VOICES}', node.resolve_topic_name(VOICES))}
        self._topic = re.compile(f'(?:{"|".join(prefixes)})/([^/]+)/speech')
        self._subscriptions: dict[str, Subscription] = {}

    @property
    def are_published(self) -> bool:
        """Whether there is any voice."""
        return bool(self._subscriptions)

    def update(self) -> None:
        """Open what is new and close what is gone; call it about once a second."""
        found = {}
        for name, types in self._node.get_topic_names_and_types():
            match = self._topic.fullmatch(name)
            known = [msg_type for msg_type in types if msg_type in SPEECH_TYPES]
            if match and known and name != self._without() and self._node.count_publishers(name):
                found[name] = (match[1], known[0])
        for name in [n for n in self._subscriptions if n not in found]:
            self._node.destroy_subscription(self._subscriptions.pop(name))
        for name, (voice_id, msg_type) in found.items():
            msg_class = message_class(msg_type)
            is_full = len(self._subscriptions) >= MOST_VOICES
            if name in self._subscriptions or msg_class is None or is_full:
                continue
            take = partial(self._take, voice_id)
            self._subscriptions[name] = self._node.create_subscription(
                msg_class, name, take, QUEUE_DEPTH
            )

    def _take(self, voice_id: str, msg: Any) -> None:
        self._on_message(VoiceMessage(voice_id, msg))

    def close(self) -> None:
        """Close all that is open."""
        while self._subscriptions:
            self._node.destroy_subscription(self._subscriptions.popitem()[1])
