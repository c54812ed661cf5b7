# SPDX-License-Identifier: MIT
"""The sentence for a dialogue system."""

from dataclasses import replace
from pathlib import Path

import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.evidence import Evidence, Rejection
from emotion_ros.core.people.context_sentence import (
    ContextSentence,
    load_context_template,
    place_of,
)
from emotion_ros.core.state import EmotionState, Reason, Status, WeighedEvidence
from emotion_ros.errors import ConfigError
from emotion_ros.files.resources import packaged_config

FILE = packaged_config('context_sentences.yaml')
SAD = EmotionState(
    0.0,
    Status.OK,
    Reason.NONE,
    person_id='face_1',
    emotion=Emotion.SAD,
    confidence=0.8,
    duration_s=6.5,
)


def said(modality: str, detail: str, rejection: Rejection = Rejection.NONE) -> WeighedEvidence:
    evidence = Evidence(modality, 0.0, (), detail=detail)
    return WeighedEvidence(evidence, 1.0, 0.0, rejection)


NEUTRAL_WORDS = (said('face', 'Sad (80%)'), said('text', 'Neutral (70%)'))
UNSURE = replace(SAD, reason=Reason.LOW_CONFIDENCE, evidence=NEUTRAL_WORDS)


def idle(status: Status, reason: Reason, person: str = '') -> EmotionState:
    return EmotionState(0.0, status, reason, person_id=person)


@pytest.mark.parametrize(
    ('state', 'place', 'sentence'),
    [
        (SAD, 'alone', 'The person has looked sad for 6 s.'),
        (replace(SAD, duration_s=1.0), 'alone', 'The person looks sad.'),
        (
            replace(SAD, duration_s=9e9),
            'middle',
            'The person in the middle has looked sad for 300 s.',
        ),
        (UNSURE, 'left', 'The person on the left has looked sad for 6 s; words neutral; unsure.'),
        (
            replace(SAD, conflict=True, evidence=(said('voice', 'Happy (90%)'),)),
            'right',
            'The person on the right has looked sad for 6 s; voice happy; the signals disagree.',
        ),
        (
            replace(SAD, evidence=(said('text', 'Negative (90%)', Rejection.STALE),)),
            'alone',
            'The person has looked sad for 6 s.',
        ),
        (
            replace(SAD, person_id='', duration_s=0.0),
            'alone',
            'The person cannot be seen and sounds sad.',
        ),
        (idle(Status.NO_PERSON, Reason.NO_PERSON), 'alone', 'Nobody is in view.'),
        (
            idle(Status.NO_INPUT, Reason.NO_INPUT),
            'alone',
            'The robot gets no images and no words.',
        ),
        (
            idle(Status.PAUSED, Reason.PAUSED, 'face_1'),
            'left',
            'The person on the left does not want to be analysed.',
        ),
        (
            idle(Status.HOLDING, Reason.STALE, 'face_1'),
            'alone',
            'The person is in view; the expression is not known.',
        ),
        (idle(Status.DISABLED, Reason.DISABLED), 'alone', 'Emotion recognition is switched off.'),
    ],
)
def test_a_state_as_a_sentence(state, place, sentence):
    assert ContextSentence(load_context_template(FILE)).update(state, place) == sentence


def test_a_sentence_comes_only_when_it_says_something_new():
    sentences = ContextSentence(load_context_template(FILE))
    durations = [0.1 * i for i in range(200)]
    found = [sentences.update(replace(SAD, duration_s=d), 'alone') for d in durations]
    assert [s for s in found if s] == [
        'The person looks sad.',
        'The person has looked sad for 3 s.',
        'The person has looked sad for 6 s.',
        'The person has looked sad for 15 s.',
    ]


def test_a_label_that_flickers_is_not_told():
    sentences = ContextSentence(load_context_template(FILE))
    assert sentences.update(SAD, 'alone')
    flicker = replace(SAD, emotion=Emotion.FEAR, reason=Reason.DWELL, duration_s=0.1)
    assert sentences.update(flicker, 'alone') == ''


@pytest.mark.parametrize(
    ('box', 'people', 'place'),
    [
        (None, 2, 'alone'),
        ((0.0, 0.0, 0.2, 0.2), 1, 'alone'),
        ((0.0, 0.0, 0.2, 0.2), 2, 'left'),
        ((0.4, 0.0, 0.6, 0.2), 2, 'middle'),
        ((0.8, 0.0, 1.0, 0.2), 50, 'right'),
    ],
)
def test_the_place_of_a_face(box, people, place):
    assert place_of(box, people) == place


@pytest.mark.parametrize(
    ('old', 'new', 'problem'),
    [
        ('{emotion}"', '{mood}"', r'use \{person\}, \{emotion\}'),
        ('; unsure', '{0}', 'use no braces'),
        ('; unsure', '{', 'use no braces'),
        ('{person} looks', '{person.__class__} looks', r'use \{person\}'),
        ('begins:', 'starts:', "unknown key 'starts'"),
        ('alone: the person, ', '', "'alone'"),
    ],
)
def test_a_bad_template_is_refused_with_its_line(tmp_path: Path, old, new, problem):
    path = tmp_path / 'mine.yaml'
    path.write_text(FILE.read_text().replace(old, new))
    with pytest.raises(ConfigError, match=problem) as error:
        load_context_template(path)
    assert str(path) in str(error.value)


def test_a_missing_template_is_named(tmp_path: Path):
    with pytest.raises(ConfigError, match=r'mine\.yaml: cannot be read'):
        load_context_template(tmp_path / 'mine.yaml')
