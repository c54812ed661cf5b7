# SPDX-License-Identifier: MIT
"""bridge_node: the results in the messages of other packages, where these are installed."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rclpy.publisher import Publisher

from emotion_ros.conversions.from_msg import msg_to_faces, msg_to_state
from emotion_ros.core.expression import to_expression
from emotion_ros.core.face_outline import outline_face
from emotion_ros.core.observations import SourceStatus, person_id_of
from emotion_ros.core.options import Options
from emotion_ros.errors import InvalidInput, MissingDependency
from emotion_ros.msg import EmotionStateArray, FaceEmotionArray
from emotion_ros.nodes.base_node import EmotionNode
from emotion_ros.nodes.executor import run
from emotion_ros.nodes.messages.bridge_messages import (
    FOXGLOVE,
    HRI,
    box_to_msg,
    expression_to_msg,
    outlines_to_msg,
    require_msgs,
)
from emotion_ros.nodes.messages.qos import QUEUE_DEPTH
from emotion_ros.nodes.people.person_topics import PERSONS, PersonTopics

ANNOTATIONS = 'emotion/annotations'
HUMAN_FACES = 'humans/faces'
# An id that can be part of a topic's name; text without a face has none.
TOPIC_NAME = re.compile('[A-Za-z][A-Za-z0-9_]*')


@dataclass(frozen=True)
class BridgeConfig(Options):
    """There is nothing to set: every package that is installed is bridged."""


class BridgeNode(EmotionNode[BridgeConfig]):
    """Boxes for Foxglove from ``emotion/faces``; REP-155 faces from ``emotion_states``.

    Where a person manager says whose face it is, the expression is also that of the person.
    """

    Config = BridgeConfig
    _expressions: dict[str, Publisher]
    _rois: dict[str, Publisher]

    def __init__(self, **node_options: Any) -> None:
        super().__init__('bridge_node', **node_options)

    def activate(self) -> None:
        """Open the topics of every message package that is installed; at least one."""
        self._expressions, self._rois = {}, {}
        self._persons = PersonTopics(self)
        bridges = (self._open_foxglove, self._open_hri)
        missing = [error for bridge in bridges if (error := _open(bridge))]
        self._missing = '; '.join(missing)
        if len(missing) == len(bridges):
            raise MissingDependency(f'bridge_node needs one of two packages: {self._missing}')

    def deactivate(self) -> None:
        """Close the topics of the people, which came and went."""
        self._persons.close()
        for publishers in (self._expressions, self._rois):
            while publishers:
                self.destroy_publisher(publishers.popitem()[1])

    def on_second(self) -> None:
        """Look for the persons of a person manager."""
        self._persons.update()

    def details(self) -> dict[str, str]:
        """Return which packages are not installed."""
        return {'missing': self._missing or 'nothing'}

    def _open_foxglove(self) -> None:
        msgs = require_msgs(FOXGLOVE)
        self._annotations = self.create_publisher(msgs.ImageAnnotations, ANNOTATIONS, QUEUE_DEPTH)
        self.create_subscription(FaceEmotionArray, 'emotion/faces', self._on_faces, QUEUE_DEPTH)

    def _open_hri(self) -> None:
        msgs = require_msgs(HRI)
        tracked = f'{HUMAN_FACES}/tracked'
        self._tracked = self.create_publisher(msgs.IdsList, tracked, QUEUE_DEPTH)
        topic = 'emotion_states'
        self.create_subscription(EmotionStateArray, topic, self._on_states, QUEUE_DEPTH)
        self.create_subscription(FaceEmotionArray, 'emotion/faces', self._on_boxes, QUEUE_DEPTH)

    def _on_faces(self, msg: FaceEmotionArray) -> None:
        self.statistics.count('received')
        if not self.enabled or msg.status != SourceStatus.OK:
            return
        try:
            faces = msg_to_faces(msg).faces
        except InvalidInput as error:
            self.statistics.reject(error.reason)
            return
        outlines = [outline_face(face, msg.image_width, msg.image_height) for face in faces]
        self._annotations.publish(outlines_to_msg(outlines, msg.header.stamp))

    def _on_boxes(self, msg: FaceEmotionArray) -> None:
        """Publish where each face is, as fractions of the image."""
        if not self.enabled or msg.status != SourceStatus.OK:
            return
        boxes = {person_id_of(face.face_id): face for face in msg.faces}
        for gone in set(self._rois) - set(boxes):
            self.destroy_publisher(self._rois.pop(gone))
        msg_type = require_msgs(HRI).NormalizedRegionOfInterest2D
        for person_id, face in boxes.items():
            if person_id not in self._rois:
                topic = f'{HUMAN_FACES}/{person_id}/roi'
                self._rois[person_id] = self.create_publisher(msg_type, topic, QUEUE_DEPTH)
            self._rois[person_id].publish(box_to_msg(face, msg.header))

    def _on_states(self, msg: EmotionStateArray) -> None:
        self.statistics.count('received')
        if not self.enabled:
            return
        faces = {s.person_id: s for s in msg.states if TOPIC_NAME.fullmatch(s.person_id)}
        ids = require_msgs(HRI).IdsList(header=msg.header, ids=sorted(faces))
        self._tracked.publish(ids)
        said = {f'{HUMAN_FACES}/{face}/expression': state for face, state in faces.items()}
        said |= {
            f'{PERSONS}/{person}/expression': faces[face]
            for person, face in self._persons.faces().items()
            if face in faces
        }
        for gone in set(self._expressions) - set(said):
            self.destroy_publisher(self._expressions.pop(gone))
        for topic, state in said.items():
            try:
                expression = to_expression(msg_to_state(state))
            except InvalidInput as error:
                self.statistics.reject(error.reason)
                continue
            if expression is None:
                continue
            if topic not in self._expressions:
                msg_type = require_msgs(HRI).Expression
                self._expressions[topic] = self.create_publisher(msg_type, topic, QUEUE_DEPTH)
            self._expressions[topic].publish(expression_to_msg(expression, state.header))


def _open(bridge: Callable[[], None]) -> str:
    """Open one bridge; return '' or why it cannot be."""
    try:
        bridge()
    except MissingDependency as error:
        return str(error)
    return ''


def main(args: list[str] | None = None) -> int:
    """Run the node until it is asked to stop."""
    return run([BridgeNode], args)


if __name__ == '__main__':
    raise SystemExit(main())
