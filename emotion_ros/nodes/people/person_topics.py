# SPDX-License-Identifier: MIT
"""Whose face and voice it is, as a person manager of ROS4HRI (REP-155) says."""

import re
from functools import partial

from rclpy.node import Node
from rclpy.subscription import Subscription
from std_msgs.msg import String

from emotion_ros.nodes.messages.qos import LATCHED

PERSONS = 'humans/persons'
TOPIC = re.compile(r'.*/humans/persons/([A-Za-z][A-Za-z0-9_]*)/(face_id|voice_id)')
MOST_TOPICS = 128


class PersonTopics:
    """Follows ``humans/persons/<id>/face_id`` and ``voice_id`` of the persons there are now.

    Such as hri_person_manager publishes them, latched, in the namespace of the node or in none;
    an empty id says that there is none.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._prefixes = f'{node.resolve_topic_name(PERSONS)}/', f'/{PERSONS}/'
        self._subscriptions: dict[str, Subscription] = {}
        self._ids: dict[str, str] = {}

    def update(self) -> None:
        """Open what is new and close what is gone; call it about once a second."""
        found = [
            name
            for name, _ in self._node.get_topic_names_and_types()
            if name.startswith(self._prefixes)
            and TOPIC.fullmatch(name)
            and self._node.count_publishers(name)
        ][:MOST_TOPICS]
        for name in set(self._subscriptions) - set(found):
            self._node.destroy_subscription(self._subscriptions.pop(name))
            self._ids.pop(name, None)
        for name in set(found) - set(self._subscriptions):
            take = partial(self._take, name)
            self._subscriptions[name] = self._node.create_subscription(String, name, take, LATCHED)

    def faces(self) -> dict[str, str]:
        """Return the id of the face of every person who has one."""
        return self._by_person('face_id')

    def face_of_voice(self, voice_id: str) -> str:
        """Return the face of the person whose voice it is, '' where that is not known."""
        owners = [p for p, voice in self._by_person('voice_id').items() if voice == voice_id]
        faces = self.faces()
        return next((faces[person] for person in owners if person in faces), '')

    def close(self) -> None:
        """Close all that is open."""
        self._ids.clear()
        while self._subscriptions:
            self._node.destroy_subscription(self._subscriptions.popitem()[1])

    def _take(self, name: str, msg: String) -> None:
        self._ids[name] = msg.data

    def _by_person(self, kind: str) -> dict[str, str]:
        named = [(name.split('/')[-2:], value) for name, value in self._ids.items() if value]
        return {person: value for (person, last), value in named if last == kind}
