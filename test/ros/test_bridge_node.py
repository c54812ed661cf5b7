# SPDX-License-Identifier: MIT
"""bridge_node and LiveSpeech, with the real messages of other tools where they are installed."""

from importlib.util import find_spec

import pytest
from std_msgs.msg import Header, String

from emotion_ros.core.emotions import Emotion
from emotion_ros.errors import MissingDependency
from emotion_ros.msg import (
    EmotionState,
    EmotionStateArray,
    FaceEmotion,
    FaceEmotionArray,
    TextSentiment,
)
from emotion_ros.nodes.bridge_node import BridgeNode
from emotion_ros.nodes.executor import run
from emotion_ros.nodes.graph.graph_survey import open_doctor
from emotion_ros.nodes.messages.qos import LATCHED
from emotion_ros.nodes.sentiment_node import SentimentNode
from emotion_ros.nodes.start import EXIT_BAD_CONFIG
from emotion_ros.perception.text.config import SentimentConfig
from fakes import KeywordTextEngine, text_pipeline_factory
from graph import Graph

HAPPY = [0.01, 0.01, 0.01, 0.94, 0.01, 0.01, 0.01]
without_both = pytest.mark.skipif(
    bool(find_spec('hri_msgs') or find_spec('foxglove_msgs')), reason='one of them is installed'
)
without_hri = pytest.mark.skipif(bool(find_spec('hri_msgs')), reason='hri_msgs is installed')


@without_both
def test_with_nothing_to_speak_it_ends_with_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    assert run([BridgeNode]) == EXIT_BAD_CONFIG
    lines = capfd.readouterr().err.splitlines()
    [err] = [line for line in lines if line.startswith('emotion_ros: ')]
    assert 'foxglove_msgs is not installed (apt: ros-$ROS_DISTRO-foxglove-msgs)' in err
    assert 'hri_msgs is not installed (apt: ros-$ROS_DISTRO-hri-msgs)' in err


@without_hri
def test_live_speech_without_hri_msgs_names_what_to_install(graph: Graph) -> None:
    with pytest.raises(MissingDependency, match='hri_msgs is not installed'):
        graph.add(
            SentimentNode, text_pipeline_factory(KeywordTextEngine()), speech_type='LiveSpeech'
        )


def test_the_default_needs_nothing() -> None:
    assert SentimentConfig().speech_type == 'auto'


def faces(graph: Graph, count: int) -> FaceEmotionArray:
    msg = FaceEmotionArray(image_width=640, image_height=480)
    msg.header = Header(stamp=graph.tester.get_clock().now().to_msg(), frame_id='camera')
    for number in range(count):
        face = FaceEmotion(face_id=number + 1, detection_score=0.9, quality=1.0)
        face.box_xyxy, face.probabilities = [0.25, 0.5, 0.75, 1.0], HAPPY
        msg.faces.append(face)
    return msg


def test_faces_are_outlined_for_foxglove(graph: Graph) -> None:
    msgs = pytest.importorskip('foxglove_msgs.msg')
    seen = graph.listen(msgs.ImageAnnotations, 'emotion/annotations')
    graph.add(BridgeNode)
    publisher = graph.publisher(FaceEmotionArray, 'emotion/faces')
    sent = [faces(graph, 2), faces(graph, 0)]
    for msg in sent:
        publisher.publish(msg)
    graph.until(lambda: len(seen) == 2, 'the annotations')
    first, second = seen
    assert [text.text for text in first.texts] == ['face_1 Happy (94%)', 'face_2 Happy (94%)']
    outline = first.points[0]
    assert outline.type == msgs.PointsAnnotation.LINE_LOOP
    assert [(p.x, p.y) for p in outline.points] == [(160, 240), (480, 240), (480, 480), (160, 480)]
    assert outline.timestamp == first.texts[0].timestamp == sent[0].header.stamp
    assert (list(second.points), list(second.texts)) == ([], [])
    assert graph.errors == []


def states(*person_ids: str) -> EmotionStateArray:
    array = EmotionStateArray()
    for person_id in person_ids:
        state = EmotionState(person_id=person_id, emotion=int(Emotion.FEAR), label='fear')
        state.confidence, state.valence, state.arousal = 0.75, -0.5, 0.25
        array.states.append(state)
    return array


def test_people_are_rep_155_faces_for_as_long_as_they_are_there(graph: Graph) -> None:
    msgs = pytest.importorskip('hri_msgs.msg')
    tracked = graph.listen(msgs.IdsList, 'humans/faces/tracked')
    said = graph.listen(msgs.Expression, 'humans/faces/face_1/expression')
    node = graph.add(BridgeNode)
    publisher = graph.publisher(EmotionStateArray, 'emotion_states')

    odd = lambda: publisher.publish(states('face_1', '', 'no topic'))  # noqa: E731
    graph.until(lambda: said, 'an expression', publish=odd)
    assert list(tracked[0].ids) == ['face_1']
    assert (said[0].expression, said[0].confidence) == (msgs.Expression.SCARED, 0.75)
    assert (said[0].valence, said[0].arousal) == (-0.5, 0.25)
    publisher.publish(states('face_2'))
    graph.until(lambda: list(tracked[-1].ids) == ['face_2'], 'the other face')
    topics = [p.topic_name for p in node.publishers if p.topic_name.endswith('/expression')]
    assert topics == ['/humans/faces/face_2/expression']
    assert graph.errors == []


def test_a_person_of_a_person_manager_has_the_expression_of_the_face(graph: Graph) -> None:
    msgs = pytest.importorskip('hri_msgs.msg')
    said = graph.listen(msgs.Expression, 'humans/persons/anna/expression')
    of_face = graph.tester.create_publisher(String, 'humans/persons/anna/face_id', LATCHED)
    of_face.publish(String(data='face_2'))
    node = graph.add(BridgeNode)
    publisher = graph.publisher(EmotionStateArray, 'emotion_states')
    both = lambda: publisher.publish(states('face_1', 'face_2'))  # noqa: E731
    graph.until(lambda: said, 'the person', publish=both)
    assert said[0].expression == msgs.Expression.SCARED
    of_face.publish(String(data=''))
    ours = lambda: [p for p in node.publishers if '/persons/' in p.topic_name]  # noqa: E731
    one = lambda: publisher.publish(states('face_2'))  # noqa: E731
    graph.until(lambda: not ours(), 'the end', publish=one)
    of_face.publish(String(data='face_2'))
    graph.until(ours, 'the person again', publish=one)
    graph.tester.destroy_publisher(of_face)
    graph.until(lambda: not ours(), 'the end', publish=one)
    assert graph.errors == []


def test_the_doctor_receives_live_speech(graph: Graph) -> None:
    msgs = pytest.importorskip('hri_msgs.msg')
    graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine()), speech_type='LiveSpeech')
    graph.publisher(msgs.LiveSpeech, 'speech')
    with open_doctor('') as doctor:
        speech = doctor.take_snapshot(0.1).speech
    assert (speech.type, speech.topic) == ('hri_msgs/msg/LiveSpeech', '/speech')
    assert [publisher.type for publisher in speech.publishers] == [speech.type]


def test_promise_22_24_live_speech_is_scored_once_and_keeps_its_stamp(graph: Graph) -> None:
    msgs = pytest.importorskip('hri_msgs.msg')
    heard = graph.listen(TextSentiment, 'emotion/text')
    node = graph.add(
        SentimentNode, text_pipeline_factory(KeywordTextEngine()), speech_type='LiveSpeech'
    )
    publisher = graph.publisher(msgs.LiveSpeech, 'speech')
    stamp = graph.tester.get_clock().now().to_msg()
    language = 'locale' if hasattr(msgs.LiveSpeech(), 'locale') else 'language'
    said = {'confidence': 0.5, language: 'en_GB'}
    for words in ('I am', 'I am so', 'I am so happy'):
        publisher.publish(msgs.LiveSpeech(incremental=words, header=Header(stamp=stamp)))
    publisher.publish(
        msgs.LiveSpeech(final='I am so happy today', header=Header(stamp=stamp), **said)
    )
    publisher.publish(msgs.LiveSpeech(final='This is terrible', header=Header(frame_id='ear')))
    publisher.publish(msgs.LiveSpeech(final='Ich bin sehr traurig', **{language: 'de_DE'}))
    graph.until(lambda: len(heard) == 3, 'the scores')
    assert [text.sentiment for text in heard] == [2, 0, TextSentiment.UNKNOWN]
    assert [text.stamp_source for text in heard] == [
        TextSentiment.HEADER,
        TextSentiment.RECEIPT,
        TextSentiment.RECEIPT,
    ]
    assert heard[0].header.stamp == stamp
    assert heard[1].header.frame_id == 'ear'
    assert heard[1].header.stamp.sec >= stamp.sec
    assert [text.quality for text in heard[:2]] == pytest.approx([0.5, 1.0])
    assert heard[2].reason == 'unsupported_language'
    assert node.statistics.counts()['rejected.partial'] == 3
    assert graph.errors == []


def test_boxes_are_rep_155_regions_of_interest(graph: Graph) -> None:
    msgs = pytest.importorskip('hri_msgs.msg')
    boxes = graph.listen(msgs.NormalizedRegionOfInterest2D, 'humans/faces/face_1/roi')
    node = graph.add(BridgeNode)
    publisher = graph.publisher(FaceEmotionArray, 'emotion/faces')
    graph.until(lambda: boxes, 'a box', publish=lambda: publisher.publish(faces(graph, 2)))
    roi = boxes[0]
    assert (roi.xmin, roi.ymin, roi.xmax, roi.ymax) == (0.25, 0.5, 0.75, 1.0)
    assert roi.c == pytest.approx(0.9)
    publisher.publish(faces(graph, 0))
    graph.until(lambda: not [p for p in node.publishers if p.topic_name.endswith('roi')], 'none')
    assert graph.errors == []
