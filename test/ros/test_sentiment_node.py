"""sentiment_node over real DDS: words scored, bad ones counted, nothing private said."""

import math

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from std_msgs.msg import Bool, String
from std_srvs.srv import SetBool

from emotion_ros.msg import TextSentiment
from emotion_ros.nodes.sentiment import SentimentNode
from fakes import KnowingWords, Moods, text_of
from graph import Graph, diagnostics_of

OK, DISABLED, ERROR = 0, 1, 2
HAPPY = 'I am so happy today!'


def start(graph: Graph, mood: Moods | None = None, **parameters) -> SentimentNode:
    """Start a sentiment node that knows two words."""
    return graph.add(SentimentNode, text_of(KnowingWords(mood or Moods())), **parameters)


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


def test_the_words_are_repeated_only_when_asked_for(graph):
    said = graph.listen(TextSentiment, 'emotion/text')
    start(graph, include_text=True)
    graph.publisher(String, 'speech').publish(String(data=HAPPY))
    assert graph.until(lambda: said, 'a report')[0].text == HAPPY


@pytest.mark.parametrize(
    ('words', 'reason'),
    [
        ('', 'empty'),
        (' \t\n', 'empty'),
        ('\x01\x02\u200b', 'empty'),
        ('you you you you', 'repetition'),
    ],
)
def test_words_that_say_nothing_are_counted(graph, words, reason):
    said = graph.listen(TextSentiment, 'emotion/text')
    diagnostics = graph.listen(DiagnosticArray, '/diagnostics')
    start(graph)
    publisher = graph.publisher(String, 'speech')
    publisher.publish(String(data=words))
    key = f'rejected.{reason}'
    graph.until(lambda: diagnostics_of(diagnostics, 'sentiment_node').get(key), key)
    assert said == []
    publisher.publish(String(data=HAPPY))
    assert graph.until(lambda: said, 'a report')[0].sentiment == 2


def test_a_megabyte_of_words_is_cut_and_said_to_be(graph):
    said = graph.listen(TextSentiment, 'emotion/text')
    start(graph)
    graph.publisher(String, 'speech').publish(String(data='so happy today ' * 70_000))
    assert graph.until(lambda: said, 'a report')[0].truncated


def test_words_in_another_language_abstain(graph):
    said = graph.listen(TextSentiment, 'emotion/text')
    start(graph)
    graph.publisher(String, 'speech').publish(String(data='今日はとても嬉しいです'))
    report = graph.until(lambda: said, 'a report')[0]
    assert report.reason == 'unsupported_language'
    assert (report.sentiment, report.confidence, report.quality) == (255, 0.0, 0.0)


def test_muted_words_are_ignored_until_unmuted(graph):
    said = graph.listen(TextSentiment, 'emotion/text')
    node = start(graph)
    mute, speech = graph.publisher(Bool, 'mute'), graph.publisher(String, 'speech')
    mute.publish(Bool(data=True))
    graph.until(lambda: node.details()['muted'] == 'true', 'mute')
    speech.publish(String(data=HAPPY))
    graph.until(lambda: node.health.counts().get('rejected.muted'), 'the count')
    mute.publish(Bool(data=False))
    graph.until(lambda: node.details()['muted'] == 'false', 'mute off')
    speech.publish(String(data='This is terrible!'))
    assert graph.until(lambda: said, 'a report')[0].sentiment == 0


def test_a_failing_engine_is_said_and_then_forgotten(graph):
    said = graph.listen(TextSentiment, 'emotion/text')
    start(graph, Moods('raise'))
    publisher = graph.publisher(String, 'speech')
    publisher.publish(String(data=HAPPY))
    assert graph.until(lambda: said, 'the error')[0].status == ERROR
    publisher.publish(String(data='This is terrible!'))
    graph.until(lambda: said[-1].status == OK and said[-1].sentiment == 0, 'the next words')


def test_switched_off_nothing_is_scored(graph):
    mood = Moods()
    said = graph.listen(TextSentiment, 'emotion/text')
    node = start(graph, mood)
    publisher = graph.publisher(String, 'speech')
    graph.call(SetBool, 'sentiment_node/enable', SetBool.Request(data=False))
    graph.until(lambda: said and said[-1].status == DISABLED, 'disabled')
    assert said[-1].sentiment == TextSentiment.UNKNOWN
    assert all(math.isnan(p) for p in said[-1].sentiment_probabilities)
    publisher.publish(String(data=HAPPY))
    graph.until(lambda: node.health.counts()['received'] == 1, 'the words')
    assert mood.calls == 0
