# SPDX-License-Identifier: MIT
"""The page of the dashboard in a real, headless Chromium, fed over real DDS."""

import json
import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sensor_msgs.msg import Image
from std_msgs.msg import String
from std_srvs.srv import SetBool

from browser import chromium_page, console_errors, load, missing
from emotion_ros.core.emotions import EMOTIONS, Emotion
from emotion_ros.core.people.privacy import PrivacyMode, PrivacyRules
from emotion_ros.msg import (
    EmotionEvidence,
    EmotionState,
    EmotionStateArray,
    FaceEmotion,
    FaceEmotionArray,
)
from emotion_ros.nodes.messages.qos import LATCHED
from emotion_ros.web.dashboard_node import DashboardNode

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.skipif(missing() != '', reason=missing())

SIZES = ((1280, 800), (1024, 768), (820, 1180), (390, 844))
TIMEOUT_S = 60.0
OK, HOLDING, NO_PERSON, NO_INPUT, DISABLED, PAUSED = range(6)


@pytest.fixture(scope='module')
def page() -> 'Iterator[Page]':
    with chromium_page() as page:
        yield page


class Stage:
    """Publishes one state over and over while somebody waits for the page to show it."""

    def __init__(self, graph, page: 'Page', **parameters) -> None:
        self.graph, self.page = graph, page
        self.node = graph.add(DashboardNode, port=0, **parameters)
        self._states = graph.publisher(EmotionState, 'emotion_state')
        self._faces = graph.publisher(FaceEmotionArray, 'emotion/faces')
        self._people = graph.publisher(EmotionStateArray, 'emotion_states')
        self.state: EmotionState | None = None
        self.others: list[EmotionState] = []
        self.faces = FaceEmotionArray(image_width=640, image_height=480)
        self.film: Callable[[], None] = lambda: None
        page.goto('about:blank')  # the page of the test before would log that its node has ended
        self.errors = console_errors(page)
        self.open()

    def open(self, **window) -> None:
        """Load the dashboard in a window of this size and colour scheme."""
        load(self.page, self.node.server.url, **window)

    def until(self, script: str, action: Callable[[], None] = lambda: None) -> Any:
        """Play on, with an action each time, until the expression is true in the page.

        An action is repeated: on a busy machine the page may have no data when it is first done.
        """

        def look() -> Any:
            action()
            return self.page.evaluate(script)

        self._play()
        return self.graph.until(look, script, TIMEOUT_S, self._play)

    def shows(self, view: str, state: EmotionState | None) -> None:
        """Play a state until the page is in this view."""
        self.state = state
        self.until(f'document.body.dataset.view === "{view}"')

    def look(self, view: str, script: str) -> Any:
        """Return the value of an expression at a moment at which the page is in this view.

        While nobody plays, the page soon says that no data come.
        """
        return self.until(f'document.body.dataset.view === "{view}" && [{script}]')[0]

    def texts(self, view: str, *selectors: str) -> list[str]:
        """Return what can be read in these places at one such moment."""
        places = json.dumps(selectors)
        return list(self.look(view, f'{places}.map((s) => document.querySelector(s).innerText)'))

    def _play(self) -> None:
        if self.state is not None:
            self._states.publish(self.state)
            self._people.publish(EmotionStateArray(states=[self.state, *self.others]))
            self._faces.publish(self.faces)
            self.film()


@pytest.fixture
def stage(graph, page) -> Stage:
    return Stage(graph, page)


def seen(emotion: Emotion = Emotion.HAPPY, **changes) -> EmotionState:
    """Return a state about face_1 with a face and words."""
    probabilities = [0.02] * 7
    msg = EmotionState(status=OK, summary='Vision: Happy (94%), Text: Positive (90%)')
    if emotion is not Emotion.UNKNOWN:
        probabilities[emotion] = 0.88
        msg.valence, msg.arousal = 0.6, 0.4
    msg.evidence = [
        EmotionEvidence(
            modality='face', detail='Happy (94%)', weight=1.2, used=True, probabilities=[0.1] * 7
        ),
        EmotionEvidence(modality='voice', reject_reason='stale', probabilities=[0.1] * 7),
    ]
    msg.person_id, msg.emotion, msg.label = 'face_1', int(emotion), emotion.label
    msg.confidence, msg.actionable, msg.probabilities = 0.88, True, probabilities
    for name, value in changes.items():
        setattr(msg, name, value)
    return msg


def nothing(status: int, reason: str, person_id: str = '') -> EmotionState:
    """Return a state without an emotion."""
    msg = EmotionState(status=status, emotion=255, label='unknown', not_actionable_reason=reason)
    msg.person_id = person_id
    msg.probabilities, msg.valence, msg.arousal = [math.nan] * 7, math.nan, math.nan
    return msg


def test_a_happy_person_is_read_in_words_and_in_charts(stage):
    happy = [0.01, 0.01, 0.01, 0.94, 0.01, 0.01, 0.01]
    stage.faces.faces = [
        FaceEmotion(face_id=1, box_xyxy=[0.2, 0.2, 0.6, 0.8], probabilities=happy),
        FaceEmotion(face_id=2, box_xyxy=[0.7, 0.2, 0.9, 0.5], probabilities=[math.nan] * 7),
    ]
    stage.shows('ok', seen())
    stage.until('document.querySelectorAll("#timeline rect.happy").length > 0')
    said = [
        'happy',
        '88 %',
        '✓ actionable',
        'face_1, in focus',
        'Vision: Happy (94%), Text: Positive (90%)',
    ]
    assert stage.texts('ok', '#label', '#confidence', '#act', '#person', '#summary') == said
    bars, evidence = stage.texts('ok', '#bars', '#evidence')
    assert [word for word in bars.split('\n') if word in EMOTIONS] == list(EMOTIONS)
    assert 'not used: too old' in evidence
    label = 'document.getElementById("faces").getAttribute("aria-label")'
    stage.until(f'{label} === "face_1 happy 94 %, face_2 not classified"')
    assert stage.texts('ok', '#banner') == ['']
    assert stage.errors == []


@pytest.mark.parametrize(
    ('view', 'state', 'words'),
    [
        (
            'conflict',
            seen(actionable=False, conflict=True, not_actionable_reason='conflict'),
            {'#status': 'conflict', '#act': '✕ not actionable: modalities disagree'},
        ),
        (
            'holding',
            seen(status=HOLDING, actionable=False, not_actionable_reason='stale'),
            {
                '#status': 'holding: no fresh evidence',
                '#act': '✕ not actionable: evidence is stale',
            },
        ),
        (
            'ok',
            seen(Emotion.UNKNOWN, actionable=False, not_actionable_reason='low_confidence'),
            {'#label': 'uncertain', '#act': '✕ not actionable: confidence too low'},
        ),
        (
            'no_person',
            nothing(NO_PERSON, 'no_person'),
            {'#label': 'nobody in view', '#confidence': '', '#act': '✕ not actionable'},
        ),
        (
            'no_input',
            nothing(NO_INPUT, 'no_input'),
            {
                '#label': 'no input',
                '#banner': 'No images and no speech arrive. “ros2 run emotion_ros doctor”',
            },
        ),
        ('disabled', nothing(DISABLED, 'disabled'), {'#label': 'disabled'}),
        (
            'no_data',
            None,
            {'#label': 'no data', '#banner': 'No state is published.'},
        ),
    ],
)
def test_every_status_is_shown_in_words(stage, view, state, words):
    stage.shows(view, state)
    stage.until('document.getElementById("label").innerText !== ""')
    *read, summary, label = stage.texts(view, *words, '#summary', '#label')
    begun = [text[: len(w) or None] for text, w in zip(read, words.values(), strict=True)]
    assert begun == list(words.values())
    assert summary != label
    assert stage.errors == []


def test_a_fusion_that_dies_is_no_data_soon(stage):
    stage.shows('ok', seen())
    stage.shows('no_data', None)
    assert stage.texts('no_data', '#label') == ['no data']


def test_a_lost_dashboard_is_shown_and_found_again(graph, stage):
    stage.shows('ok', seen())
    port = int(stage.node.server.url.rsplit(':', 1)[1].strip('/'))
    graph.remove(stage.node)
    stage.until('document.body.dataset.view === "disconnected"')
    banner, live, act = stage.texts('disconnected', '#banner', '#live', '#act')
    assert banner.startswith('No data: these are the last values.')
    assert (live[:9], act) == ('○ no data', '')
    read = stage.texts('disconnected', '#label', '#confidence', '#status')
    assert read == ['happy', '88 %', 'last values']
    stage.node = graph.add(DashboardNode, port=port)
    stage.shows('ok', seen())
    assert stage.texts('ok', '#live') == ['● live']


def test_a_node_that_is_switched_off_is_shown(graph, stage):
    stage.shows('ok', seen())
    graph.call(SetBool, 'dashboard_node/enable', SetBool.Request(data=False))
    stage.shows('disabled', None)
    stage.until('document.querySelectorAll("#timeline rect.mark").length === 0')


@pytest.mark.parametrize('is_frozen', [False, True])
def test_an_open_page_forgets_who_is_paused_at_once_and_keeps_the_others(graph, stage, is_frozen):
    stage.others = [seen(Emotion.SAD, person_id='face_2')]
    stage.shows('ok', seen())
    stage.until('tracks.face_1?.length > 2 && tracks.face_2?.length > 2')
    if is_frozen:
        stage.page.keyboard.press(' ')
        stage.until('frozen !== null')
    stage.state = nothing(PAUSED, 'paused', person_id='face_1')
    rules = PrivacyRules(people={'face_1': PrivacyMode.PAUSED})
    graph.publisher(String, 'emotion/privacy', LATCHED).publish(String(data=rules.to_json()))
    held = '[...tracks[FOCUS] ?? [], ...tracks.face_1 ?? []].filter((s) => s.label !== "unknown")'
    stage.until(f'about.deletions > 1 && frozen === null && {held}.length === 0')
    assert stage.look('paused', 'tracks.face_2.filter((s) => s.label === "sad").length') > 2
    stage.until('document.querySelectorAll("#timeline rect.mark.happy").length === 0')
    assert stage.errors == []


def test_words_are_text_and_never_markup(graph, stage):
    stage.shows('ok', seen(summary='<b>bold</b>', person_id='<i>face_1</i>'))
    evil = '<img src=x onerror="document.title=1">'  # a mark without words: shown as it came
    graph.publisher(String, 'speech').publish(String(data=evil))
    stage.until('document.querySelector("#transcript .words") !== null')
    read = stage.texts('ok', '#transcript .words', '#summary', '#person')
    assert read == [f'“{evil}”', '<b>bold</b>', '<i>face_1</i>, in focus']
    assert stage.look('ok', 'document.querySelectorAll("main img, main b, main i i").length') == 0
    assert stage.page.evaluate('document.title') == 'emotion_ros'


def test_the_keyboard_reaches_everything_and_freezes_the_page(stage):
    stage.shows('ok', seen())
    stage.page.keyboard.press('Tab')
    assert stage.page.evaluate('document.activeElement.id') == 'freeze'
    stage.page.keyboard.press('Enter')
    shown = 'document.getElementById("headline").innerText'
    frozen = stage.page.evaluate(shown)
    stage.state = seen(Emotion.SAD)
    stage.until('tracks[FOCUS].some((s) => s.label === "sad")')
    assert stage.page.evaluate(shown) == frozen
    stage.page.keyboard.press('Enter')
    stage.until('document.getElementById("label").innerText === "sad"')
    reached = []
    for _ in range(4):
        stage.page.keyboard.press('Tab')
        reached.append(
            stage.page.evaluate(
                'document.activeElement.id || document.activeElement.dataset.person'
            )
        )
    assert reached == ['open_help', '', 'face_1', 'transcript']


def test_every_person_in_view_can_be_shown(stage):
    stage.others = [seen(Emotion.SAD, person_id='face_2'), seen(Emotion.FEAR, person_id='face_10')]
    stage.faces.faces = [
        FaceEmotion(face_id=1, box_xyxy=[0.1, 0.2, 0.4, 0.8], probabilities=[math.nan] * 7),
        FaceEmotion(face_id=2, box_xyxy=[0.5, 0.2, 0.9, 0.8], probabilities=[math.nan] * 7),
    ]
    stage.shows('ok', seen())
    buttons = '[...document.getElementById("people").children]'
    listed = f'{buttons}.map((b) => [...b.children].map((c) => c.textContent).join(" ")).join()'
    stage.until(f'{listed} === "in focus,1 happy 88 %,2 sad 88 %,10 fear 88 %"')
    shown = '["label", "person"].map((id) => document.getElementById(id).innerText)'
    last = f'{buttons}.find((b) => b.dataset.person === "face_10")?.click()'
    right = stage.page.locator('#faces').bounding_box()
    x, y = right['x'] + 0.65 * right['width'], right['y'] + 0.5 * right['height']
    for action, person in (
        (lambda: stage.page.evaluate(last), 'fear,face_10, chosen'),
        (lambda: stage.page.keyboard.press('2'), 'sad,face_2, chosen'),
        (lambda: stage.page.keyboard.press('0'), 'happy,face_1, in focus'),
        (lambda: stage.page.mouse.click(x, y), 'sad,face_2, chosen'),
    ):
        stage.until(f'({shown}).join() === "{person}"', action)
    stage.until('document.querySelectorAll("#timeline rect.mark.sad").length > 0')
    stage.others = []
    stage.shows('left', seen())
    assert stage.texts('left', '#label', '#confidence') == ['not in view', '']
    assert stage.errors == []


@pytest.mark.parametrize(('width', 'height'), SIZES)
def test_it_fits_the_width_of_a_screen(stage, width, height):
    stage.open(width=width, height=height)
    stage.shows('ok', seen(summary='word ' * 40))
    stage.until('document.querySelectorAll("#timeline rect.happy").length > 0')
    assert stage.look('ok', 'document.documentElement.scrollWidth') <= width


def test_light_and_dark_follow_the_system_and_both_can_be_read(stage):
    lightness = []
    for dark in (False, True):
        stage.open(dark=dark)
        stage.shows('ok', seen())
        ink = lightness_of(stage, '#summary', 'color')
        ground = lightness_of(stage, '#headline', 'backgroundColor')
        assert abs(ink - ground) > 80
        lightness.append(ground)
    assert lightness[0] > 200 > 60 > lightness[1]


def lightness_of(stage: Stage, selector: str, what: str) -> float:
    """Return the mean of red, green and blue, 0..255, of a part of the page."""
    colour = stage.look('ok', f'getComputedStyle(document.querySelector("{selector}")).{what}')
    return float(np.mean([int(n) for n in colour[4:-1].split(',')]))


IS_RED = """(() => {
  const canvas = document.getElementById('faces');
  const place = [canvas.width / 2, canvas.height - 20, 1, 1];
  const [red, , blue] = canvas.getContext('2d').getImageData(...place).data;
  return red > 200 && blue < 60;
})()"""


SMUGGLE_RED = """(() => {
  const pixels = new ImageData(8, 8);
  pixels.data.fill(255);
  for (let i = 0; i < pixels.data.length; i += 4) pixels.data[i + 1] = pixels.data[i + 2] = 0;
  createImageBitmap(pixels).then((image) => { picture = image; });
})()"""


@pytest.mark.parametrize('show_image', [False, True])
def test_the_picture_is_on_the_canvas_only_when_it_may_be(graph, page, show_image):
    stage = Stage(graph, page, show_image=show_image)
    camera = graph.tester.create_publisher(Image, 'image', 1)
    red = np.zeros((48, 64, 3), np.uint8)
    red[..., 2] = 255
    image = Image(height=48, width=64, step=192, encoding='bgr8', data=red.tobytes())
    stage.film = lambda: camera.publish(image)
    stage.shows('ok', seen())
    if show_image:
        stage.until(IS_RED)
    else:
        page.evaluate(SMUGGLE_RED)
        stage.until('picture !== null && tracks[FOCUS]?.length > 10')
        assert not stage.look('ok', IS_RED)
