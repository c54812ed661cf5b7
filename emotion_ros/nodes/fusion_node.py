# SPDX-License-Identifier: MIT
"""fusion_node: from face, text and other evidence to ``emotion_state``."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from emotion_ros.conversions.from_msg import msg_to_evidence, msg_to_faces, msg_to_text
from emotion_ros.core.evidence import Rejection
from emotion_ros.core.fusion.card import FusionCard, load_fusion_card
from emotion_ros.core.fusion.config import FusionConfig, ModalityConfig
from emotion_ros.core.fusion.fusion import Fusion
from emotion_ros.core.fusion.publish_schedule import PublishSchedule
from emotion_ros.core.people.privacy import MODES, PrivacyKeeper
from emotion_ros.core.state import EmotionState as State
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.errors import InvalidInput
from emotion_ros.files.resources import packaged_weights
from emotion_ros.msg import (
    EmotionEvidence,
    EmotionState,
    EmotionStateArray,
    FaceEmotionArray,
    TextSentiment,
)
from emotion_ros.nodes.base_node import EmotionNode
from emotion_ros.nodes.executor import run
from emotion_ros.nodes.inputs.input_monitor import EvidenceMonitor
from emotion_ros.nodes.messages.qos import QUEUE_DEPTH
from emotion_ros.nodes.messages.stamps import ExactStamps
from emotion_ros.nodes.messages.to_msg import state_to_msg, states_to_msg
from emotion_ros.nodes.parameters import declare_config
from emotion_ros.nodes.people.people_publisher import PeoplePublisher
from emotion_ros.nodes.people.privacy_authority import PrivacyAuthority
from emotion_ros.nodes.people.reaction_server import ReactionServer

M = TypeVar('M')
Observation = TypeVar('Observation')

SHORTEST_POLL_S = 1e-3
FIRST_POLLS = 100
FIRST_POLL_S = 0.01
SIM_POLLS_PER_TICK = 2  # a simulated clock can run faster than the steady one of the timer


class FusionNode(EmotionNode[FusionConfig]):
    """Publishes EmotionState at once on new evidence and on whole multiples of 1/rate.

    A subscriber that comes within a second of the start gets one at once, too.
    """

    Config = FusionConfig
    _reactions: ReactionServer | None = None

    def __init__(self, card: FusionCard | None = None, **node_options: Any) -> None:
        self._given_card = card
        super().__init__('fusion_node', **node_options)

    def declare_options(self) -> None:
        """Declare the parameters of further modalities."""
        self._modalities = {
            name: declare_config(self, ModalityConfig, prefix=f'{name}.')
            for name in self.config.modalities
        }
        # Here, so that a cleanup does not forget who is paused.
        self._keeper = PrivacyKeeper(MODES[self.config.privacy], self.config.privacy_hold)

    def setup(self) -> None:
        """Make the fusion and open the publishers."""
        self._card = self._given_card or load_fusion_card(packaged_weights() / 'fusion.json')
        self._fusion = Fusion(self.config, self._card, self._modalities, self._keeper)
        self._schedule = PublishSchedule(self.config.rate, self.config.max_rate)
        self._polled_s = -1.0
        self._stamps = ExactStamps()
        self._state_publisher = self.create_publisher(EmotionState, 'emotion_state', QUEUE_DEPTH)
        self._states_publisher = self.create_publisher(
            EmotionStateArray, 'emotion_states', QUEUE_DEPTH
        )
        self._privacy = PrivacyAuthority(self, self._keeper, self._on_privacy)
        self._people = PeoplePublisher(self, self.config.context_sentences)
        self._reactions = ReactionServer(self, self._people.publish_reaction)

    def activate(self) -> None:
        """Subscribe to the evidence; the timer follows ROS time by polling."""
        self._fusion.enabled = self.enabled
        self._first_polls = FIRST_POLLS
        self._evidence_monitors: list[EvidenceMonitor] = []
        self._subscribe(FaceEmotionArray, 'emotion/faces', msg_to_faces, self._fusion.add_faces)
        self._subscribe(TextSentiment, 'emotion/text', msg_to_text, self._fusion.add_text)
        self._subscribe(
            EmotionEvidence, 'emotion/evidence', msg_to_evidence, self._fusion.add_evidence
        )
        self._poll = self.create_timer(SHORTEST_POLL_S, self._on_poll, clock=self.steady_clock)

    def deactivate(self) -> None:
        """Answer those who wait for a reaction."""
        if self._reactions:
            self._reactions.stop()

    def cleanup(self) -> None:
        """Close the action."""
        if self._reactions:
            self._reactions.close()

    def announce_inactive(self) -> None:
        """Publish that the fusion is off."""
        self._fusion.enabled = False
        self._publish(self.now_s())

    def details(self) -> dict[str, str]:
        """Return the card, its hash and the topic."""
        return {
            'model': self._card.name,
            'model_sha256': self._card.sha256,
            'topic': self._state_publisher.topic_name,
        }

    def on_second(self) -> None:
        """Log once when all messages of an input are refused."""
        for monitor in self._evidence_monitors:
            monitor.check(self.steady_s())

    def problems(self) -> Iterable[str]:
        """Return the problems of the inputs."""
        return (monitor.problem for monitor in self._evidence_monitors)

    def on_config(self, config: FusionConfig) -> None:
        """Take over changed options."""
        self._fusion.configure(config)

    def _on_privacy(self) -> None:
        if self.is_active:
            self._publish(self.now_s())

    def on_enable(self, enabled: bool) -> None:
        """Publish at once that the fusion is on or off."""
        self._fusion.enabled = enabled
        self._publish(self.now_s())

    def _subscribe(
        self,
        msg_type: type[M],
        topic: str,
        convert: Callable[[M], Observation],
        add: Callable[[Observation, float], Rejection],
    ) -> None:
        """Open an input: convert, one core call, publish when due."""
        monitor = EvidenceMonitor(self, self.resolve_topic_name(topic))
        self._evidence_monitors.append(monitor)

        def on_message(msg: Any) -> None:
            self.statistics.count('received')
            now_s = self.now_s()
            try:
                reason = add(convert(msg), now_s).value
                self._stamps.store(msg.header.stamp)
            except InvalidInput as error:
                reason = error.reason
            if reason:
                self.statistics.reject(reason)
            stamp = msg.header.stamp
            monitor.count(reason, now_s - stamp.sec - stamp.nanosec / NANOSECONDS)
            if reason == Rejection.OPT_OUT.value or self._schedule.on_evidence(now_s):
                self._publish(now_s)

        self.create_subscription(msg_type, topic, on_message, QUEUE_DEPTH)

    def _on_poll(self) -> None:
        """Publish when a tick is due; poll at the next one, or often with a simulated clock.

        While waiting for ROS time, steady time counts: ticks go on. A simulated clock that
        stands still, maybe just before a tick, is not polled more often for that.
        """
        now_s = self.now_s() or self.steady_s()
        is_due = self._schedule.tick(now_s)
        until_s = max(self._schedule.until_tick_s(now_s), SHORTEST_POLL_S)
        clock: Any = self.get_clock()  # a ROSClock, which is not in rclpy's types
        if clock.ros_time_is_active:
            often_s = 1.0 / (SIM_POLLS_PER_TICK * self.config.rate)
            until_s = often_s if now_s == self._polled_s else min(until_s, often_s)
        self._polled_s = now_s
        if self._first_polls:
            until_s = min(until_s, FIRST_POLL_S)
            has_subscriber = self._state_publisher.get_subscription_count() > 0
            is_due |= has_subscriber
            self._first_polls = 0 if has_subscriber else self._first_polls - 1
        self._poll.timer_period_ns = round(until_s * NANOSECONDS)
        self._poll.reset()
        if is_due:
            self._publish(self.now_s())

    def _publish(self, now_s: float) -> None:
        started_s = self.steady_s()
        states = self._fusion.states(now_s)
        self._privacy.publish()
        focus = self._to_msg(states[0], now_s)
        self._stamps.keep_in_order(focus.header)
        self._state_publisher.publish(focus)
        if self._states_publisher.get_subscription_count():
            others = [self._to_msg(state, now_s) for state in states[1:]]
            self._states_publisher.publish(states_to_msg(states, [focus, *others]))
        self._people.publish(states, self._fusion.place(states[0].person_id), now_s)
        if self._reactions and self.is_active:
            self._reactions.update(states, now_s)
        self.statistics.processed(focus.latency, self.steady_s() - started_s)

    def _to_msg(self, state: State, now_s: float) -> EmotionState:
        msg = state_to_msg(state, now_s)
        for stamped in (msg, *msg.evidence):
            self._stamps.restore(stamped.header)
        return msg


def main(args: list[str] | None = None) -> int:
    """Run the node until it is asked to stop."""
    return run([FusionNode], args)


if __name__ == '__main__':
    raise SystemExit(main())
