# SPDX-License-Identifier: MIT
"""Publishes who may be processed, and what is processed at all."""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from uuid import uuid4

from rclpy.node import Node
from rclpy.qos import QoSProfile
from std_msgs.msg import String

from emotion_ros.core.people.declaration import NAME, PURPOSE, declaration
from emotion_ros.core.people.privacy import PrivacyKeeper, PrivacyMode, PrivacyRules
from emotion_ros.nodes.messages.qos import LATCHED
from emotion_ros.nodes.people.privacy_follower import PRIVACY_TOPIC
from emotion_ros.srv import SetPrivacy

DECLARATION_TOPIC = 'emotion/data_processing'
MOST_REQUESTS = 100  # at once; the 10 of ROS lose what comes beyond, and callers wait for ever
DATA_MANAGEMENT_TOPIC = '/data_management'
"""Where the packages of ROS4HRI publish hri_privacy_msgs/PersonalDataProcessor, latched."""


class PrivacyAuthority:
    """``~/set_privacy``, the rules of a PrivacyKeeper on ``emotion/privacy``, the declaration.

    Both topics are latched; ``on_change`` is called when a mode has been set. Where
    hri_privacy_msgs is installed, the node also declares itself as a PersonalDataProcessor; its
    ``path`` is empty, as nothing is stored.
    """

    def __init__(self, node: Node, keeper: PrivacyKeeper, on_change: Callable[[], None]) -> None:
        self._keeper = keeper
        self._on_change = on_change
        self._session = uuid4().hex
        self._sent: PrivacyRules | None = None
        self._rules_publisher = node.create_publisher(String, PRIVACY_TOPIC, LATCHED)
        node.create_publisher(String, DECLARATION_TOPIC, LATCHED).publish(
            String(data=declaration())
        )
        try:
            processor = import_module('hri_privacy_msgs.msg').PersonalDataProcessor
        except ImportError:
            pass
        else:
            node.create_publisher(processor, DATA_MANAGEMENT_TOPIC, LATCHED).publish(
                processor(
                    data_source_node=node.get_name(),
                    user_friendly_source_name=NAME,
                    data_purpose=PURPOSE,
                )
            )
        requests = QoSProfile(depth=MOST_REQUESTS)
        node.create_service(SetPrivacy, '~/set_privacy', self._on_set, qos_profile=requests)
        self.publish()

    def _on_set(
        self, request: SetPrivacy.Request, response: SetPrivacy.Response
    ) -> SetPrivacy.Response:
        try:
            mode = PrivacyMode(request.mode)
        except ValueError:
            known = ', '.join(f'{m.value} ({m.name})' for m in PrivacyMode)
            response.message = f'mode: {request.mode} is not one of {known}'
            return response
        problem = self._keeper.set(request.person_id, mode)
        response.success = not problem
        response.message = problem or f'{request.person_id or "everybody"}: {mode.name}'
        if response.success:
            self.publish()
            self._on_change()
        return response

    def publish(self) -> None:
        """Publish the rules when they have changed."""
        rules = self._keeper.rules()
        if rules != self._sent:
            self._sent = rules
            rules = replace(rules, session=self._session)
            self._rules_publisher.publish(String(data=rules.to_json()))
