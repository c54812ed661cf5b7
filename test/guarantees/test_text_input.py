# SPDX-License-Identifier: MIT
"""Promises 18 to 26: what a speech recogniser may say, and how much of it."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from math import isnan
from typing import Any
from unicodedata import category

import pytest
from rclpy.serialization import deserialize_message, serialize_message
from rosgraph_msgs.msg import Clock
from std_msgs.msg import Bool, String

from emotion_ros.conversions.from_msg import stamp_to_seconds
from emotion_ros.msg import EmotionState, TextSentiment
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.messages.stamps import seconds_to_stamp
from emotion_ros.nodes.sentiment_node import SentimentNode
from fakes import KeywordTextEngine, text_pipeline_factory
from graph import Graph
from lengths import length
from running import pipeline

HAPPY = 'I am so happy today!'
FOREIGN = '今日はとても嬉しいです'
TERRIBLE = 'This is terrible!'


def start(graph: Graph, **parameters: Any) -> SentimentNode:
    """Start a sentiment node that knows two words."""
    return graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine()), **parameters)


def rejected(graph: Graph, node: SentimentNode, reason: str, count: int = 1) -> None:
    """Wait until the node has counted so many refusals."""
    key = f'rejected.{reason}'
    graph.until(lambda: node.statistics.counts().get(key) == count, key)


def newest_words(states: list[EmotionState]) -> Any:
    """Return the stamp of the words behind the newest state, or None."""
    stamps = [e.header.stamp for s in states[-1:] for e in s.evidence if e.modality == 'text']
    return stamps[0] if stamps else None


@pytest.mark.parametrize('nothing', ['', ' \t\n\r\u3000', '\x01\x02\x1b\u200b\u202e', '...'])
def test_promise_18_nothing_said_changes_nothing_but_the_count(graph, nothing):
    """Red when clean_text does not raise for an empty text."""
    states = graph.listen(EmotionState, 'emotion_state')
    said = graph.listen(TextSentiment, 'emotion/text')
    graph.add(FusionNode)
    node = start(graph)
    speech = graph.publisher(String, 'speech')
    speech.publish(String(data=HAPPY))
    words = graph.until(lambda: newest_words(states), 'the state with words')
    speech.publish(String(data=nothing))
    rejected(graph, node, 'empty')
    seen = len(states)
    graph.until(lambda: len(states) >= seen + 3, 'further states')
    assert len(said) == 1
    assert {newest_words([s]) == words for s in states[seen:]} == {True}
    assert {s.label for s in states[seen:]} == {states[seen - 1].label}
    assert node.statistics.counts()['received'] == 2


def test_promise_19_a_megabyte_is_cut_and_flagged_in_no_time(graph, figure):
    """Red when clean_text does not cut its text to ``max_chars``."""
    said = graph.listen(TextSentiment, 'emotion/text')
    graph.add(SentimentNode, include_text=True)
    speech = graph.publisher(String, 'speech')
    speech.publish(String(data='So happy today, really. ' * 43_691))
    report = graph.until(lambda: said, 'a report')[0]
    figure('handled in', report.inference_time * 1e3, 'ms')
    assert report.inference_time <= length(0.3, 3.0)
    assert report.truncated and len(report.text) <= 2000
    speech.publish(String(data=TERRIBLE))
    assert not graph.until(lambda: said[1:], 'the next report')[0].truncated


ODD = {
    'NUL': b'I am happy\0 today',
    'lone surrogate': b'I am happy \xed\xa0\xbd today',
    'invalid UTF-8': b'I am \xff\xfe\xc3( happy \xf8\x88',
    'truncated UTF-8': 'I am happy 😀'.encode()[:-1],
    'bidi overrides': 'I am \u202eyppah\u202c \u2066today\u2069'.encode(),
    'zero width': 'I am ha\u200bp\ufeffpy to\u00adday'.encode(),
    'right to left': 'שלום, مرحبا, I am happy'.encode(),
    'emoji': 'I am happy 👨\u200d👩\u200d👧 🏳️\u200d🌈 😀😀'.encode(),
    'combining marks': ('I am ha' + '\u0301\u0323' * 900 + 'ppy').encode(),
    'private use': 'I am happy \ue000\U0010ffff'.encode(),
}


def cdr(content: bytes) -> bytes:
    """Return a std_msgs/String with these bytes, whatever they are, as it travels."""
    return b'\0\1\0\0' + struct.pack('<I', len(content) + 1) + content + b'\0'


def test_promise_20_odd_characters_come_out_as_clean_text(graph):
    """Red when _remove_invisible returns its argument, or clean_text keeps surrogates."""
    said = graph.listen(TextSentiment, 'emotion/text')
    states = graph.listen(EmotionState, 'emotion_state')
    graph.add(SentimentNode, include_text=True, languages=[''])
    graph.add(FusionNode)
    speech = graph.publisher(String, 'speech')
    for count, content in enumerate(ODD.values(), start=1):
        speech.publish(cdr(content))
        graph.until(lambda: len(said) == count, f'a report on {content!r}')  # noqa: B023
    graph.until(lambda: newest_words(states) == said[-1].header.stamp, 'the last words')
    assert graph.errors == []
    for report in said:
        report.text.encode('utf-8')
        joiner = '\u200d'
        assert not any(category(c) in ('Cc', 'Cf') and c != joiner for c in report.text)
        assert deserialize_message(serialize_message(report), TextSentiment).text == report.text
        assert sum(report.sentiment_probabilities) == pytest.approx(1.0, abs=1e-3)


def test_promise_21_another_language_counts_for_nothing(graph):
    """Red when LanguageCheck.check returns LanguageResult('', True)."""
    said = graph.listen(TextSentiment, 'emotion/text')
    states = graph.listen(EmotionState, 'emotion_state')
    start(graph)
    graph.add(FusionNode)
    graph.publisher(String, 'speech').publish(String(data=FOREIGN))
    report = graph.until(lambda: said, 'a report')[0]
    assert report.reason == 'unsupported_language'
    assert (report.sentiment, report.confidence, report.quality) == (255, 0.0, 0.0)
    assert all(isnan(p) for p in report.sentiment_probabilities)
    graph.until(lambda: newest_words(states), 'the state')
    (evidence,) = states[-1].evidence
    assert (evidence.used, evidence.weight) == (False, 0.0)
    assert evidence.reject_reason == 'unsupported_language'
    assert (states[-1].emotion, states[-1].confidence) == (EmotionState.UNKNOWN, 0.0)


def test_promise_23_a_stuck_recogniser_is_heard_once(graph):
    """Red when DuplicateFilter.is_duplicate returns False, or clean_text takes repetitions."""
    said = graph.listen(TextSentiment, 'emotion/text')
    node = start(graph)
    speech = graph.publisher(String, 'speech')
    for _ in range(3):
        speech.publish(String(data=HAPPY))
    rejected(graph, node, 'repeated', 2)
    speech.publish(String(data='you you you'))
    rejected(graph, node, 'repetition')
    speech.publish(String(data=TERRIBLE))
    graph.until(lambda: len(said) == 2, 'other words')
    assert [report.sentiment for report in said] == [TextSentiment.POSITIVE, 0]


@pytest.mark.parametrize('simulated', [False, True])
def test_promise_24_a_string_is_stamped_with_the_ros_time_of_its_receipt(graph, simulated):
    """Red when SentimentNode.accept takes steady_s for now_s."""
    said = graph.listen(TextSentiment, 'emotion/text')
    node = start(graph, use_sim_time=simulated)
    if simulated:
        graph.publisher(Clock, '/clock').publish(Clock(clock=seconds_to_stamp(1234.5)))
        graph.until(lambda: node.now_s() == 1234.5, 'the time')
    speech = graph.publisher(String, 'speech')
    before_s = node.now_s()
    speech.publish(String(data=HAPPY))
    report = graph.until(lambda: said, 'a report')[0]
    assert report.stamp_source == TextSentiment.RECEIPT
    assert before_s - 1e-6 <= stamp_to_seconds(report.header.stamp) <= node.now_s()


@contextmanager
def talking(graph: Graph, rate: float) -> Iterator[list[str]]:
    """Say something new at a rate; yield what has been said."""
    spoken: list[str] = []
    speech = graph.publisher(String, 'speech')

    def speak() -> None:
        spoken.append(f'I am so happy about number {len(spoken)} of them today')
        speech.publish(String(data=spoken[-1]))

    timer = graph.tester.create_timer(1 / rate, speak)
    yield spoken
    graph.tester.destroy_timer(timer)


def test_promise_25_a_flood_of_words_holds_no_state_back(graph, figure):
    """Red when Worker.submit does not notify."""
    states = graph.listen(EmotionState, 'emotion_state')
    arrived_s: list[float] = []
    delays_s: list[float] = []
    now_s = lambda: graph.tester.get_clock().now().nanoseconds / 1e9  # noqa: E731
    graph.tester.create_subscription(
        TextSentiment,
        'emotion/text',
        lambda report: delays_s.append(now_s() - stamp_to_seconds(report.header.stamp)),
        50,
    )
    graph.tester.create_subscription(
        EmotionState, 'emotion_state', lambda _: arrived_s.append(now_s()), 50
    )
    with pipeline(graph), talking(graph, 20.0) as spoken:
        graph.until(lambda: delays_s, 'the first report')
        delays_s.clear()
        arrived_s.clear()
        first = len(spoken)
        count = 20 * length(30.0, 4.0)
        graph.until(lambda: len(spoken) >= first + count, 'so many words', 90.0)
        graph.until(lambda: len(delays_s) >= 0.9 * count, 'reports on nearly all', 30.0)
    gaps_s = [b - a for a, b in pairwise(arrived_s)]
    rate_hz = len(gaps_s) / sum(gaps_s)
    figure('rate of emotion_state', rate_hz, 'Hz')
    figure('longest gap', max(gaps_s), 's')
    figure('longest delay of a report', max(delays_s), 's')
    assert states
    assert rate_hz >= length(9.0, 5.0)
    assert max(delays_s) <= length(0.5, 5.0)


def test_promise_26_muted_words_are_ignored_until_unmuted(graph):
    """Red when SentimentNode.accept does not check _muted."""
    said = graph.listen(TextSentiment, 'emotion/text')
    node = start(graph)
    mute, speech = graph.publisher(Bool, 'mute'), graph.publisher(String, 'speech')
    mute.publish(Bool(data=True))
    graph.until(lambda: node.details()['muted'] == 'true', 'mute')
    for count in (1, 2):
        speech.publish(String(data=f'{HAPPY} {count}'))
        rejected(graph, node, 'muted', count)
    mute.publish(Bool(data=False))
    graph.until(lambda: node.details()['muted'] == 'false', 'mute off')
    speech.publish(String(data=TERRIBLE))
    assert graph.until(lambda: said, 'a report')[0].sentiment == TextSentiment.NEGATIVE
    assert len(said) == 1
