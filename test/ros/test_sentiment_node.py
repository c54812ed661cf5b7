# SPDX-License-Identifier: MIT
"""sentiment_node over real DDS: utterances scored, bad ones counted, text kept private."""

import math

import pytest
from std_msgs.msg import String
from std_srvs.srv import SetBool

from emotion_ros.msg import TextSentiment
from emotion_ros.nodes.sentiment_node import SentimentNode
from fakes import FaultSequence, KeywordTextEngine, text_pipeline_factory
from graph import Graph

OK, DISABLED = 0, 1
HAPPY = 'I am so happy today!'


def start(graph: Graph, faults: FaultSequence | None = None, **parameters) -> SentimentNode:
    """Start a sentiment node that knows two words."""
    return graph.add(
        SentimentNode,
        text_pipeline_factory(KeywordTextEngine(faults or FaultSequence())),
        **parameters,
    )


@pytest.mark.parametrize(
    ('words', 'sentiment'),
    [(HAPPY, 2), ('This is terrible!', 0), ('I feel neutral about this.', 1)],
)
def test_words_are_scored_with_the_time_of_receipt(graph, words, sentiment):
    said = graph.listen(TextSentiment, 'emotion/text')
    start(graph)
    graph.publisher(String, 'speech').publish(String(data=words))
    report = graph.until(lambda: said, 'a report')[0]
    assert (report.status, report.sentiment) == (OK, sentiment)
    assert report.confidence == pytest.approx(0.96)
    assert report.stamp_source == TextSentiment.RECEIPT
    assert report.header.stamp.sec > 0
    assert report.text == ''


def test_promise_65_the_words_are_repeated_only_when_asked_for(graph):
    said = graph.listen(TextSentiment, 'emotion/text')
    start(graph, include_text=True)
    graph.publisher(String, 'speech').publish(String(data=HAPPY))
    assert graph.until(lambda: said, 'a report')[0].text == HAPPY


def test_switched_off_nothing_is_scored(graph):
    faults = FaultSequence()
    said = graph.listen(TextSentiment, 'emotion/text')
    node = start(graph, faults)
    publisher = graph.publisher(String, 'speech')
    graph.call(SetBool, 'sentiment_node/enable', SetBool.Request(data=False))
    graph.until(lambda: said and said[-1].status == DISABLED, 'disabled')
    assert said[-1].sentiment == TextSentiment.UNKNOWN
    assert all(math.isnan(p) for p in said[-1].sentiment_probabilities)
    publisher.publish(String(data=HAPPY))
    graph.until(lambda: node.statistics.counts()['received'] == 1, 'the words')
    assert faults.calls == 0


def test_switched_off_after_a_failure_it_publishes_disabled(graph):
    said = graph.listen(TextSentiment, 'emotion/text')
    node = start(graph, FaultSequence('raise'))
    graph.publisher(String, 'speech').publish(String(data=HAPPY))
    failed = graph.until(lambda: said, 'the failure')[0]
    assert (failed.status, failed.reason) == (TextSentiment.STATUS_ERROR, 'internal')
    graph.call(SetBool, 'sentiment_node/enable', SetBool.Request(data=False))
    twice = graph.until(lambda: [s for s in said if s.status == DISABLED][1:], 'and once more')
    assert {s.reason for s in twice} == {'disabled'}
    assert not node.enabled


def test_the_words_of_the_robot_are_the_context_of_the_answer(graph):
    said = graph.listen(TextSentiment, 'emotion/text')
    node = graph.add(SentimentNode, context=2)
    robot, speech = graph.publisher(String, 'robot_speech'), graph.publisher(String, 'speech')
    answers = []
    for text in ('', 'I am so sad and lonely.'):
        graph.call(SetBool, 'sentiment_node/enable', SetBool.Request(data=True))
        if text:
            robot.publish(String(data=text))
            graph.until(lambda: node._pipeline._robot_said, 'the words of the robot')
        said.clear()
        speech.publish(String(data=f'Is it raining there, {len(answers)}?'))
        answers.append(graph.until(lambda: [m for m in said if m.confidence], 'an answer')[0])
    alone, answer = (message.emotion_probabilities[5] for message in answers)
    assert answer > 1.2 * alone
