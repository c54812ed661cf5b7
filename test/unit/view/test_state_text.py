# SPDX-License-Identifier: MIT
"""A state in words and bars."""

from io import StringIO

import pytest
from rich.console import Console

from emotion_ros.core.emotions import EMOTIONS, Emotion
from emotion_ros.core.evidence import Evidence, Rejection
from emotion_ros.core.observations import FaceObservation
from emotion_ros.core.state import EmotionState, Reason, Status, WeighedEvidence
from emotion_ros.view.palette import DARK, LIGHT
from emotion_ros.view.state_text import bar, faces_text, short_state, state_group, state_line

NAN = float('nan')
NO_INPUT = EmotionState(0.0, Status.NO_INPUT, Reason.NO_INPUT, summary='No input')
HAPPY = (0.02, 0.02, 0.02, 0.88, 0.02, 0.02, 0.02)
CONFLICT = EmotionState(
    1.0,
    Status.OK,
    Reason.CONFLICT,
    person_id='face_1',
    emotion=Emotion.HAPPY,
    confidence=0.88,
    duration_s=3.5,
    probabilities=HAPPY,
    evidence=(
        WeighedEvidence(
            Evidence('face', 0.9, HAPPY, person_id='face_1', detail='Happy (91%)'),
            weight=1.25,
            age_s=0.1,
            rejection=Rejection.NONE,
        ),
        WeighedEvidence(
            Evidence('voice', 0.0, HAPPY), weight=0.0, age_s=9.0, rejection=Rejection.STALE
        ),
    ),
    conflict=True,
    summary='Vision: Happy (91%), Text: Negative (96%): they disagree',
)


FACE = FaceObservation(7, (0.0, 0.0, 1.0, 1.0), 1.0, 1.0, (0.0, 0.0, 0.0, 0.9, 0.1, 0.0, 0.0))


def rendered(renderable) -> str:
    console = Console(width=100, file=StringIO())
    console.print(renderable)
    return console.file.getvalue()


@pytest.mark.parametrize(
    ('share', 'filled'), [(NAN, 0), (0.0, 0), (0.5, 15), (1.0, 30), (1.5, 30), (-1.0, 0)]
)
def test_a_bar_is_filled_by_its_share(share, filled):
    assert bar(share) == '█' * filled + '·' * (30 - filled)


@pytest.mark.parametrize(
    ('state', 'line'),
    [
        (NO_INPUT, 'no_input unknown 0% not actionable: no_input | No input'),
        (
            CONFLICT,
            'ok happy 88% not actionable: conflict | '
            'Vision: Happy (91%), Text: Negative (96%): they disagree',
        ),
        (
            EmotionState(0.0, Status.OK, Reason.DWELL),
            'ok unknown 0% not actionable: dwell (not held long enough yet)',
        ),
        (EmotionState(0.0, Status.OK, Reason.NONE), 'ok unknown 0% actionable'),
    ],
)
def test_a_state_is_one_line(state, line):
    assert state_line(state) == line


@pytest.mark.parametrize(
    ('state', 'words'),
    [(None, '–'), (NO_INPUT, 'no_input, unknown'), (CONFLICT, 'ok, happy, conflict')],
)
def test_a_state_is_three_words(state, words):
    assert short_state(state) == words


@pytest.mark.parametrize(
    ('faces', 'words'),
    [(None, 'no frames'), ((), 'no face'), ((FACE,), 'face_7 Happy (90%)')],
)
def test_no_frames_is_not_no_face(faces, words):
    assert faces_text(faces) == words


def test_without_probabilities_all_bars_are_empty():
    shown = rendered(state_group(NO_INPUT))
    assert '█' not in shown
    assert '%' not in shown.split('angry')[1]
    assert all(label in shown for label in EMOTIONS)


@pytest.mark.parametrize(('background', 'scheme'), [('15;0', DARK), ('0;15', LIGHT)])
def test_bars_and_evidence_have_the_colours_of_the_palette(monkeypatch, background, scheme):
    monkeypatch.setenv('COLORFGBG', background)
    console = Console(width=100, file=StringIO(), force_terminal=True, color_system='truecolor')
    console.print(state_group(CONFLICT))
    for name in (*EMOTIONS, 'face', 'voice'):
        red, green, blue = (int(scheme[name][i : i + 2], 16) for i in (1, 3, 5))
        assert f'38;2;{red};{green};{blue}' in console.file.getvalue()


def test_a_conflict_is_shown_with_its_reasons():
    shown = rendered(state_group(CONFLICT))
    for words in ('OK', 'HAPPY', '88% for 3.5 s', 'not actionable: conflict', 'disagree'):
        assert words in shown
    face, voice = (line.split() for line in shown.splitlines() if line.rstrip().endswith(' s'))
    assert face == ['■', 'face', 'face_1', 'Happy', '(91%)', '1.25', '0.1', 's']
    assert voice == ['■', 'voice', '–', '–', 'stale', '9.0', 's']
