# SPDX-License-Identifier: MIT
"""Storyboards as YAML files.

A list of ``{at: s, show: [{image, x, y, height_px}] | nobody | camera_off, say: text,
expect: {status, emotion, conflict, within_s}}``. A picture may also have ``mirror``,
``brightness``, ``emotion`` and a ``mouth`` that moves, and a text to say a ``sentiment``. With
``voice: EMOTION`` the synthetic voice speaks the text; ``play: FILE`` is a sound file instead.
"""

from pathlib import Path

from emotion_ros.core.emotions import Emotion, Sentiment
from emotion_ros.core.people.privacy import MODES
from emotion_ros.core.state import Status
from emotion_ros.demo.storyboard import (
    CAMERA_OFF,
    NOBODY,
    Cue,
    Expectation,
    Picture,
    Storyboard,
    View,
)
from emotion_ros.files.checked import CheckedValue, parse_yaml, read_text
from emotion_ros.files.resources import packaged_config

SCENES = {'tour': 'demo.yaml', 'people': 'demo_people.yaml'}
_VIEWS = {'nobody': NOBODY, 'camera_off': CAMERA_OFF}
_STATUSES = {status.name.lower(): status for status in Status}
_EMOTIONS = {emotion.label: emotion for emotion in Emotion}
_SENTIMENTS = {sentiment.label: sentiment for sentiment in Sentiment}


def packaged_storyboard(scene: str = 'tour') -> Path:
    """Return the path of a scene of the demo; ConfigError when it is not installed."""
    return packaged_config(SCENES[scene])


def load_storyboard(path: Path) -> Storyboard:
    """Return the storyboard in a YAML file; ConfigError, with file and line, if it is invalid."""
    return parse_storyboard(read_text(path), str(path))


def parse_storyboard(text: str, where: str = 'storyboard') -> Storyboard:
    """Return the storyboard in this YAML; a ConfigError names ``where`` and the line."""
    root = parse_yaml(text, where)
    cues: list[Cue] = []
    for item in root.items():
        cues.append(_parse_cue(item))
        with item.error_context():
            Storyboard(tuple(cues))
    with root.error_context():
        return Storyboard(tuple(cues))


def _parse_cue(value: CheckedValue) -> Cue:
    def parse_view(shown: CheckedValue) -> View:
        if not shown.is_list():
            return shown.choice(_VIEWS)
        return View(tuple(_parse_picture(item) for item in shown.items()))

    raw = value.mapping(
        'at',
        'show',
        'say',
        'sentiment',
        'voice',
        'play',
        'consent',
        'robot',
        'voice_id',
        'expect',
    )
    with value.error_context():
        return Cue(
            at_s=raw['at'].number(),
            show=raw.get('show', parse_view, None),
            say=raw.get('say', CheckedValue.string, ''),
            sentiment=raw.get('sentiment', lambda v: v.choice(_SENTIMENTS), Sentiment.UNKNOWN),
            expect=raw.get('expect', _parse_expectation, None),
            voice=raw.get('voice', lambda v: v.choice(_EMOTIONS), Emotion.UNKNOWN),
            play=raw.get('play', CheckedValue.string, ''),
            consent=raw.get('consent', lambda v: v.choice(MODES), None),
            robot=raw.get('robot', CheckedValue.string, ''),
            voice_id=raw.get('voice_id', CheckedValue.string, ''),
        )


def _parse_picture(value: CheckedValue) -> Picture:
    raw = value.mapping('image', 'x', 'y', 'height_px', 'mirror', 'brightness', 'emotion', 'mouth')
    with value.error_context():
        return Picture(
            image=raw['image'].string(),
            x=raw['x'].integer(),
            y=raw['y'].integer(),
            height_px=raw['height_px'].integer(),
            mirror=raw.get('mirror', CheckedValue.boolean, False),
            brightness=raw.get('brightness', CheckedValue.number, 1.0),
            emotion=raw.get('emotion', lambda v: v.choice(_EMOTIONS), Emotion.UNKNOWN),
            mouth=raw.get('mouth', CheckedValue.number, 0.0),
        )


def _parse_expectation(value: CheckedValue) -> Expectation:
    raw = value.mapping('status', 'emotion', 'conflict', 'within_s')
    with value.error_context():
        return Expectation(
            within_s=raw['within_s'].number(),
            status=raw.get('status', lambda v: v.choice(_STATUSES), None),
            emotion=raw.get('emotion', lambda v: v.choice(_EMOTIONS), None),
            conflict=raw.get('conflict', CheckedValue.boolean, None),
        )
