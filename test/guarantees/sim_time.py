# SPDX-License-Identifier: MIT
"""ROS time in a test's hand: the nodes follow a /clock that moves only when the test says so."""

from typing import Any

from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image
from std_msgs.msg import Header, String

from emotion_ros.conversions.from_msg import stamp_to_seconds
from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.msg import EmotionState, FaceEmotion, FaceEmotionArray, TextSentiment
from emotion_ros.nodes.base_node import EmotionNode
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.messages.stamps import seconds_to_stamp
from emotion_ros.nodes.sentiment_node import SentimentNode
from emotion_ros.nodes.vision_node import VisionNode
from fakes import (
    HappyFaceClassifier,
    KeywordTextEngine,
    face_pipeline_factory,
    text_pipeline_factory,
)
from graph import Graph
from stills import bright_square, still

START_S = 1_000.0


def happy_faces(stamp_s: float) -> FaceEmotionArray:
    """Return a frame with one clearly happy face."""
    p = [0.01] * len(EMOTIONS)
    p[EmotionState.HAPPY] = 0.94
    face = FaceEmotion(face_id=1, box_xyxy=[0.4, 0.4, 0.6, 0.6], quality=1.0, probabilities=p)
    return FaceEmotionArray(header=Header(stamp=seconds_to_stamp(stamp_s)), faces=[face])


def glad_words(stamp_s: float) -> TextSentiment:
    """Return words that sound positive."""
    msg = TextSentiment(sentiment=TextSentiment.POSITIVE, confidence=0.96, quality=1.0)
    msg.header.stamp = seconds_to_stamp(stamp_s)
    msg.sentiment_probabilities = [0.02, 0.02, 0.96]
    msg.emotion_probabilities = [float('nan')] * len(EMOTIONS)
    return msg


def published_s(state: EmotionState) -> float:
    """Return when a state was published, in ROS time."""
    return stamp_to_seconds(state.header.stamp) + state.latency


class SimTime:
    """Moves ROS time for some nodes, the fusion among them, and hears what it says."""

    def __init__(self, graph: Graph, nodes: list[EmotionNode]) -> None:
        self.graph = graph
        self.now_s = 0.0
        self.nodes = nodes
        self.states = graph.listen(EmotionState, 'emotion_state')
        self._clock = graph.publisher(Clock, '/clock')

    def move(self, now_s: float) -> None:
        """Set the clock and wait until every node has it."""
        self.now_s = now_s
        self._clock.publish(Clock(clock=seconds_to_stamp(now_s)))
        self.graph.until(self._all_know, f'time {now_s}')

    def _all_know(self) -> bool:
        return all(abs(node.now_s() - self.now_s) < 1e-6 for node in self.nodes)

    def state_at(self, now_s: float) -> EmotionState:
        """Move the clock to a whole tenth of a second and return the tick's state."""
        seen = len(self.states)
        self.move(now_s)

        def told() -> list[EmotionState]:
            return [s for s in self.states[seen:] if abs(published_s(s) - now_s) < 1e-3]

        return self.graph.until(told, f'the state at {now_s}')[-1]

    def state_of(self, stamp_s: float, publish: Any, msg: Any) -> EmotionState:
        """Publish something stamped then, and return what is first said of it."""
        seen = len(self.states)
        publish(msg)
        stamp = seconds_to_stamp(stamp_s)

        def told() -> list[EmotionState]:
            new = self.states[seen:]
            return [s for s in new if any(e.header.stamp == stamp for e in s.evidence)]

        return self.graph.until(told, f'the state of {stamp_s}')[-1]


class FusionTime(SimTime):
    """Time for a fusion alone: the test plays the nodes that see and hear."""

    def __init__(self, graph: Graph, **parameters: Any) -> None:
        self.fusion = graph.add(FusionNode, use_sim_time=True, **parameters)
        super().__init__(graph, [self.fusion])
        self._faces = graph.publisher(FaceEmotionArray, 'emotion/faces')
        self._words = graph.publisher(TextSentiment, 'emotion/text')

    def show(self, now_s: float) -> EmotionState:
        """Move the clock, show a happy face, and return what is said of it."""
        self.move(now_s)
        return self.state_of(now_s, self._faces.publish, happy_faces(now_s))

    def say(self, now_s: float) -> EmotionState:
        """Move the clock, say glad words, and return what is said of them."""
        self.move(now_s)
        return self.state_of(now_s, self._words.publish, glad_words(now_s))


class WholeTime(SimTime):
    """Time for all three nodes, with fakes for the models, a camera and a recogniser."""

    def __init__(self, graph: Graph) -> None:
        self.vision = graph.add(
            VisionNode,
            face_pipeline_factory(HappyFaceClassifier()),
            use_sim_time=True,
            detect_every=1,
        )
        self.sentiment = graph.add(
            SentimentNode, text_pipeline_factory(KeywordTextEngine()), use_sim_time=True
        )
        self.fusion = graph.add(FusionNode, use_sim_time=True)
        super().__init__(graph, [self.vision, self.sentiment, self.fusion])
        self.images = graph.publisher(Image, 'image')
        self._speech = graph.publisher(String, 'speech')

    def film(self, now_s: float) -> EmotionState:
        """Move the clock, film somebody happy, and return what is said of it."""
        self.move(now_s)
        frame = still(bright_square(), seconds_to_stamp(now_s))
        return self.state_of(now_s, self.images.publish, frame)

    def say(self, now_s: float, words: str) -> EmotionState:
        """Move the clock, speak, and return what is said of it."""
        self.move(now_s)
        return self.state_of(now_s, self._speech.publish, String(data=words))

    def rejected(self) -> dict[str, int]:
        """Return the counted refusals of all nodes, by reason."""
        counts = [node.statistics.counts() for node in self.nodes]
        return {k: n for c in counts for k, n in c.items() if k.startswith('rejected.')}
