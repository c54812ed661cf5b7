# SPDX-License-Identifier: MIT
"""Of a paused person nothing leaves the robot: all nodes, every topic, the page, the report."""

from importlib.util import find_spec
from pathlib import Path
from time import time_ns

import cv2
import numpy as np
import pytest
from action_msgs.msg import GoalStatus
from builtin_interfaces.msg import Duration
from rclpy.action import ActionClient
from sensor_msgs.msg import Image

from canary_scene import (
    CANARY,
    LEFT,
    PATTERN,
    RIGHT,
    Recorder,
    Scene,
    TwoFacesClassifier,
    TwoFacesDetector,
    leaks,
)
from emotion_ros.action import ObserveReaction
from emotion_ros.bag.replay_config import ReplayOptions
from emotion_ros.bag.session_reader import read_session
from emotion_ros.cli.main import main
from emotion_ros.msg import EmotionState, EmotionStateArray, VoiceActivity
from emotion_ros.nodes.bridge_node import BridgeNode
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.sentiment_node import SentimentNode
from emotion_ros.nodes.vision_node import VisionNode
from emotion_ros.nodes.voice_node import VoiceNode
from emotion_ros.perception.face.pipeline import FacePipeline
from emotion_ros.srv import SetPrivacy
from emotion_ros.view.vocabulary import vocabulary
from emotion_ros.web.dashboard_node import DashboardNode
from fakes import (
    AngryVoiceClassifier,
    KeywordTextEngine,
    text_pipeline_factory,
    voice_pipeline_factory,
)
from page_clients import PageClients

PAUSED = EmotionState.STATUS_PAUSED
A_WORD = f'This is terrible here in {CANARY}!'
B_WORD = 'What a happy day it is in kathmandu!'
OPT_OUT = f'Please do not analyse me in {CANARY}.'
FROM_FUSION = ('/emotion_state', '/emotion_states', '/emotion_events', '/emotion_context')


@pytest.fixture
def clients():
    clients = PageClients()
    yield clients
    clients.close()


def start_nodes(graph) -> tuple[SentimentNode, VoiceNode, DashboardNode]:
    """Start all nodes with what shows the most."""
    graph.add(
        VisionNode,
        lambda config: FacePipeline(TwoFacesDetector(), TwoFacesClassifier(), config),
        min_face_px=8,
        detect_every=1,
    )
    text = graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine()), include_text=True)
    voice = graph.add(
        VoiceNode, voice_pipeline_factory(AngryVoiceClassifier()), max_age=10.0, max_future=2.0
    )
    graph.add(FusionNode)
    if find_spec('hri_msgs') or find_spec('foxglove_msgs'):
        graph.add(BridgeNode)
    return text, voice, graph.add(DashboardNode, port=0, show_image=True)


def people(messages) -> dict[str, EmotionState]:
    """Return the newest state of everybody."""
    return {state.person_id: state for state in messages[-1].states}


@pytest.mark.parametrize('how', ['service', 'words'])
def test_promise_74_nothing_of_a_paused_person_and_all_of_the_other(
    graph, clients, tmp_path, capfd, how
):
    states = graph.listen(EmotionStateArray, 'emotion_states')
    voices = graph.listen(VoiceActivity, 'emotion/voice')
    shown = graph.listen(Image, 'emotion/debug_image')
    text, voice, dashboard = start_nodes(graph)
    page = clients.open(dashboard.server.url)
    recorder, scene = Recorder(graph), Scene(graph)
    known = lambda: states and {s.label for s in states[-1].states} == {'disgust', 'happy'}  # noqa: E731
    graph.until(known, 'both people')
    scene.say(LEFT, A_WORD)
    heard = lambda: {e.modality for e in people(states)[LEFT].evidence if e.used}  # noqa: E731
    graph.until(lambda: heard() == {'face', 'text', 'voice'}, 'all that is known of the left')
    graph.until(lambda: page.images and CANARY in str(page.now['transcript']), 'the words shown')
    assert leaks_of_page(page.now)  # it would be found
    action = ActionClient(graph.tester, ObserveReaction, 'observe_reaction')
    graph.until(action.server_is_ready, 'the action')
    goal = ObserveReaction.Goal(person_id=LEFT, window=Duration(sec=60))
    sending = action.send_goal_async(goal)
    graph.until(sending.done, 'the answer to the goal')
    result = sending.result().get_result_async()

    if how == 'service':
        request = SetPrivacy.Request(person_id=LEFT, mode=SetPrivacy.Request.PAUSED)
        assert graph.call(SetPrivacy, 'fusion_node/set_privacy', request).success
    else:
        scene.say(LEFT, OPT_OUT)
        graph.until(lambda: people(states)[LEFT].status == PAUSED, 'the pause')
        assert people(states)[RIGHT].status != PAUSED
    paused_ns, count = time_ns(), len(shown)
    capfd.readouterr()
    followed = lambda: (  # noqa: E731
        people(states)[LEFT].status == PAUSED
        and len(shown) > count + 1
        and {p['status'] for p in page.now['people'] if p['person_id'] == LEFT} == {PAUSED}
    )
    graph.until(followed, 'all nodes to follow')
    mark_ns, pages, images = time_ns(), len(page.messages), len(page.images)

    scene.say(RIGHT, B_WORD)
    heard = lambda: {e.modality for e in people(states)[RIGHT].evidence if e.used}  # noqa: E731
    graph.until(lambda: heard() == {'face', 'text', 'voice'}, 'all of the right one')
    assert people(states)[RIGHT].label == 'happy'
    assert 'kathmandu' in str([m.data for m in recorder.since(mark_ns, '/emotion/text')])
    count = len(voices)
    scene.say(LEFT, A_WORD)
    graph.until(lambda: text.statistics.counts().get('rejected.paused'), 'the refusal of words')
    graph.until(lambda: voice.statistics.counts().get('paused'), 'the refusal of the voice')
    graph.until(lambda: len(page.images) > images + 5, 'pictures')
    late = clients.open(dashboard.server.url)
    graph.until(lambda: late.now, 'a page that is opened now')

    said = recorder.since(mark_ns, '/emotion/evidence', '/emotion/text')
    assert {message.read().person_id for message in said} == {RIGHT}
    assert not any(v.speaking for v in voices[count + 10 :])
    assert {state.label for state in states[-1].states} == {'happy', 'unknown'}
    assert states[-1].group_valence > 0.2
    graph.until(result.done, 'the end of the goal')
    assert result.result().status == GoalStatus.STATUS_ABORTED
    assert result.result().result.reason == 'paused'
    assert leaks(result.result().result) == []
    assert {'/rosout', '/diagnostics', '/emotion/faces', *FROM_FUSION} <= recorder.topics.keys()
    recorded = recorder.since(mark_ns) + recorder.since(paused_ns, *FROM_FUSION)
    assert [(m.topic, found) for m in recorded if (found := leaks(m.read()))] == []
    assert [m.topic for m in recorder.since(mark_ns) if PATTERN[:16] in m.data] == []
    for message in (*page.messages[pages:], *late.messages):
        assert leaks_of_page(message) == []
    for jpeg in (*page.images[images:], *late.images):
        assert is_hidden(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR))
    printed = capfd.readouterr()
    assert CANARY not in (printed.out + printed.err).lower()
    assert_report_is_clean(recorder, tmp_path, paused_ns)


def leaks_of_page(message: dict) -> list[str]:
    """Return the leaks in a message to a page; the labels that it is told at first are none."""
    return leaks({key: value for key, value in message.items() if key not in vocabulary()})


def is_hidden(image_bgr) -> bool:
    """Return whether the left face is a grey patch, or the whole image black."""
    height, width = image_bgr.shape[:2]
    face = image_bgr[int(0.3 * height) : int(0.7 * height), int(0.15 * width) : int(0.35 * width)]
    return bool(np.abs(face.astype(int) - 128).max() < 12 or face.max() < 12)


def assert_report_is_clean(recorder: Recorder, folder: Path, mark_ns: int) -> None:
    """Make a report of what was recorded from a time on, together with the rules of privacy."""
    bag, page = folder / 'bag', folder / 'report.html'
    recorder.write(bag, mark_ns, {'/image': '/camera/image_raw', '/speech': '/speech_to_text'})
    assert main(['report', str(bag), '-o', str(page), '--frames']) == 0
    assert CANARY not in page.read_text(encoding='utf-8').lower()
    session = read_session(ReplayOptions(bag))
    assert {run.label for run in session.people[LEFT].runs} == {'unknown'}
    assert {run.label for run in session.people[RIGHT].runs} == {'happy'}
