# SPDX-License-Identifier: MIT
"""Reading storyboards: what is written is what is played; mistakes are named with their line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emotion_ros.core.emotions import Emotion, Sentiment
from emotion_ros.core.people.privacy import PrivacyMode
from emotion_ros.core.state import Status
from emotion_ros.demo.storyboard import CAMERA_OFF, NOBODY, Cue, Expectation, Picture, View
from emotion_ros.demo.storyboard_file import (
    SCENES,
    load_storyboard,
    packaged_storyboard,
    parse_storyboard,
)
from emotion_ros.errors import ConfigError

EVERYTHING = """
- at: 0
  show: nobody
- at: 1.5
  show:
    - {image: a/b.jpg, x: -3, y: 4, height_px: 50, mirror: true, brightness: 0.5, emotion: sad,
       mouth: 0.7}
    - {image: c.png, x: 1, y: 2, height_px: 3}
  say: "Yes: no"
  sentiment: negative
  expect: {status: holding, emotion: unknown, conflict: true, within_s: 2}
- at: 2
  show: camera_off
- at: 3
  show: []
"""


def test_everything_that_can_be_written_is_read():
    sad = Picture(
        'a/b.jpg', -3, 4, 50, mirror=True, brightness=0.5, emotion=Emotion.SAD, mouth=0.7
    )
    expect = Expectation(2.0, status=Status.HOLDING, emotion=Emotion.UNKNOWN, conflict=True)
    assert parse_storyboard(EVERYTHING).cues == (
        Cue(0.0, show=NOBODY),
        Cue(1.5, View((sad, Picture('c.png', 1, 2, 3))), 'Yes: no', Sentiment.NEGATIVE, expect),
        Cue(2.0, show=CAMERA_OFF),
        Cue(3.0, show=NOBODY),
    )


@pytest.mark.parametrize(
    ('text', 'error'),
    [
        ('', 'story.yaml: is empty'),
        ('# only words', 'is empty'),
        ('[]', 'line 1: a storyboard needs at least one cue'),
        ('at: 1', 'line 1: a mapping is not a list'),
        ('hello', "line 1: 'hello' is not a list"),
        ('- 1', "line 1: '1' is not a mapping with at, show"),
        ('- [', 'is not YAML'),
        ('- at: 1\n- at: 2\n  shw: nobody', "line 3: unknown key 'shw' (known: at, show"),
        ('- {at: 1, at: 2}', "line 1: 'at' is there twice"),
        ('- {at: 1, consent: half}', "line 1: 'half' is not one of full"),
        ('- {at: 1, voice_id: anna}', 'voice_id'),
        ('- {at: 1, say: hi, voice_id: a/b}', 'voice_id'),
        ('- {? [a] : 1}', 'line 1: unknown key a list'),
        ('- at: 1\n- show: nobody', "line 2: 'at' is missing"),
        ('- at: 1\n- at: 1', 'line 2: at: 1 is not later'),
        ('- at: -1', 'line 1: at: -1 is not later'),
        ('- at: yes', "line 1: 'yes' is not a number"),
        ('- at: .nan', "line 1: '.nan' is not a number"),
        ('- at: 1e999', 'is not a number'),
        ('- at: ' + '9' * 400, 'is not a number'),
        ('- at: 2026-99-99', "line 1: '2026-99-99' is not a number"),
        ('- at: !!python/none 1', "line 1: '1' is not a number"),
        ('- at: [1]', 'line 1: a list is not a number'),
        ('- at: 1\n  show: nobdy', "line 2: 'nobdy' is not one of nobody, camera_off"),
        ('- at: 1\n  show: {}', 'line 2: a mapping is not one of nobody'),
        ('- at: 1\n  show:\n  - image: a', "line 3: 'x' is missing"),
        ('- {at: 1, show: [{image: a, x: 1.5, y: 1, height_px: 1}]}', "'1.5' is not a whole"),
        ('- {at: 1, show: [{image: a, x: 1, y: 1, height_px: 0}]}', 'line 1: height_px: 0'),
        ('- {at: 1, show: [{image: a, x: 1, y: 1, height_px: 9, mirror: 1}]}', 'true or false'),
        ('- {at: 1, show: [{image: a, x: 1, y: 1, height_px: 9, mouth: 2}]}', 'mouth: 2 is not'),
        ('- at: 1\n  say: 3', "line 2: '3' is not a text (quote it)"),
        ('- at: 1\n  say: " "', "line 2: ' ' is not a text"),
        ('- {at: 1, sentiment: bad}', "'bad' is not one of negative, neutral, positive"),
        ('- at: 1\n  expect: {status: ok}', "line 2: 'within_s' is missing"),
        ('- at: 1\n  expect:\n    within_s: 1', 'line 3: expect: needs a status'),
        ('- {at: 1, expect: {within_s: 0, status: ok}}', 'within_s: 0 is not above 0'),
        ('- {at: 1, expect: {within_s: 1, status: fine}}', "'fine' is not one of ok, holding"),
        ('- {at: 1, expect: {within_s: 1, emotion: glad}}', "'glad' is not one of angry"),
        ('- {at: 1, expect: {within_s: 1, conflict: maybe}}', "'maybe' is not true or false"),
    ],
)
def test_a_mistake_is_named_with_its_line(text, error):
    with pytest.raises(ConfigError) as caught:
        parse_storyboard(text, 'story.yaml')
    assert str(caught.value).startswith('story.yaml: ')
    assert error in str(caught.value)
    assert str(caught.value).count('line ') <= 2
    assert '\n' not in str(caught.value)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(alphabet='-:{}[]!&*? \n\tatshow019.#"\'|>%@`', max_size=60))
def test_any_text_is_a_storyboard_or_a_config_error(text):
    try:
        assert parse_storyboard(text).cues
    except ConfigError as error:
        assert str(error)


@pytest.mark.parametrize(
    ('content', 'error'), [(None, 'cannot be read'), (b'\xff\xfe\xff', 'is not UTF-8')]
)
def test_an_unreadable_file_is_named(tmp_path, content, error):
    path = tmp_path / 'story.yaml'
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=error) as caught:
        load_storyboard(path)
    assert str(path) in str(caught.value)


def test_the_packaged_story_tells_what_it_promises():
    story = load_storyboard(packaged_storyboard())
    said = [cue.say for cue in story.cues if cue.say]
    terrible = 'This is terrible!'
    assert said == ['I feel neutral about this.', terrible, 'I am so happy today!', terrible]
    assert {len(cue.show.pictures) for cue in story.cues if cue.show} == {0, 1, 2}
    assert CAMERA_OFF in [cue.show for cue in story.cues]
    assert any(cue.expect and cue.expect.conflict for cue in story.cues)
    assert story.duration_s <= 35.0


def test_a_cue_can_be_spoken_or_played():
    spoken, played = parse_storyboard(
        '- {at: 0, say: Hello, voice: happy}\n- {at: 1, play: a.wav, voice: angry}\n'
    ).cues
    assert (spoken.voice, spoken.has_sound, spoken.title) == (
        Emotion.HAPPY,
        True,
        'says "Hello" (synthetic voice)',
    )
    assert (played.play, played.title) == ('a.wav', 'plays a.wav')


@pytest.mark.parametrize(
    ('cue', 'complaint'),
    [
        ('voice: happy', 'says nothing: add say or play'),
        ('say: Hi, voice: glad', 'glad'),
        ('play: [a.wav]', 'a list is not a text'),
    ],
)
def test_a_voice_needs_a_known_tone_and_something_to_say(cue, complaint):
    with pytest.raises(ConfigError, match=complaint) as error:
        parse_storyboard(f'- {{at: 0, {cue}}}\n')
    assert 'line 1' in str(error.value)


def test_every_scene_of_the_demo_can_be_read():
    for scene in SCENES:
        assert load_storyboard(packaged_storyboard(scene)).duration_s > 30.0
    people = load_storyboard(packaged_storyboard('people'))
    assert {cue.consent for cue in people.cues} == {None, PrivacyMode.FULL, PrivacyMode.PAUSED}
    assert sorted({cue.robot for cue in people.cues}) == ['', 'tell_a_joke', 'tell_another_joke']
