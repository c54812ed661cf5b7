# SPDX-License-Identifier: MIT
"""The robot's own voice over real DDS: muted times, latched values, repeated words."""

from types import SimpleNamespace

import pytest
from std_msgs.msg import Bool, Header, String

from emotion_ros.core.people.declaration import NOTICE
from emotion_ros.errors import InvalidInput
from emotion_ros.msg import TextSentiment
from emotion_ros.nodes.messages.qos import LATCHED
from emotion_ros.nodes.messages.stamps import seconds_to_stamp
from emotion_ros.nodes.sentiment_node import SentimentNode
from fakes import KeywordTextEngine, text_pipeline_factory
from graph import Graph

SENTENCE = 'I am so sorry to hear that terrible news.'


def start(graph: Graph, **parameters: object) -> SentimentNode:
    """Start a sentiment node that knows two words."""
    return graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine()), **parameters)


def wait_muted(graph: Graph, node: SentimentNode, is_muted: bool) -> None:
    """Wait until the diagnostics of the node would say this."""
    graph.until(lambda: node.details()['muted'] == str(is_muted).lower(), 'mute')


def rejected(graph: Graph, node: SentimentNode, reason: str, count: int = 1) -> None:
    """Wait until the node has counted so many rejections."""
    key = f'rejected.{reason}'
    graph.until(lambda: node.statistics.counts().get(key) == count, key)


def test_words_that_come_late_are_muted_for_the_hold_time(graph):
    """Turns red when MutedTimes.contains does not add the hold time."""
    node = start(graph, mute_hold=1.0)
    sentiments = graph.listen(TextSentiment, 'emotion/text')
    mute, speech = graph.publisher(Bool, 'mute'), graph.publisher(String, 'speech')
    mute.publish(Bool(data=True))
    wait_muted(graph, node, True)
    mute.publish(Bool(data=False))
    wait_muted(graph, node, False)
    unmuted_s = node.now_s()
    speech.publish(String(data=SENTENCE))
    rejected(graph, node, 'muted')
    graph.until(lambda: node.now_s() > unmuted_s + 1.0, 'the end of the hold time')
    speech.publish(String(data='I am so happy today!'))
    assert graph.until(lambda: sentiments, 'a result')[0].sentiment == TextSentiment.POSITIVE


def test_a_latched_mute_holds_after_a_restart(graph):
    """Turns red when SentimentNode makes no transient local subscription."""
    mute = graph.tester.create_publisher(Bool, 'mute', LATCHED)
    mute.publish(Bool(data=True))
    first = start(graph)
    wait_muted(graph, first, True)
    graph.remove(first)
    second = start(graph)
    wait_muted(graph, second, True)
    mute.publish(Bool(data=False))
    wait_muted(graph, second, False)
    graph.tester.destroy_publisher(mute)
    is_one = lambda: graph.tester.count_subscribers('mute') == 1  # noqa: E731
    graph.until(is_one, 'the end of the latched subscription')
    graph.publisher(Bool, 'mute').publish(Bool(data=True))
    wait_muted(graph, second, True)


def test_words_that_repeat_the_robot_are_its_own(graph):
    """Turns red when RobotSpeech.repeats returns False."""
    node = start(graph)
    sentiments = graph.listen(TextSentiment, 'emotion/text')
    robot, speech = graph.publisher(String, 'robot_speech'), graph.publisher(String, 'speech')
    robot.publish(String(data=SENTENCE))
    graph.until(lambda: node.robot_speech.is_speaking(node.now_s(), 9.0), 'the words of the robot')
    speech.publish(String(data="i'm so sorry to hear that terrible news"))
    rejected(graph, node, 'own_voice')
    speech.publish(String(data='sorry to hear that'))
    rejected(graph, node, 'own_voice', 2)
    speech.publish(String(data='thank you I am happy now'))
    assert graph.until(lambda: sentiments, 'a result')[0].sentiment == TextSentiment.POSITIVE


@pytest.mark.parametrize('window', [0.0, 0.2])
def test_the_window_of_the_own_voice_ends(graph, window):
    node = start(graph, own_voice_window=window)
    sentiments = graph.listen(TextSentiment, 'emotion/text')
    robot, speech = graph.publisher(String, 'robot_speech'), graph.publisher(String, 'speech')
    robot.publish(String(data='so happy today'))
    graph.until(lambda: node.robot_speech.is_speaking(node.now_s(), 9.0), 'the words of the robot')
    said_s = node.now_s()
    if window:
        graph.until(lambda: node.now_s() > said_s + 1.7, 'the end of the window')
    speech.publish(String(data='so happy today'))
    graph.until(lambda: sentiments, 'a result')


class LiveSpeech(SimpleNamespace):
    """The fields of hri_msgs/LiveSpeech, which is not installed everywhere."""


LiveSpeech.__module__ = 'hri_msgs.msg._live_speech'


@pytest.mark.parametrize(('offset_s', 'is_muted'), [(-0.5, False), (0.5, True), (1.5, False)])
def test_the_stamp_of_the_words_counts_where_there_is_one(graph, offset_s, is_muted):
    """Turns red when accept gives the time of receipt to MutedTimes."""
    node = start(graph)
    begin_s = node.now_s() - 10.0
    node.muted_times.update(True, begin_s)
    node.muted_times.update(False, begin_s + 1.0)
    header = Header(stamp=seconds_to_stamp(begin_s + offset_s))
    words = LiveSpeech(header=header, final='hi', incremental='', confidence=1.0, locale='en')
    if is_muted:
        with pytest.raises(InvalidInput, match='muted'):
            node.accept(words)
    else:
        assert node.accept(words).utterance.final == 'hi'


def test_who_opts_out_in_the_words_of_the_notice_is_not_taken_for_the_robot(graph):
    """Turns red when what repeats the robot is refused whatever it says."""
    node = start(graph)
    sentiments = graph.listen(TextSentiment, 'emotion/text')
    robot, speech = graph.publisher(String, 'robot_speech'), graph.publisher(String, 'speech')
    robot.publish(String(data=NOTICE))
    graph.until(lambda: node.robot_speech.is_speaking(node.now_s(), 9.0), 'the notice')
    speech.publish(String(data="say don't analyse me to switch it off for you"))
    rejected(graph, node, 'own_voice')
    speech.publish(String(data="Don't analyse me."))
    assert graph.until(lambda: sentiments, 'the answer')[0].reason == 'opt_out'
