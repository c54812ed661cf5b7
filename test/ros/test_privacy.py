# SPDX-License-Identifier: MIT
"""Of who is paused, nothing leaves a node."""

import json
import math

import numpy as np
from sensor_msgs.msg import Image
from std_msgs.msg import String

from emotion_ros.core.people.privacy import PrivacyMode, PrivacyRules
from emotion_ros.msg import EmotionState, FaceEmotionArray, TextSentiment
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.qos import LATCHED
from emotion_ros.nodes.sentiment_node import SentimentNode
from emotion_ros.nodes.vision_node import VisionNode
from fakes import (
    HappyFaceClassifier,
    KeywordTextEngine,
    face_pipeline_factory,
    text_pipeline_factory,
)
from graph import Graph
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
    graph.until(lambda: not node._privacy.may_show_image, 'the rules')
    Camera(graph, bright_square(), fps=30.0)
    graph.until(lambda: faces and faces[-1].faces, 'a face')
    assert {math.isnan(f.probabilities[0]) for msg in faces for f in msg.faces} == {True}


def test_words_of_who_may_be_paused_are_refused_before_they_are_scored(graph):
    said = graph.listen(TextSentiment, 'emotion/text')
    node = graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine()))
    speech = graph.publisher(String, 'speech')
    publish_rules(graph, unknown_speaker=PrivacyMode.NO_TEXT, session='a')
    graph.until(lambda: node._privacy.mode('') is PrivacyMode.NO_TEXT, 'the rules')
    speech.publish(String(data='I am so happy today!'))
    graph.until(lambda: node.statistics.counts().get('rejected.paused'), 'the refusal')
    assert said == []
    publish_rules(graph, session='a')
    graph.until(lambda: node._privacy.mode('') is PrivacyMode.FULL, 'the rules')
    speech.publish(String(data='I am so happy today!'))
    graph.until(lambda: said, 'the sentiment')


def test_rules_that_cannot_be_read_change_nothing(graph):
    node = graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine()))
    publish_rules(graph, unknown_speaker=PAUSED, session='a')
    graph.until(lambda: node._privacy.mode('') is PAUSED, 'the rules')
    graph.publisher(String, 'emotion/privacy', LATCHED).publish(String(data='{"everybody": 1}'))
    publish_rules(graph, people={'face_1': PAUSED}, session='a')
    graph.until(lambda: node._privacy.mode('face_1') is PAUSED, 'the next rules')


def test_a_fusion_node_started_anew_makes_nobody_analysed_again(graph):
    node = graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine()))
    publish_rules(graph, unknown_speaker=PAUSED, session='a')
    graph.until(lambda: node._privacy.mode('') is PAUSED, 'the rules')
    publish_rules(graph, session='b')
    publish_rules(graph, people={'face_1': PAUSED}, session='b')
    graph.until(lambda: node._privacy.mode('face_1') is PAUSED, 'the rules after a call')
    assert node._privacy.mode('') is PrivacyMode.FULL


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
