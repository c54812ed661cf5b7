# SPDX-License-Identifier: MIT
"""The robot's part of a storyboard: it sets the privacy and observes reactions."""

from collections.abc import Sequence
from typing import Any

from rclpy.action import ActionClient
from rclpy.node import Node
from std_msgs.msg import String

from emotion_ros.action import ObserveReaction
from emotion_ros.demo.storyboard import Cue
from emotion_ros.nodes.messages.qos import QUEUE_DEPTH
from emotion_ros.nodes.messages.stamps import seconds_to_duration
from emotion_ros.srv import SetPrivacy

NOTES_TOPIC = 'demo/notes'
WINDOW_S = 6.0
VERDICTS = {
    ObserveReaction.Result.UNKNOWN: 'unknown',
    ObserveReaction.Result.WORSE: 'worse',
    ObserveReaction.Result.UNCHANGED: 'unchanged',
    ObserveReaction.Result.BETTER: 'better',
}


class ScriptedController:
    """Does what cues have of ``consent``, ``robot`` and ``voice_id``; the results are notes."""

    def __init__(self, node: Node, voice_ids: Sequence[str]) -> None:
        self._notes = node.create_publisher(String, NOTES_TOPIC, QUEUE_DEPTH)
        self._privacy = node.create_client(SetPrivacy, 'fusion_node/set_privacy')
        self._reactions = ActionClient(node, ObserveReaction, 'observe_reaction')
        self._voices = {
            voice_id: node.create_publisher(
                String, f'/humans/voices/{voice_id}/speech', QUEUE_DEPTH
            )
            for voice_id in voice_ids
        }

    def perform(self, cue: Cue) -> None:
        """Do the robot's part of a cue, and say it with its voice."""
        if cue.consent is not None:
            request = SetPrivacy.Request(mode=int(cue.consent))
            self._privacy.call_async(request).add_done_callback(
                lambda future: self._note(f'privacy: {future.result().message}')
            )
        if cue.robot:
            goal = ObserveReaction.Goal(behaviour=cue.robot, window=seconds_to_duration(WINDOW_S))
            self._reactions.send_goal_async(goal).add_done_callback(
                lambda future: self._on_goal(cue.robot, future.result())
            )
        if cue.voice_id:
            self._voices[cue.voice_id].publish(String(data=cue.say))

    def _note(self, text: str) -> None:
        self._notes.publish(String(data=text))

    def _on_goal(self, behaviour: str, goal: Any) -> None:
        if goal.accepted:
            goal.get_result_async().add_done_callback(
                lambda future: self._on_result(behaviour, future.result().result)
            )

    def _on_result(self, behaviour: str, result: ObserveReaction.Result) -> None:
        verdict = VERDICTS[result.verdict]
        why = f' ({result.reason})' if result.reason else f' ({result.confidence:.0%})'
        self._note(f'{behaviour}: the person feels {verdict}{why}')
