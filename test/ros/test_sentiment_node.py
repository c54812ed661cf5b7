# SPDX-License-Identifier: MIT
"""sentiment_node over real DDS: utterances scored, bad ones counted, text kept private."""

import math
from functools import partial

import pytest
from std_msgs.msg import String
from std_srvs.srv import SetBool

from emotion_ros.core.people.privacy import PrivacyMode, PrivacyRules
from emotion_ros.core.people.speaker_binding import SpeakerBinding
from emotion_ros.msg import FaceEmotion, FaceEmotionArray, TextSentiment
from emotion_ros.nodes.messages.qos import LATCHED
from emotion_ros.nodes.sentiment_node import SentimentNode
from emotion_ros.perception.text.engine_on_demand import EngineOnDemand
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


def test_the_model_is_in_memory_only_where_speech_is_published(graph):
    """Red when SentimentNode.on_second frees nothing, or what is said then is lost."""
    said = graph.listen(TextSentiment, 'emotion/text')
    engine = EngineOnDemand(KeywordTextEngine)
    graph.add(SentimentNode, text_pipeline_factory(engine))
    graph.until(lambda: not engine.is_loaded, 'the end of patience')
    publisher = graph.publisher(String, 'speech')
    for words in (HAPPY, 'This is terrible!'):
        publisher.publish(String(data=words))
    reports = graph.until(lambda: said[1:] and said, 'both reports')
    assert [report.sentiment for report in reports] == [2, 0]
    assert engine.is_loaded


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
            is_heard = lambda: node.robot_speech.is_speaking(node.now_s(), 9.0)  # noqa: E731
            graph.until(is_heard, 'the words of the robot')
        said.clear()
        speech.publish(String(data=f'Is it raining there, {len(answers)}?'))
        answers.append(graph.until(lambda: [m for m in said if m.confidence], 'an answer')[0])
    alone, answer = (message.emotion_probabilities[5] for message in answers)
    assert answer > 1.2 * alone


def faces_of(graph: Graph, *speaking: float) -> FaceEmotionArray:
    """Return a frame of faces whose lips move so much, stamped now."""
    faces = [
        FaceEmotion(face_id=n, speaking=activity, probabilities=[1 / 7] * 7)
        for n, activity in enumerate(speaking)
    ]
    msg = FaceEmotionArray(faces=faces)
    msg.header.stamp = graph.tester.get_clock().now().to_msg()
    return msg


def test_words_have_their_voice_and_the_person_whose_lips_moved(graph):
    said = graph.listen(TextSentiment, 'emotion/text')
    node = start(graph)
    faces = graph.publisher(FaceEmotionArray, 'emotion/faces')
    voice = graph.tester.create_publisher(String, '/humans/voices/anna/speech', 10)
    node.on_second()  # as once a second
    graph.until(lambda: node.on_second() or voice.get_subscription_count(), 'the voice taken')
    for _ in range(10):
        faces.publish(faces_of(graph, 0.1, 0.9))
        graph.serve()
    graph.until(lambda: node.speakers.images >= 8, 'the faces')
    voice.publish(String(data=HAPPY))
    report = graph.until(lambda: said, 'a report')[0]
    assert (report.voice_id, report.person_id) == ('anna', 'face_1')
    assert report.binding_confidence == pytest.approx(0.8, abs=0.05)
    graph.publisher(String, 'speech').publish(String(data='This is terrible!'))
    assert graph.until(lambda: len(said) > 1, 'another report')
    assert said[1].voice_id == ''
    graph.tester.destroy_publisher(voice)
    graph.until(lambda: node.on_second() or not node.voices.are_published, 'the voice gone')


@pytest.mark.parametrize(
    ('namespace', 'humans'), [('', '/humans'), ('/robot', '/humans'), ('/robot', '/robot/humans')]
)
def test_a_person_manager_says_whose_voice_it_is(graph, namespace, humans):
    said = graph.listen(TextSentiment, f'{namespace}/emotion/text')
    make = partial(SentimentNode, text_pipeline_factory(KeywordTextEngine()), namespace=namespace)
    node = graph.add(make)
    tester = graph.tester
    voice = tester.create_publisher(String, f'{humans}/voices/v7/speech', 10)
    ids = {
        name: tester.create_publisher(String, f'{humans}/persons/{name}', LATCHED)
        for name in ('anna/face_id', 'anna/voice_id', 'ben/face_id', 'ben/voice_id')
    }
    for name, value in (
        ('anna/voice_id', 'v7'),
        ('ben/voice_id', 'v8'),
        ('ben/face_id', 'face_1'),
    ):
        ids[name].publish(String(data=value))
    graph.until(lambda: node.on_second() or voice.get_subscription_count(), 'the voice taken')
    graph.until(lambda: node.persons.face_of_voice('v8'), 'the ids')
    voice.publish(String(data=HAPPY))
    graph.until(lambda: len(said) == 1, 'words of a voice without a face')
    ids['anna/face_id'].publish(String(data='face_2'))
    graph.until(lambda: node.persons.face_of_voice('v7'), 'the face')
    voice.publish(String(data='This is terrible!'))
    graph.until(lambda: len(said) == 2, 'words of a voice with a face')
    found = [(m.voice_id, m.person_id, m.binding_confidence) for m in said]
    assert found == [('v7', '', 0.0), ('v7', 'face_2', 1.0)]
    for publisher in ids.values():
        tester.destroy_publisher(publisher)
    graph.until(lambda: node.on_second() or not node.persons.faces(), 'the end')
    assert node.persons.face_of_voice('v7') == ''


def test_words_of_who_is_paused_are_refused_and_those_of_the_other_are_not(graph):
    said = graph.listen(TextSentiment, 'emotion/text')
    node = start(graph)
    rules = PrivacyRules(
        people={'face_0': PrivacyMode.PAUSED}, unknown_speaker=PrivacyMode.PAUSED, session='a'
    )
    graph.publisher(String, 'emotion/privacy', LATCHED).publish(String(data=rules.to_json()))
    graph.until(lambda: node.privacy.mode('face_0') is PrivacyMode.PAUSED, 'the rules')
    faces, speech = (
        graph.publisher(FaceEmotionArray, 'emotion/faces'),
        graph.publisher(String, 'speech'),
    )
    for lips, words in (((0.9, 0.1), 'I am so happy!'), ((0.1, 0.9), 'This is terrible!')):
        node.speakers = SpeakerBinding()
        for _ in range(10):
            faces.publish(faces_of(graph, *lips))
            graph.serve()
        graph.until(lambda: node.speakers.images >= 8, 'the faces')
        speech.publish(String(data=words))
        graph.until(lambda: said or node.statistics.counts().get('rejected.paused'), 'the words')
    graph.until(lambda: said, 'the words of the other')
    assert [(r.person_id, r.sentiment) for r in said] == [('face_1', 0)]
