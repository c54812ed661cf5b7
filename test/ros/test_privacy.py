# SPDX-License-Identifier: MIT
"""Of who is paused, nothing leaves a node."""

import json
import math

import numpy as np
import pytest
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image
from std_msgs.msg import String

from emotion_ros.core.people.privacy import PrivacyMode, PrivacyRules
from emotion_ros.msg import (
    EmotionEvent,
    EmotionState,
    EmotionStateArray,
    FaceEmotion,
    FaceEmotionArray,
    TextSentiment,
)
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.messages.qos import LATCHED
from emotion_ros.nodes.messages.stamps import seconds_to_stamp
from emotion_ros.nodes.sentiment_node import SentimentNode
from emotion_ros.nodes.vision_node import VisionNode
from emotion_ros.srv import SetPrivacy
from emotion_ros.web.dashboard_node import DashboardNode
from fakes import (
    HappyFaceClassifier,
    KeywordTextEngine,
    face_pipeline_factory,
    text_pipeline_factory,
)
from graph import Graph
from lengths import length
from stills import Camera, bright_square

PAUSED = PrivacyMode.PAUSED


def publish_rules(graph: Graph, **rules) -> None:
    """Publish rules as fusion_node does."""
    message = String(data=PrivacyRules(**rules).to_json())
    graph.publisher(String, 'emotion/privacy', LATCHED).publish(message)


def start_vision(graph: Graph) -> VisionNode:
    pipeline = face_pipeline_factory(HappyFaceClassifier())
    return graph.add(VisionNode, pipeline, min_face_px=8, detect_every=1)


def test_a_paused_face_is_tracked_but_neither_classified_nor_shown(graph):
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    images = graph.listen(Image, 'emotion/debug_image')
    start_vision(graph)
    Camera(graph, bright_square(), fps=30.0)
    graph.until(lambda: faces and faces[-1].faces, 'a face')
    assert not math.isnan(faces[-1].faces[0].probabilities[0])
    publish_rules(graph, people={'face_1': PAUSED}, session='a')
    graph.until(lambda: math.isnan(faces[-1].faces[0].probabilities[0]), 'the pause')
    [face] = faces[-1].faces
    assert (face.face_id, face.emotion, face.confidence, face.quality) == (1, 255, 0.0, 0.0)
    assert math.isnan(face.valence)
    count = len(images)
    graph.until(lambda: len(images) > count + 1, 'a further image')
    shown = np.frombuffer(images[-1].data, np.uint8).reshape(images[-1].height, -1, 3)
    assert not (shown == 200).all(axis=2).any()  # the colour of the square


def test_vision_started_anew_pauses_who_may_be_the_paused_person(graph):
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    graph.tester.create_publisher(String, 'emotion/privacy', LATCHED).publish(
        String(data=PrivacyRules(people={'face_7': PAUSED}, session='a').to_json())
    )
    node = start_vision(graph)
    graph.until(lambda: not node.privacy.may_show_image, 'the rules')
    Camera(graph, bright_square(), fps=30.0)
    graph.until(lambda: faces and faces[-1].faces, 'a face')
    assert {math.isnan(f.probabilities[0]) for msg in faces for f in msg.faces} == {True}


def test_words_of_who_may_be_paused_are_refused_before_they_are_scored(graph):
    said = graph.listen(TextSentiment, 'emotion/text')
    node = graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine()))
    speech = graph.publisher(String, 'speech')
    publish_rules(graph, unknown_speaker=PrivacyMode.NO_TEXT, session='a')
    graph.until(lambda: node.privacy.mode('') is PrivacyMode.NO_TEXT, 'the rules')
    speech.publish(String(data='I am so happy today!'))
    graph.until(lambda: node.statistics.counts().get('rejected.paused'), 'the refusal')
    assert said == []
    publish_rules(graph, session='a')
    graph.until(lambda: node.privacy.mode('') is PrivacyMode.FULL, 'the rules')
    speech.publish(String(data='I am so happy today!'))
    graph.until(lambda: said, 'the sentiment')


def test_rules_that_cannot_be_read_change_nothing(graph):
    node = graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine()))
    publish_rules(graph, unknown_speaker=PAUSED, session='a')
    graph.until(lambda: node.privacy.mode('') is PAUSED, 'the rules')
    graph.publisher(String, 'emotion/privacy', LATCHED).publish(String(data='{"everybody": 1}'))
    publish_rules(graph, people={'face_1': PAUSED}, session='a')
    graph.until(lambda: node.privacy.mode('face_1') is PAUSED, 'the next rules')


def test_a_fusion_node_started_anew_makes_nobody_analysed_again(graph):
    node = graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine()))
    publish_rules(graph, unknown_speaker=PAUSED, session='a')
    graph.until(lambda: node.privacy.mode('') is PAUSED, 'the rules')
    publish_rules(graph, session='b')
    publish_rules(graph, people={'face_1': PAUSED}, session='b')
    graph.until(lambda: node.privacy.mode('face_1') is PAUSED, 'the rules after a call')
    assert node.privacy.mode('') is PrivacyMode.FULL


def test_an_opt_out_in_words_pauses_who_is_in_view(graph):
    states = graph.listen(EmotionState, 'emotion_state')
    texts = graph.listen(TextSentiment, 'emotion/text')
    rules = graph.listen(String, 'emotion/privacy', LATCHED)
    start_vision(graph)
    graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine()), include_text=True)
    graph.add(FusionNode)
    Camera(graph, bright_square(), fps=30.0)
    graph.until(lambda: states and states[-1].label == 'happy', 'a happy face')
    graph.publisher(String, 'speech').publish(String(data="Please don't analyse me, I am happy."))
    graph.until(lambda: states[-1].not_actionable_reason == 'paused', 'the pause')
    state, [text] = states[-1], texts
    assert (state.person_id, state.status, state.label) == ('face_1', 5, 'unknown')
    assert (state.summary, state.evidence) == ('Paused: asked for it in words', [])
    assert (text.reason, text.text, text.sentiment) == ('opt_out', '', TextSentiment.UNKNOWN)
    graph.until(lambda: json.loads(rules[-1].data)['people'] == {'face_1': 'paused'}, 'the rules')


def test_what_is_processed_is_declared_to_who_comes_later(graph):
    graph.add(FusionNode)
    declared = graph.listen(String, 'emotion/data_processing', LATCHED)
    graph.until(lambda: declared, 'the declaration')
    about = json.loads(declared[0].data)
    assert about['stored'] == []
    assert {'emotion_state', 'emotion/faces', 'emotion/text'} <= about['published'].keys()
    assert "Don't analyse me" in about['notice']


def set_privacy(graph: Graph, person_id: str, mode: int) -> SetPrivacy.Response:
    request = SetPrivacy.Request(person_id=person_id, mode=mode)
    return graph.call(SetPrivacy, 'fusion_node/set_privacy', request)


@pytest.mark.parametrize(
    ('person', 'mode', 'message'),
    [
        ('face_9', 2, "person_id: 'face_9' is not known (known: nobody)"),
        ('face_1\n' * 1000, 2, 'is not known'),
        ('', 3, 'mode: 3 is not one of 0 (FULL), 1 (NO_TEXT), 2 (PAUSED)'),
        ('', 255, 'mode: 255 is not one of'),
    ],
)
def test_a_call_that_cannot_be_served_is_answered(graph, person, mode, message):
    graph.add(FusionNode)
    response = set_privacy(graph, person, mode)
    assert not response.success
    assert message in response.message
    assert len(response.message) < 150


def test_promise_75_the_service_pauses_at_once_and_follows_a_storm_of_calls(graph):
    states = graph.listen(EmotionState, 'emotion_state')
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    events = graph.listen(EmotionEvent, 'emotion_events')
    sentences = graph.listen(String, 'emotion_context', LATCHED)
    start_vision(graph)
    graph.add(FusionNode)
    Camera(graph, bright_square(), fps=30.0)
    graph.until(lambda: states and states[-1].label == 'happy', 'a happy face')
    response = set_privacy(graph, 'face_1', SetPrivacy.Request.PAUSED)
    assert (response.success, response.message) == (True, 'face_1: PAUSED')
    graph.until(lambda: states[-1].status == EmotionState.STATUS_PAUSED, 'the pause')
    graph.until(lambda: math.isnan(faces[-1].faces[0].probabilities[0]), 'vision to follow')
    kinds = [event.kind for event in events]
    assert kinds == [EmotionEvent.APPEARED, EmotionEvent.ONSET]
    assert [s.data for s in sentences][-1] == 'The person does not want to be analysed.'

    deep = QoSProfile(depth=100)  # a client of ROS queues ten answers
    client = graph.tester.create_client(SetPrivacy, 'fusion_node/set_privacy', qos_profile=deep)
    for _ in range(int(length(12, 3))):
        modes = 10 * (0, 1, 2, 0, 1, 2, 1, 2)
        calls = [client.call_async(SetPrivacy.Request(person_id='face_1', mode=m)) for m in modes]
        graph.until(lambda calls=calls: all(call.done() for call in calls), 'all answers')
        assert all(call.result().success for call in calls)
    graph.until(lambda: states[-1].status == EmotionState.STATUS_PAUSED, 'the last mode')
    set_privacy(graph, '', SetPrivacy.Request.FULL)
    graph.until(lambda: states[-1].label == 'happy', 'the end of the pause')


def crowd(graph: Graph, shown_s: float, people: int) -> FaceEmotionArray:
    """Return so many faces side by side, each clearly happy."""
    msg = FaceEmotionArray(image_width=1920, image_height=1080)
    msg.header.stamp = seconds_to_stamp(shown_s)
    for number in range(people):
        face = FaceEmotion(face_id=number + 1, detection_score=0.9, quality=0.9)
        left = number / people
        face.box_xyxy = [left, 0.4, left + 0.5 / people, 0.45]
        face.probabilities = [0.01, 0.01, 0.01, 0.94, 0.01, 0.01, 0.01]
        msg.faces.append(face)
    return msg


def test_of_fifty_people_everybody_has_a_state_and_one_pause_is_of_one(graph):
    groups = graph.listen(EmotionStateArray, 'emotion_states')
    node = graph.add(FusionNode)
    faces = graph.publisher(FaceEmotionArray, 'emotion/faces')

    def show(people: int = 50) -> None:
        faces.publish(crowd(graph, node.now_s(), people))

    def is_known(statuses: list[int]) -> bool:
        return bool(groups) and sorted(s.status for s in groups[-1].states) == statuses

    graph.until(lambda: is_known([0] * 50), 'everybody', publish=show)
    assert groups[-1].people == 50
    assert len({s.person_id for s in groups[-1].states}) == 50
    assert {s.label for s in groups[-1].states} == {'happy'}
    assert set_privacy(graph, 'face_17', PAUSED).success
    graph.until(lambda: is_known([0] * 49 + [5]), 'the pause', publish=show)
    assert [s.person_id for s in groups[-1].states if s.status == 5] == ['face_17']
    for first in range(100, 1000, 50):  # ever new people: nobody is kept for long
        msg = crowd(graph, node.now_s(), 50)
        for face in msg.faces:
            face.face_id += first
        faces.publish(msg)
        graph.until(
            lambda n=first + 1: f'face_{n}' in {s.person_id for s in groups[-1].states}, 'n'
        )
    is_over = lambda: len(groups[-1].states) == 2  # noqa: E731
    graph.until(is_over, 'the end of the crowd', publish=lambda: show(2))
    is_forgotten = lambda: len(node._fusion._memories) + len(node._fusion._moods) <= 2 * 2  # noqa: E731
    graph.until(is_forgotten, 'the end of their moods', publish=lambda: show(2))


def test_an_event_says_what_ended_and_how_long_it_had_lasted(graph):
    events = graph.listen(EmotionEvent, 'emotion_events')
    groups = graph.listen(EmotionStateArray, 'emotion_states')
    start_vision(graph)
    graph.add(FusionNode)
    camera = Camera(graph, bright_square(), fps=30.0)
    graph.until(lambda: len(events) >= 2, 'appeared and onset')
    graph.until(lambda: groups[-1].people == 1 and groups[-1].group_valence > 0.1, 'the group')
    graph.until(lambda: groups[-1].states[0].duration.nanosec > 6e8, 'some time')
    assert math.isnan(groups[-1].group_spread)
    camera.stop()
    lost = graph.until(lambda: [e for e in events if e.kind == EmotionEvent.LOST], 'lost')[0]
    assert (lost.person_id, lost.from_emotion, lost.to_emotion) == ('face_1', 3, 255)
    assert lost.duration.sec + lost.duration.nanosec / 1e9 > 0.5
    assert lost.header.stamp.sec > 0


def test_the_dashboard_shows_neither_the_face_nor_the_words_of_a_paused_person(graph):
    node = graph.add(DashboardNode, port=0)
    publish_rules(graph, people={'face_1': PAUSED}, unknown_speaker=PAUSED, session='a')
    graph.until(lambda: node.privacy.has_paused, 'the rules')
    speech = graph.publisher(String, 'speech')
    faces = graph.publisher(FaceEmotionArray, 'emotion/faces')
    image = np.full((100, 100, 3), 200, np.uint8)
    assert not node.hide_paused(image).any()  # the face may be anywhere
    box = [0.4, 0.4, 0.6, 0.6]
    paused = FaceEmotion(
        face_id=1, box_xyxy=box, detection_score=0.9, probabilities=[math.nan] * 7
    )
    msg = FaceEmotionArray(faces=[paused])
    msg.header.stamp = graph.tester.get_clock().now().to_msg()
    faces.publish(msg)
    graph.until(lambda: node.privacy.may_show_image, 'the face')
    shown = node.hide_paused(image)
    assert (shown[32:68, 32:68] == 128).all()
    assert (shown[:25] == 200).all()
    speech.publish(String(data='I am in zanzibar'))
    graph.until(lambda: node.statistics.counts()['received'] >= 2, 'the words')
    assert 'zanzibar' not in node.now_message()
