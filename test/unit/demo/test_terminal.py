# SPDX-License-Identifier: MIT
"""The demo's terminal views: every change is printed once, misses are visible."""

from io import StringIO

import pytest
from rich.console import Console

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.observations import FaceObservation
from emotion_ros.core.state import EmotionState, Reason, Status
from emotion_ros.demo.evaluation import ExpectationResult, Outcome
from emotion_ros.demo.storyboard import NOBODY, Cue, Expectation
from emotion_ros.demo.terminal import (
    LiveView,
    PlainView,
    Snapshot,
    expectation_text,
    progress,
    result_line,
    results_table,
    screen,
    voice_text,
)

EXPECT = Expectation(1.5, status=Status.OK, emotion=Emotion.HAPPY, conflict=False)
CUE = Cue(9.0, say='I am so happy today!', expect=EXPECT)
STATE = EmotionState(1.0, Status.OK, Reason.NONE, emotion=Emotion.HAPPY, confidence=0.9)
PENDING = ExpectationResult(CUE, EXPECT, Outcome.PENDING, None, None)
MET = ExpectationResult(CUE, EXPECT, Outcome.MET, 0.12, STATE)
MISSED = ExpectationResult(Cue(2.0, show=NOBODY), EXPECT, Outcome.MISSED, None, None)
FACE = FaceObservation(7, (0.0, 0.0, 1.0, 1.0), 1.0, 1.0, (0.0, 0.0, 0.0, 0.9, 0.1, 0.0, 0.0))


@pytest.fixture
def console():
    return Console(width=120, file=StringIO())


def printed(console) -> str:
    return console.file.getvalue()


@pytest.mark.parametrize(
    ('expect', 'words'),
    [
        (EXPECT, 'ok, happy, no conflict'),
        (Expectation(1.0, conflict=True), 'conflict'),
        (Expectation(1.0, status=Status.NO_INPUT), 'no_input'),
    ],
)
def test_open_fields_are_left_out(expect, words):
    assert expectation_text(expect) == words


@pytest.mark.parametrize(
    ('result', 'line'),
    [
        (
            MET,
            'MET: at 9.0 s, says "I am so happy today!": expected ok, happy, no conflict '
            'within 1.5 s; ok, happy after 0.12 s',
        ),
        (
            MISSED,
            'MISSED: at 2.0 s, nobody in view: expected ok, happy, no conflict '
            'within 1.5 s; – after –',
        ),
    ],
)
def test_a_result_is_one_line(result, line):
    assert result_line(result) == line


@pytest.mark.parametrize(
    ('results', 'text'),
    [
        ((), ''),
        ((MET, MISSED), '✓ ✗ \n✗ 2.0 s: nobody in view: ok, happy, no conflict'),
        (
            (MET, PENDING),
            '✓ · \n✓ 9.0 s: says "I am so happy today!": ok, happy, no conflict'
            '\n· 9.0 s: says "I am so happy today!": ok, happy, no conflict',
        ),
    ],
)
def test_progress_has_a_mark_per_expectation(results, text):
    assert progress(results).plain == text


def test_the_table_has_a_row_per_expectation(console):
    cue = Cue(9.0, say='[red]!', expect=EXPECT)
    console.print(
        results_table((ExpectationResult(cue, EXPECT, Outcome.MET, 0.12, STATE), MISSED))
    )
    rows = [line for line in printed(console).splitlines() if ' 9.0 s ' in line or '2.0 s' in line]
    assert [row.split()[-2] for row in rows] == ['met', 'missed']
    assert '0.12 s' in rows[0]
    assert '"[red]!"' in rows[0]


def test_plain_lines_say_what_is_new_and_say_it_once(console):
    view = PlainView(console, 'title')
    snapshots = [
        Snapshot(),
        Snapshot(t_s=None, state=STATE),
        Snapshot(t_s=9.0, state=STATE, results=(PENDING,)),
        Snapshot(t_s=9.1, state=STATE, speech='[red]hi', results=(PENDING,)),
        Snapshot(t_s=9.2, state=STATE, speech='[red]hi', results=(PENDING,)),
        Snapshot(t_s=10.6, state=STATE, speech='[red]hi', results=(MET,)),
        Snapshot(t_s=10.7, state=STATE, speech='[red]hi', results=(MET,)),
    ]
    for snapshot in snapshots:
        view.show(snapshot)
    assert printed(console).splitlines() == [
        'title',
        '     –    ok happy 90% actionable',
        '   9.1 s  speech "[red]hi"',
        f'  10.6 s  {result_line(MET)}',
    ]


ABOUT_PEOPLE = {'event': 'face_1: onset', 'speaker': 'anna is unbound', 'context': 'Nobody.'}


def test_where_the_robot_does_something_events_and_speakers_are_printed_once(console):
    view = PlainView(console, 'title')
    for note in ('', 'privacy: full', 'privacy: full'):
        view.show(Snapshot(t_s=1.0, note=note, **ABOUT_PEOPLE))
    lines = [line[10:] for line in printed(console).splitlines()[1:]]
    assert lines == [
        'robot   privacy: full',
        'event   face_1: onset',
        'speaker anna is unbound',
        'context Nobody.',
    ]
    console.print(screen(Snapshot(note='privacy: full', **ABOUT_PEOPLE), 'demo.yaml'))
    assert all(printed(console).count(words) == 2 for words in ABOUT_PEOPLE.values())


@pytest.mark.parametrize('view', [PlainView, LiveView])
def test_the_conclusion_is_the_table(console, view):
    shown = view(console, 'title')
    shown.show(Snapshot(results=(MET, PENDING)))
    shown.conclude((MET, MISSED))
    shown.close()
    assert 'missed' in printed(console)


def test_the_screen_shows_input_state_and_progress(console):
    snapshot = Snapshot(9.5, STATE, 0.042, (FACE,), 'hello', (MET, PENDING))
    console.print(screen(snapshot, '[b]demo'))
    for words in ('face_7 Happy', '"hello"', 'HAPPY', 'latency 42 ms', '✓ ·', '[b]demo'):
        assert words in printed(console)


def test_the_screen_before_the_first_state_says_so(console):
    console.print(screen(Snapshot(), 'demo.yaml'))
    assert 'waiting for the first state' in printed(console)


@pytest.mark.parametrize(
    ('voice', 'shown'),
    [
        (None, '–'),
        ((True, -24.0), '██████····  -24 dBFS, speech'),
        ((False, -80.0), '··········  -80 dBFS, silence'),
        ((False, float('-inf')), '··········  no sound, silence'),
        ((False, float('nan')), '··········  no sound, silence'),
    ],
)
def test_the_voice_is_a_level_and_a_word(voice, shown) -> None:
    assert voice_text(voice) == shown
