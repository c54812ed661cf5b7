# SPDX-License-Identifier: MIT
"""What a page is told: the newest of everything, the last minute, and nothing older."""

import json
from dataclasses import replace

import pytest

from emotion_ros.core.emotions import Emotion, Sentiment
from emotion_ros.core.observations import FaceObservation, FacesObservation, Tone
from emotion_ros.core.state import EmotionState, Reason, Status
from emotion_ros.web.live_state import MAX_LINES, WINDOW_S, Board, Frame, NodeHealth

NAN = float('nan')
HAPPY = EmotionState(
    1.0, Status.OK, Reason.NONE, emotion=Emotion.HAPPY, confidence=0.9, person_id='face_1'
)


def now(board: Board, now_s: float) -> dict:
    return json.loads(board.now(now_s, enabled=True))


def history(board: Board) -> list[dict]:
    return json.loads(board.hello({'topic': '/emotion_state'}))['history']


def test_an_empty_board_says_that_nothing_has_come():
    told = now(Board(), 5.0)
    assert (told['kind'], told['now'], told['enabled']) == ('now', 5.0, True)
    assert (told['state'], told['sample'], told['frame']) == (None, None, None)
    assert (told['transcript'], told['nodes']) == ([], [])
    assert told['rates'] == {'states_hz': 0.0, 'frames_hz': 0.0, 'hearing_s': None}


def test_the_newest_state_is_told_with_its_age():
    board = Board()
    board.see_state(EmotionState(0.5, Status.NO_PERSON, Reason.NO_PERSON), NAN, 9.0)
    board.see_state(HAPPY, 0.02, 10.0)
    told = now(board, 10.4)
    assert (told['state']['label'], told['state']['latency']) == ('happy', 0.02)
    assert told['state_age'] == pytest.approx(0.4)
    assert (told['sample']['t'], told['sample']['status']) == (10.0, 'ok')
    assert [one['status'] for one in history(board)] == ['no_person', 'ok']


def test_what_is_older_than_the_window_is_forgotten():
    board = Board()
    for second in range(200):
        board.see_state(HAPPY, NAN, float(second))
    assert [history(board)[i]['t'] for i in (0, -1)] == [199.0 - WINDOW_S, 199.0]


def test_the_last_minute_is_thinned_but_no_change_is_lost():
    board = Board()
    sad = replace(HAPPY, emotion=Emotion.SAD)
    for number in range(100):
        board.see_state(sad if number == 51 else HAPPY, NAN, number / 100)
    kept = [(one['t'], one['label']) for one in history(board)]
    assert (0.51, 'sad') in kept
    assert (0.52, 'happy') in kept
    assert 10 <= len(kept) <= 13
    assert now(board, 1.0)['sample']['t'] == 0.99


def test_faces_are_told_with_their_boxes():
    board = Board()
    face = FaceObservation(7, (0.1, 0.2, 0.3, 0.4), 0.9, 0.8, (NAN,) * 7)
    board.see_frame(Frame(FacesObservation(1.0, faces=(face,)), 640, 480, '', 0.01), 3.0)
    frame = now(board, 3.5)['frame']
    assert (frame['age'], frame['image_width'], frame['inference_time']) == (0.5, 640, 0.01)
    assert frame['faces'][0]['face_id'] == 7
    assert frame['faces'][0]['confidence'] == 0.0


def test_rates_are_those_of_the_last_seconds():
    board = Board()
    for tenth in range(100):
        board.see_state(HAPPY, NAN, tenth / 10)
    assert now(board, 9.95)['rates']['states_hz'] == pytest.approx(10.0)
    assert now(board, 20.0)['rates']['states_hz'] == 0.0


def test_the_transcript_is_short_and_has_ages():
    board = Board()
    for second in range(MAX_LINES + 3):
        board.hear(f'line {second}', float(second))
    board.judge(Tone(Sentiment.NEGATIVE, 0.8, 'unsupported_language'), 0.01, MAX_LINES + 2.0)
    lines = now(board, MAX_LINES + 4.0)['transcript']
    assert (len(lines), lines[0]['words']) == (MAX_LINES, 'line 3')
    assert lines[-1] == {
        'age': 2.0,
        'words': f'line {MAX_LINES + 2}',
        'sentiment': 'negative',
        'confidence': 0.8,
        'refusal': 'unsupported_language',
    }


def test_nodes_are_told_once_each_with_their_newest_words():
    board = Board()
    board.see_node(NodeHealth('vision_node', 0, 'running', {}), 1.0)
    board.see_node(NodeHealth('vision_node', 2, 'broken', {'errors': '1'}), 2.0)
    [node] = now(board, 2.5)['nodes']
    assert (node['level'], node['message'], node['age']) == (2, 'broken', 0.5)


def test_cleared_it_knows_nothing():
    board = Board()
    board.see_state(HAPPY, NAN, 1.0)
    board.hear('hello', 1.0)
    board.clear()
    told = now(board, 1.0)
    assert (told['state'], told['transcript'], history(board)) == (None, [], [])
