# SPDX-License-Identifier: MIT
"""dashboard_node over real DDS, with real HTTP and websocket clients."""

import socket
from collections.abc import Iterator
from functools import partial
from threading import enumerate as enumerate_threads

import aiohttp
import cv2
import numpy as np
import psutil
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from sensor_msgs.msg import Image
from std_msgs.msg import String
from std_srvs.srv import SetBool

from emotion_ros.core.emotions import EMOTIONS, Emotion, Sentiment
from emotion_ros.errors import ConfigError
from emotion_ros.msg import (
    EmotionEvidence,
    EmotionState,
    FaceEmotion,
    FaceEmotionArray,
    TextSentiment,
    VoiceActivity,
)
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.sentiment_node import SentimentNode
from emotion_ros.nodes.vision_node import VisionNode
from emotion_ros.web.dashboard_node import DashboardNode
from emotion_ros.web.server import MAX_CLIENTS
from fakes import (
    HappyFaceClassifier,
    KeywordTextEngine,
    face_pipeline_factory,
    text_pipeline_factory,
)
from page_clients import PageClient, PageClients, connected, connection_to

PAGES = ('', 'palette.css', 'style.css', 'dashboard.css', 'charts.js', 'camera.js', 'dashboard.js')


@pytest.fixture
def clients() -> Iterator[PageClients]:
    clients = PageClients()
    yield clients
    clients.close()


@pytest.fixture
def node(graph) -> DashboardNode:
    return graph.add(DashboardNode, port=0)


@pytest.fixture
def url(node) -> str:
    return node.server.url


def happy_state(graph, **changes) -> EmotionState:
    """Return a happy state with one used evidence, stamped now."""
    probabilities = [0.01] * 7
    probabilities[3] = 0.94
    said = EmotionEvidence(modality='face', probabilities=probabilities, weight=1.2, used=True)
    msg = EmotionState(
        person_id='face_1',
        emotion=int(Emotion.HAPPY),
        label='happy',
        confidence=0.94,
        actionable=True,
        probabilities=probabilities,
        valence=float('nan'),
        evidence=[said],
        summary='Vision: Happy (94%)',
        latency=0.02,
    )
    msg.header.stamp = graph.tester.get_clock().now().to_msg()
    for name, value in changes.items():
        setattr(msg, name, value)
    return msg


def wait_for(graph, client: PageClient, condition, what: str, publish=lambda: None):
    """Return the first newest message for which the condition holds."""
    found = lambda: client.now and condition(client.now) and client.now  # noqa: E731
    return graph.until(found, what, publish=publish)


@pytest.mark.parametrize('page', PAGES)
def test_a_page_is_served_with_a_strict_content_security_policy(url, clients, page):
    status, headers, text = clients.get(url + page)
    assert (status, bool(text)) == (200, True)
    assert headers['Content-Security-Policy'].startswith("default-src 'none'; script-src 'self';")
    assert headers['X-Content-Type-Options'] == 'nosniff'
    assert headers['Cache-Control'] == 'no-store'


@pytest.mark.parametrize(
    ('path', 'method', 'status'),
    [
        ('nowhere', 'GET', 404),
        ('../../etc/passwd', 'GET', 404),
        ('%2e%2e/web.py', 'GET', 404),
        ('page/style.css', 'GET', 404),
        ('', 'POST', 405),
        ('', 'HEAD', 405),
        ('style.css', 'DELETE', 405),
        ('live', 'POST', 405),
        ('live', 'GET', 400),
    ],
)
def test_nothing_but_get_of_the_known_paths(url, clients, path, method, status):
    assert clients.get(url + path, method)[0] == status


@pytest.mark.parametrize(
    ('headers', 'status'),
    [
        ({}, 400),
        ({'Host': 'localhost:8080'}, 400),
        ({'Host': '[::1]:9'}, 400),
        ({'Host': 'evil.example'}, 403),
        ({'Host': 'localhost.evil.example:8080'}, 403),
        ({'Host': ''}, 403),
        ({'Host': '[oops'}, 403),
        ({'Host': '127.0.0.1:8080', 'Origin': 'http://127.0.0.1:8080'}, 400),
        ({'Host': '127.0.0.1:8080', 'Origin': 'http://127.0.0.1:9090'}, 403),
        ({'Host': '127.0.0.1:8080', 'Origin': 'http://evil.example'}, 403),
        ({'Host': '127.0.0.1:8080', 'Origin': 'null'}, 403),
        ({'Host': '127.0.0.1:8080', 'Origin': 'http://[oops'}, 403),
    ],
)
def test_foreign_hosts_and_origins_are_rejected(url, clients, headers, status):
    """400: it would have been let in, had it been a websocket."""
    assert clients.get(f'{url}live', **headers)[0] == status


def test_a_page_of_another_site_gets_no_websocket(url, clients):
    with pytest.raises(aiohttp.WSServerHandshakeError, match='403'):
        clients.open(url, Origin='http://evil.example')


def test_the_first_message_has_the_vocabulary_and_the_next_one_no_state(graph, url, clients):
    client = clients.open(url)
    now = wait_for(graph, client, lambda now: True, 'a message')
    hello = client.messages[0]
    assert (hello['kind'], tuple(hello['emotions'])) == ('hello', EMOTIONS)
    assert (hello['topic'], hello['show_image'], hello['tracks']) == ('/emotion_state', False, {})
    assert (now['state'], now['frame'], now['people'], now['nodes']) == (None, None, [], [])
    assert (now['enabled'], now['transcript']) == (True, [])
    assert now['rates']['states_hz'] == 0.0


def test_a_state_and_its_face_reach_the_page(graph, url, clients):
    client = clients.open(url)
    states = graph.publisher(EmotionState, 'emotion_state')
    faces = graph.publisher(FaceEmotionArray, 'emotion/faces')
    face = FaceEmotion(face_id=1, box_xyxy=[0.25, 0.25, 0.5, 0.75], emotion=3, confidence=0.9)
    face.probabilities = [float('nan')] * 7

    def show():
        states.publish(happy_state(graph))
        faces.publish(FaceEmotionArray(faces=[face], image_width=640, image_height=480))

    seen = lambda now: now['state'] and now['frame']  # noqa: E731
    now = wait_for(graph, client, seen, 'state and face', show)
    state, frame = now['state'], now['frame']
    assert (state['label'], state['actionable'], state['person_id']) == ('happy', True, 'face_1')
    assert state['latency'] == pytest.approx(0.02)
    assert state['valence'] is None
    assert now['state_age'] < 1.0
    assert now['samples']['']['weights'] == {'face': pytest.approx(1.2)}
    assert (frame['image_width'], frame['faces'][0]['box_xyxy']) == (640, [0.25, 0.25, 0.5, 0.75])
    assert now['rates']['states_hz'] > 0.0
    late = clients.open(url)
    graph.until(lambda: late.messages, 'the first message')
    assert late.messages[0]['tracks'][''][-1]['label'] == 'happy'


def test_an_utterance_is_shown_with_its_sentiment(graph, url, clients):
    client = clients.open(url)
    speech = graph.publisher(String, 'speech')
    tones = graph.publisher(TextSentiment, 'emotion/text')
    tone = TextSentiment(sentiment=2, confidence=0.9, quality=1.0)
    tone.sentiment_probabilities = [0.05, 0.05, 0.9]

    def say():
        speech.publish(String(data='[MUSIC] hello ' + 'x' * 1000))
        tone.header.stamp = graph.tester.get_clock().now().to_msg()
        tones.publish(tone)

    def complete(now):
        return [line for line in now['transcript'] if line['words'] and line['sentiment']]

    line = complete(wait_for(graph, client, complete, 'an utterance with its sentiment', say))[0]
    assert line['words'] == 'hello ' + 'x' * 294
    assert (line['sentiment'], line['reject_reason']) == (Sentiment.POSITIVE.label, '')
    assert line['confidence'] == pytest.approx(0.9)


def test_speech_of_another_type_is_shown_and_what_has_no_words_as_it_came(graph, clients):
    speech_msgs = pytest.importorskip('hri_msgs.msg')
    node = graph.add(DashboardNode, port=0, speech_type='LiveSpeech')
    client = clients.open(node.server.url)
    speech = graph.publisher(speech_msgs.LiveSpeech, 'speech')
    speech.publish(speech_msgs.LiveSpeech(incremental='good'))
    speech.publish(speech_msgs.LiveSpeech(final='good morning'))
    speech.publish(speech_msgs.LiveSpeech(final='[MUSIC]'))
    now = wait_for(graph, client, lambda now: len(now['transcript']) > 1, 'the words')
    assert [line['words'] for line in now['transcript']] == ['good morning', '[MUSIC]']


def test_the_voice_is_shown_as_level_and_speech(graph, url, clients):
    client = clients.open(url)
    voices = graph.publisher(VoiceActivity, 'emotion/voice')

    voice = VoiceActivity(speaking=True, level_dbfs=-24.0)
    speak = lambda: voices.publish(voice)  # noqa: E731
    now = wait_for(graph, client, lambda now: now['voice'], 'the voice', speak)
    assert (now['voice']['speaking'], now['voice']['level_dbfs']) == (True, -24.0)
    assert len(now['speech']) == 1


def test_the_node_health_is_shown(graph, url, clients):
    graph.add(FusionNode)
    client = clients.open(url)
    now = wait_for(graph, client, lambda now: now['nodes'], 'diagnostics')
    assert [(n['name'], n['message'], n['level']) for n in now['nodes']] == [
        ('fusion_node', 'running', 0)
    ]


def test_disabled_it_removes_everything_and_shows_nothing(graph, node, url, clients):
    client = clients.open(url)
    states = graph.publisher(EmotionState, 'emotion_state')

    show = lambda: states.publish(happy_state(graph))  # noqa: E731
    wait_for(graph, client, lambda now: now['state'], 'a state', show)
    graph.call(SetBool, 'dashboard_node/enable', SetBool.Request(data=False))
    off = wait_for(graph, client, lambda now: not now['enabled'], 'off')
    assert (off['state'], off['people'], off['frame'], off['transcript']) == (None, [], None, [])
    assert off['samples'] == {}
    states.publish(happy_state(graph))
    graph.call(SetBool, 'dashboard_node/enable', SetBool.Request(data=True))
    wait_for(graph, client, lambda now: now['enabled'] and now['state'], 'on again', show)


@pytest.mark.parametrize(
    ('words', 'code'),
    [('', 1008), ('{"kind": "now"}', 1008), (b'\x00\xff', 1008), ('x' * 2000, 1009)],
)
def test_a_client_that_sends_is_disconnected_and_the_others_stay(graph, url, clients, words, code):
    speaker, listener = clients.open(url), clients.open(url)
    clients.send(speaker, words)
    graph.until(lambda: speaker.code, 'the close code')
    assert speaker.code == code
    count = len(listener.messages)
    graph.until(lambda: len(listener.messages) > count + 2, 'further messages')
    assert graph.errors == []


@pytest.mark.parametrize('garbage', [b'\x16\x03\x01\x02', b'GET / HTTP/9.9\r\n\r\n', b'\0' * 9000])
def test_garbage_on_the_wire_is_rejected_and_the_others_stay(graph, url, clients, garbage):
    listener = clients.open(url)
    with connection_to(url) as wire:
        wire.sendall(garbage)
        wire.shutdown(socket.SHUT_WR)
    count = len(listener.messages)
    graph.until(lambda: len(listener.messages) > count + 2, 'further messages')


def test_there_is_a_limit_of_pages(graph, node, url, clients):
    for _ in range(MAX_CLIENTS):
        clients.open(url)
    with pytest.raises(aiohttp.WSServerHandshakeError, match='503'):
        clients.open(url)
    assert node.server.clients == MAX_CLIENTS


def test_malformed_messages_are_counted_and_the_next_one_counts(graph, node, url, clients):
    client = clients.open(url)
    states = graph.publisher(EmotionState, 'emotion_state')
    states.publish(happy_state(graph, status=77))
    graph.until(lambda: node.statistics.counts().get('rejected.bad_value'), 'the refusal')

    show = lambda: states.publish(happy_state(graph))  # noqa: E731
    now = wait_for(graph, client, lambda now: now['state'], 'a good state', show)
    assert now['state']['status'] == 0
    assert graph.errors == []


def test_by_default_the_camera_is_not_subscribed(graph, url, clients):
    camera = graph.tester.create_publisher(Image, 'image', 1)
    client = clients.open(url)
    states = graph.publisher(EmotionState, 'emotion_state')
    show = lambda: states.publish(happy_state(graph))  # noqa: E731
    wait_for(graph, client, lambda now: now['state'], 'a state', show)
    assert camera.get_subscription_count() == 0
    assert client.images == []


def test_with_show_image_the_image_is_scaled_and_upright(graph, clients):
    node = graph.add(DashboardNode, port=0, show_image=True, rotate=90)
    client = clients.open(node.server.url)
    camera = graph.publisher(Image, 'image')
    pixels = np.zeros((1280, 960, 3), np.uint8)
    pixels[:, :480] = 255
    image = Image(height=1280, width=960, step=2880, encoding='bgr8', data=pixels.tobytes())
    broken = Image(height=4, width=4, step=12, encoding='rgb99')

    def show():
        camera.publish(broken)
        camera.publish(image)

    jpeg = graph.until(lambda: client.images, 'a picture', publish=show)[0]
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (480, 640, 3)
    assert (picture[:200].mean() > 250, picture[280:].mean() < 5) == (True, True)
    assert client.messages[0]['show_image']


def test_its_end_is_quick_although_pages_are_open(graph, node, url, clients):
    client = clients.open(url)
    with connected(url):
        graph.until(lambda: node.server.clients == 2 and client.now, 'two clients')
        graph.remove(node)
    assert 'web' not in {thread.name for thread in enumerate_threads()}
    graph.until(lambda: client.code, 'the end of the page')


@pytest.mark.parametrize('host', ['127.0.0.1', '::1'])
def test_a_taken_port_is_an_error_that_names_it(graph, host):
    family = socket.AF_INET6 if ':' in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigError, match=f'{host}:{port}: Address already in use'):
            graph.add(DashboardNode, host=host, port=port)


def test_a_host_that_is_not_ours_is_an_error(graph):
    with pytest.raises(ConfigError, match=r'cannot listen on 203\.0\.113\.1:0: '):
        graph.add(DashboardNode, host='203.0.113.1', port=0)


def test_a_client_that_never_reads_is_let_go(graph, node, url):
    """It answers no ping either; what is sent to it until then is bounded by that time."""
    with connected(url) as wire:
        graph.until(lambda: node.server.clients == 1, 'the client')
        graph.until(lambda: node.server.clients == 0, 'its end')
        assert wire.fileno() > 0


def test_the_other_nodes_open_no_port(graph):
    def listening():
        return {c.laddr for c in psutil.Process().net_connections('tcp') if c.status == 'LISTEN'}

    before = listening()
    graph.add(VisionNode, face_pipeline_factory(HappyFaceClassifier()))
    graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine()))
    graph.add(FusionNode)
    assert listening() == before


def test_the_node_health_of_another_robot_is_not_shown(graph, url, clients):
    heard = graph.listen(DiagnosticArray, '/diagnostics')
    graph.add(partial(FusionNode, namespace='/r2'))
    graph.add(VisionNode, face_pipeline_factory(HappyFaceClassifier()))
    client = clients.open(url)
    graph.until(lambda: len(of_robots(heard, '/r2')) > 2, 'the other robot')
    now = wait_for(graph, client, lambda now: now['nodes'], 'diagnostics')
    assert [node['name'] for node in now['nodes']] == ['vision_node']


def of_robots(heard: list[DiagnosticArray], namespace: str) -> list[str]:
    """Return the names of the nodes of this namespace, once for each report."""
    statuses = [status for msg in heard for status in msg.status]
    return [status.name for status in statuses if status.hardware_id == namespace]
