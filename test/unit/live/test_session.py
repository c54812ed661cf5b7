# SPDX-License-Identifier: MIT
"""Images and words in, the messages of the page out, with the shipped models."""

import wave
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from time import monotonic

import cv2
import numpy as np
import pytest

from emotion_ros.bag.params_file import ParamsFile
from emotion_ros.demo.synthetic_voice import speak
from emotion_ros.errors import ConfigError, InvalidInput
from emotion_ros.live.pipelines import Pipelines, load_pipelines
from emotion_ros.live.session import LiveSession
from emotion_ros.live.sound_feed import SoundFileFeed
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.pipeline import FaceReport
from emotion_ros.perception.voice.config import VoiceConfig
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE
from emotion_ros.perception.voice.observer import VoiceObserver
from emotion_ros.perception.voice.pipeline import make_voice_pipeline
from page_clients import PageClients

ASTRONAUT = Path(__file__).parents[3] / 'config' / 'demo' / 'astronaut.jpg'


@pytest.fixture(scope='module')
def pipelines() -> Pipelines:
    return load_pipelines(ParamsFile(None), with_text=True)


@pytest.fixture
def clients() -> Iterator[PageClients]:
    clients = PageClients()
    yield clients
    clients.close()


class Running:
    """A running session and what its models raised."""

    def __init__(self, pipelines: Pipelines, feed=None, **options) -> None:
        self.errors: list[str] = []
        on_error = lambda error: self.errors.append(str(error))  # noqa: E731
        self.session = LiveSession(0, lambda: pipelines, 'a camera', on_error, **options)
        self.session.start(feed)

    def __enter__(self) -> LiveSession:
        return self.session

    def __exit__(self, *_: object) -> None:
        self.session.stop()


class Vision:
    """Finds nobody, as soon as it may; keeps the levels of the images."""

    config = VisionConfig()

    def __init__(self, error: Exception | None = None) -> None:
        self.levels: list[int] = []
        self.began, self.may_end, self.ended = Event(), Event(), Event()
        self._error = error

    def process(self, image_bgr, stamp_s):
        self.levels.append(int(image_bgr[0, 0, 0]))
        self.began.set()
        assert self.may_end.wait(20.0)
        if self._error:
            raise self._error
        return FaceReport((), 640, 480, {})

    def run_deferred(self):
        if len(self.levels) == 2:
            self.ended.set()


def test_a_smile_and_glad_words_reach_the_page(pipelines, clients):
    smile = cv2.imread(str(ASTRONAUT))

    def film(stopping):
        while not stopping.wait(0.03):
            if not pause.is_set():
                running.session.add_image(smile, monotonic())

    pause = Event()
    running = Running(pipelines, film)
    with running as session:
        page = clients.open(session.server.url)
        now = page.until(lambda now: now['state'] and now['state']['label'] == 'happy')
        assert now['frame']['faces'] and now['notice'] == ''
        scored: list[float] = []
        session.add_words('I am so happy today!', lambda result: scored.append(result.confidence))
        session.add_words('Thanks for watching!')
        now = page.until(lambda now: len(now['transcript']) == 2)
        glad, invented = now['transcript']
        assert (glad['words'], glad['sentiment']) == ('I am so happy today!', 'positive')
        assert (invented['sentiment'], 'hallucination' in invented.values()) == ('unknown', True)
        assert scored == [pytest.approx(glad['confidence'], abs=1e-5)]
        sources = lambda now: {one['modality'] for one in now['state']['evidence']}  # noqa: E731
        page.until(lambda now: sources(now) == {'face', 'text'})
        page.until(lambda now: now['nodes'] and page.images)
        pause.set()
        page.until(lambda now: now['notice'] == 'No images arrive: a camera.')
        assert page.images[0][:2] == b'\xff\xd8'
        hello = page.messages[0]
        assert (hello['topic'], hello['accepts_words']) == ('a camera', True)
    assert running.errors == []


def people_of(now) -> dict[str, tuple[int, str]]:
    return {one['person_id']: (one['status'], one['label']) for one in now['people']}


@pytest.mark.parametrize('how', ['button', 'words'])
def test_who_is_paused_is_neither_analysed_nor_shown(clients, how):
    smile = cv2.imread(str(ASTRONAUT))
    pipelines = load_pipelines(ParamsFile(None), with_text=True)  # with no one known

    def film(stopping):
        while not stopping.wait(0.03):
            running.session.add_image(smile, monotonic())

    running, said = Running(pipelines, film), []
    with running as session:
        page = clients.open(session.server.url)

        def say(words: str) -> tuple[int, str]:
            url = session.server.url
            return clients.post(f'{url}words', words.encode(), Origin=url[:-1])

        now = page.until(lambda now: 'happy' in str(people_of(now).values()))
        [person] = people_of(now)
        say('I am so happy in zanzibar!')
        page.until(lambda now: now['transcript'] and page.images)
        assert say('/pause nobody') == (
            400,
            f"unknown_person: person_id: 'nobody' is not known (known: {person})",
        )
        assert say('/stop')[0] == 400
        command = f'/pause {person}' if how == 'button' else 'please do not analyse me'
        assert say(command)[0] == 202
        now = page.until(lambda now: people_of(now).get(person) == (5, 'unknown'))
        assert now['transcript'] == []
        count, images = len(page.messages), len(page.images)
        session.add_words('this is terrible in zanzibar', said.append)
        page.until(lambda now: len(page.images) > images + 3 and said)
        assert said[0].reject_reason == 'paused'
        late = clients.open(session.server.url)
        late.until(lambda now: True)
        later = [*page.messages[count:], late.messages[0]]
        assert not any('zanzibar' in str(message) for message in later)
        tracks = later[-1]['tracks']
        assert {each['label'] for each in tracks[person]} == {'unknown'}
        x1, y1, x2, y2 = now['frame']['faces'][0]['box_xyxy']
        for jpeg in page.images[images + 1 :]:
            shown = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
            height, width = shown.shape
            face = shown[int(y1 * height) : int(y2 * height), int(x1 * width) : int(x2 * width)]
            assert np.abs(face.astype(int) - 128).max() < 12
        assert say(f'/resume {person}')[0] == 202
        page.until(lambda now: people_of(now).get(person) == (0, 'happy'))
        assert say('/pause')[0] == 202
        page.until(lambda now: people_of(now).get(person) == (5, 'unknown'))
    assert running.errors == []


def test_the_newest_image_wins(pipelines):
    vision = Vision()
    with Running(replace(pipelines, vision=vision)) as session:
        session.add_image(np.full((4, 4, 3), 1, np.uint8), monotonic())
        assert vision.began.wait(20.0)
        for level in (2, 3, 4):
            session.add_image(np.full((4, 4, 3), level, np.uint8), monotonic())
        vision.may_end.set()
        assert vision.ended.wait(20.0)
    assert vision.levels == [1, 4]


def test_a_model_that_fails_is_shown_and_reported_once(pipelines, clients):
    vision = Vision(InvalidInput('bad_output', 'NaN'))
    vision.may_end.set()

    def film(stopping):
        while not stopping.wait(0.02):
            running.session.add_image(np.zeros((4, 4, 3), np.uint8), monotonic())

    running = Running(replace(pipelines, vision=vision), film)
    with running as session:
        page = clients.open(session.server.url)
        now = page.until(lambda now: now['nodes'])
        assert (now['nodes'][0]['level'], now['nodes'][0]['name']) == (2, 'vision')
    assert len(vision.levels) > 1
    assert running.errors == ['bad_output: NaN']


def test_the_scripted_person_is_silent_once_a_line_was_typed(pipelines, clients):
    with Running(pipelines, lambda stopping: stopping.wait()) as session:
        page = clients.open(session.server.url)
        session.add_scripted_words('This is terrible!')
        page.until(lambda now: len(now['transcript']) == 1)
        session.add_typed_words('I am so happy today!')
        session.add_scripted_words('I feel neutral about this.')
        session.add_typed_words('What a lovely surprise!')
        now = page.until(lambda now: len(now['transcript']) == 3)
        assert [line['words'] for line in now['transcript']] == [
            'This is terrible!',
            'I am so happy today!',
            'What a lovely surprise!',
        ]


def test_without_a_text_pipeline_no_words_are_taken(pipelines, clients):
    with Running(replace(pipelines, text=None), with_text=False) as session:
        page = clients.open(session.server.url)
        session.add_words('I am so happy today!')
        assert clients.get(f'{session.server.url}words')[0] == 404
        page.until(
            lambda now: now['state'] and now['state']['not_actionable_reason'] == 'no_input'
        )
        assert page.messages[0]['accepts_words'] is False
        assert page.now['transcript'] == []


def test_a_port_that_is_taken_is_an_error_before_anything_is_loaded(pipelines):
    with Running(pipelines) as session:
        port = int(session.server.url.rstrip('/').rpartition(':')[2])
        with pytest.raises(ConfigError, match=f'cannot listen on 127.0.0.1:{port}: Address alr'):
            LiveSession(port, pytest.fail, 'a camera', print)


def test_a_spoken_sentence_gives_level_and_the_evidence_of_the_voice(tmp_path, pipelines, clients):
    path = tmp_path / 'talk.wav'
    silence = np.zeros(SAMPLE_RATE, np.int16)
    with wave.open(str(path), 'wb') as file:
        file.setparams((1, 2, SAMPLE_RATE, 0, 'NONE', ''))
        said = speak('I am so happy today! It is a lovely morning, and I like it.')
        file.writeframes(np.concatenate([silence, said, silence]).tobytes())
    config = VoiceConfig(vad='energy')
    voice = VoiceObserver(make_voice_pipeline(config, threads=1))
    feed = SoundFileFeed(path)
    is_open = Event()

    def listen(stopping):
        is_open.wait()
        feed.play(stopping, running.session.add_sound)

    running = Running(replace(pipelines, voice=voice), listen)
    with running as session:
        page = clients.open(session.server.url)
        is_open.set()
        page.until(lambda now: now['voice'] and now['voice']['speaking'])
        page.until(
            lambda now: (
                now['state']
                and 'voice' in {one['modality'] for one in now['state']['evidence'] if one['used']}
            )
        )
        page.until(lambda now: any(node['name'] == 'voice' for node in now['nodes']))
    assert running.errors == []
