# SPDX-License-Identifier: MIT
"""What is not words changes no state: over real DDS, with nobody in view."""

import pytest
from std_msgs.msg import String

from emotion_ros.msg import EmotionState, FaceEmotionArray, TextSentiment
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.sentiment_node import SentimentNode
from fakes import KeywordTextEngine, text_pipeline_factory
from graph import Graph


def start(graph: Graph) -> tuple[SentimentNode, list[EmotionState]]:
    """Start text and fusion, and a camera that sees an empty room."""
    states = graph.listen(EmotionState, 'emotion_state')
    graph.add(FusionNode)
    node = graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine()))
    faces = graph.publisher(FaceEmotionArray, 'emotion/faces')

    def see_nothing() -> None:
        empty = FaceEmotionArray()
        empty.header.stamp = graph.tester.get_clock().now().to_msg()
        faces.publish(empty)

    graph.tester.create_timer(0.1, see_nothing)
    is_empty = lambda: states and states[-1].status == EmotionState.STATUS_NO_PERSON  # noqa: E731
    graph.until(is_empty, 'the empty room')
    return node, states


@pytest.mark.parametrize(
    ('text', 'reason'),
    [
        ('[BLANK_AUDIO]', 'empty'),
        ('{"text" : ""}', 'empty'),
        ('Thanks for watching!', 'hallucination'),
        ('{"partial" : "i am so happy"}', 'partial'),
        ('{"happy": true}', 'unsupported_format'),
    ],
)
def test_an_empty_room_stays_empty(graph, text, reason):
    """Turns red when the pipeline classifies the text."""
    node, states = start(graph)
    graph.publisher(String, 'speech').publish(String(data=text))
    count = lambda: node.statistics.counts().get(f'rejected.{reason}')  # noqa: E731
    graph.until(lambda: count() == 1, 'the count')
    seen = len(states)
    graph.until(lambda: len(states) >= seen + 5, 'further states')
    assert {s.status for s in states[seen:]} == {EmotionState.STATUS_NO_PERSON}
    assert {s.label for s in states} == {'unknown'}


def test_json_is_read_as_its_words(graph):
    """Turns red when Utterance.from_text takes JSON for words."""
    results = graph.listen(TextSentiment, 'emotion/text')
    graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine()), include_text=True)
    speech = graph.publisher(String, 'speech')
    speech.publish(String(data='{"text" : "i am so happy today"}'))
    first = graph.until(lambda: results, 'a result')[0]
    assert (first.text, first.sentiment) == ('i am so happy today', TextSentiment.POSITIVE)
