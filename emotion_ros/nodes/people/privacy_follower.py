# SPDX-License-Identifier: MIT
"""Follows ``emotion/privacy``: what a node may process of whom."""

from collections.abc import Callable, Iterable
from threading import Lock

from rclpy.node import Node
from std_msgs.msg import String

from emotion_ros.core.people.privacy import PrivacyKeeper, PrivacyMode, PrivacyRules
from emotion_ros.errors import InvalidInput
from emotion_ros.nodes.messages.qos import LATCHED

PRIVACY_TOPIC = 'emotion/privacy'


class PrivacyFollower:
    """The rules of the fusion node in another node; safe between threads.

    A node for words or voices asks ``mode`` before it processes what a person said ('' when that
    is not known). A node for images gives ``find_paused`` who is in every image. Until rules
    come, and without a fusion node, everybody is FULL; rules that cannot be read change nothing.
    ``on_change`` gets every set of rules that is taken over.
    """

    def __init__(
        self,
        node: Node,
        on_change: Callable[[PrivacyRules], None] = lambda rules: None,  # noqa: ARG005
    ) -> None:
        self._node = node
        self._on_change = on_change
        self._lock = Lock()
        self._rules = PrivacyRules()
        self._keeper = PrivacyKeeper()
        self._subscription = node.create_subscription(
            String, PRIVACY_TOPIC, self._on_rules, LATCHED
        )

    def close(self) -> None:
        """Follow no more; the rules stay."""
        self._node.destroy_subscription(self._subscription)

    def mode(self, person_id: str) -> PrivacyMode:
        """Return the mode of who speaks; '' is a person who is not known."""
        return self._rules.mode(person_id)

    def find_paused(self, people: Iterable[str], at_s: float) -> frozenset[str]:
        """Take over who is in the image of ``at_s`` (s); return who of them is paused."""
        with self._lock:
            people = list(people)
            self._keeper.update(people, at_s)
            return self._keeper.paused(people)

    @property
    def has_paused(self) -> bool:
        """Whether anybody is paused, in view or not."""
        return PrivacyMode.PAUSED in (self._rules.everybody, *self._rules.people.values())

    @property
    def may_show_image(self) -> bool:
        """Whether no paused person may be in the image without having been found."""
        return not self._keeper.is_paused_person_missing

    def _on_rules(self, msg: String) -> None:
        try:
            rules = PrivacyRules.from_json(msg.data)
        except InvalidInput as error:
            self._node.get_logger().warning(f'{error}: nothing is changed')
            return
        if rules.forgets(self._rules):
            self._node.get_logger().warning(
                'fusion_node was started anew and has forgotten who is paused: what was paused '
                'here stays so until fusion_node/set_privacy is called'
            )
            return
        with self._lock:
            self._rules = rules
            self._keeper.follow(rules)
        self._on_change(rules)
