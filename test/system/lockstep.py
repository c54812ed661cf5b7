# SPDX-License-Identifier: MIT
"""The real nodes under a clock that waits for them: a bag played step by step over real DDS."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from builtin_interfaces.msg import Time
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import String

from emotion_ros.bag.offline_fusion import with_ticks
from emotion_ros.bag.reader import Recorded
from emotion_ros.bag.types import COMPRESSED_IMAGE, EVIDENCE, IMAGE, STRING
from emotion_ros.conversions.from_msg import msg_to_state
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.fusion.publish_schedule import PublishSchedule
from emotion_ros.core.state import EmotionState
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.msg import EmotionEvidence
from emotion_ros.msg import EmotionState as EmotionStateMsg
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.sentiment_node import SentimentNode
from emotion_ros.nodes.vision_node import VisionNode
from graph import Graph

KEEP_ALL = 1000
IMAGES = QoSProfile(depth=1, reliability=ReliabilityPolicy.RELIABLE)


class LockStep:
    """Three nodes that hear one topic after the other, and only when all know the time.

    ``vision`` and ``sentiment`` make the nodes that perceive; a test may put fakes into them.
    """

    def __init__(
        self,
        graph: Graph,
        transport: str = 'raw',
        vision: Callable[..., VisionNode] = VisionNode,
        sentiment: Callable[..., SentimentNode] = SentimentNode,
        params: Path | None = None,
    ) -> None:
        self._graph = graph
        options = {'cli_args': ['--ros-args', '--params-file', str(params)]} if params else {}
        self._vision = graph.add(
            partial(vision, **options), use_sim_time=True, image_transport=transport
        )
        self._sentiment = graph.add(partial(sentiment, **options), use_sim_time=True)
        self._fusion = graph.add(partial(FusionNode, **options), use_sim_time=True)
        self._nodes = (self._vision, self._sentiment, self._fusion)
        self._states = graph.listen(EmotionStateMsg, 'emotion_state', KEEP_ALL)
        self._clock = graph.publisher(Clock, '/clock')
        self._publishers = {
            STRING: graph.publisher(String, 'speech'),
            EVIDENCE: graph.publisher(EmotionEvidence, 'emotion/evidence'),
        }
        if transport == 'raw':
            self._publishers[IMAGE] = graph.publisher(Image, 'image', IMAGES)
        else:
            topic = 'image/compressed'
            self._publishers[COMPRESSED_IMAGE] = graph.publisher(CompressedImage, topic, IMAGES)

    def play(
        self, messages: Iterable[Recorded], start_ns: int, end_ns: int
    ) -> list[tuple[int, EmotionState]]:
        """Return the states with the time (ns) at which they were published.

        Played once more, the clock of the nodes jumps back.
        """
        config = FusionConfig()
        before = len(self._timed_states())
        schedule = PublishSchedule(config.rate, config.max_rate)
        published: list[tuple[int, EmotionState]] = []
        events = ((recorded.time_ns, recorded) for recorded in messages)
        for time_ns, recorded in with_ticks(events, start_ns, end_ns, config.rate):
            now_s = time_ns / NANOSECONDS
            self._set_clock(time_ns)
            if recorded is None:
                due = schedule.tick(now_s)
            else:
                due = self._publish(recorded) and schedule.on_evidence(now_s)
            if due:
                published.append((time_ns, self._next_state(before + len(published))))
        asked_for = before + len(published)
        assert len(self._timed_states()) == asked_for, 'states that nobody asked for'
        return published

    def _set_clock(self, time_ns: int) -> None:
        sec, nanosec = divmod(time_ns, NANOSECONDS)
        self._clock.publish(Clock(clock=Time(sec=sec, nanosec=nanosec)))
        self._graph.until(
            lambda: all(n.get_clock().now().nanoseconds == time_ns for n in self._nodes),
            f'the time {time_ns} ns',
        )

    def _publish(self, recorded: Recorded) -> bool:
        """Send the bytes of the bag; return whether anything came of them to the fusion."""
        received, rejected = self._received(), self._rejected()
        self._publishers[recorded.topic.type].publish(recorded.data)
        self._graph.until(
            lambda: self._received() > received or self._rejected() > rejected,
            f'an answer to {recorded.topic.name} at {recorded.time_ns} ns',
        )
        return self._received() > received

    def _received(self) -> int:
        return self._fusion.statistics.counts()['received']

    def _rejected(self) -> int:
        """Return what vision and sentiment refused, of which the fusion never hears."""
        counts = [node.statistics.counts() for node in (self._vision, self._sentiment)]
        return sum(n for count in counts for key, n in count.items() if key.startswith('rejected'))

    def _next_state(self, known: int) -> EmotionState:
        self._graph.until(lambda: len(self._timed_states()) > known, f'state {known + 1}')
        return msg_to_state(self._timed_states()[known])

    def _timed_states(self) -> list[Any]:
        """Return the states after the first /clock; before it ROS time is zero."""
        return [msg for msg in self._states if msg.header.stamp.sec > 0]
