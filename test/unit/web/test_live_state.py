# SPDX-License-Identifier: MIT
"""Messages to the page: the latest values, the last minute, and nothing older."""

import json
from dataclasses import replace

import pytest

from emotion_ros.core.emotions import Emotion, Sentiment
from emotion_ros.core.observations import FaceObservation, FacesObservation, SentimentResult
from emotion_ros.core.state import EmotionState, Reason, Status
from emotion_ros.web.live_state import MAX_LINES, WINDOW_S, DashboardState, Frame, NodeHealth

NAN = float('nan')
HAPPY = EmotionState(
    1.0, Status.OK, Reason.NONE, emotion=Emotion.HAPPY, confidence=0.9, person_id='face_1'
)


def now(shown: DashboardState, now_s: float) -> dict:
    return json.loads(shown.now_message(now_s, enabled=True))


def history(shown: DashboardState) -> list[dict]:
    return json.loads(shown.hello_message({'topic': '/emotion_state'}))['tracks'].get('', [])


def test_before_the_first_message_everything_is_empty():
    message = now(DashboardState(), 5.0)
    assert (message['kind'], message['now'], message['enabled']) == ('now', 5.0, True)
    assert (message['state'], message['people'], message['frame']) == (None, [], None)
    assert (message['samples'], message['transcript'], message['nodes']) == ({}, [], [])
    assert message['rates'] == {'states_hz': 0.0, 'frames_hz': 0.0, 'hearing_s': None}


def test_the_latest_state_is_sent_with_its_age():
    shown = DashboardState()
    shown.add_state(EmotionState(0.5, Status.NO_PERSON, Reason.NO_PERSON), NAN, 9.0)
    shown.add_state(HAPPY, 0.02, 10.0)
    message = now(shown, 10.4)
    assert (message['state']['label'], message['state']['latency']) == ('happy', 0.02)
    assert message['state_age'] == pytest.approx(0.4)
    assert (message['samples']['']['t'], message['samples']['']['status']) == (10.0, 'ok')
    assert message['samples']['']['latency'] == 0.02
    assert [one['status'] for one in history(shown)] == ['no_person', 'ok']


def test_what_is_older_than_the_window_is_forgotten():
    shown = DashboardState()
    for second in range(200):
        shown.add_state(HAPPY, NAN, float(second))
    assert [history(shown)[i]['t'] for i in (0, -1)] == [199.0 - WINDOW_S, 199.0]


def test_the_last_minute_is_thinned_but_no_change_is_lost():
    shown = DashboardState()
    sad = replace(HAPPY, emotion=Emotion.SAD)
    for number in range(100):
        shown.add_state(sad if number == 51 else HAPPY, NAN, number / 100)
    kept = [(one['t'], one['label']) for one in history(shown)]
    assert (0.51, 'sad') in kept
    assert (0.52, 'happy') in kept
    assert 10 <= len(kept) <= 13
    assert now(shown, 1.0)['samples']['']['t'] == 0.99


def test_everybody_in_view_has_a_state_and_a_track_until_they_leave():
    shown = DashboardState()
    sad = replace(HAPPY, emotion=Emotion.SAD, person_id='face_2')
    nobody_known = EmotionState(1.0, Status.OK, Reason.NONE)
    shown.add_people([nobody_known, HAPPY, sad], 1.0)
    shown.add_people([HAPPY], 30.0)
    message = now(shown, 30.5)
    assert [person['person_id'] for person in message['people']] == ['face_1']
    assert message['samples']['face_2']['label'] == 'sad'
    tracks = json.loads(shown.hello_message({}))['tracks']
    assert {person: len(track) for person, track in tracks.items()} == {'face_1': 2, 'face_2': 1}
    shown.add_people([HAPPY], 62.0)
    assert set(now(shown, 62.0)['samples']) == {'face_1'}
    assert now(shown, 64.0)['people'] == []


@pytest.mark.parametrize(
    ('later', 'reason'),
    [
        ({'rejected.hallucination': '4'}, 'hallucination'),
        ({'rejected.hallucination': '3'}, ''),
        ({'rejected.partial': '1'}, ''),
        ({'rejected.muted': 'many'}, ''),
        ({'received': '4'}, ''),
    ],
)
def test_the_transcript_has_the_reason_of_what_was_not_scored(later, reason):
    shown = DashboardState()
    shown.add_words('hello', 1.0)
    shown.add_node_health(NodeHealth('sentiment_node', 0, '', {'rejected.hallucination': '3'}), 8)
    shown.add_words('thanks for watching', 8.2)
    shown.add_words('good morning', 8.9)
    shown.add_node_health(NodeHealth('sentiment_node', 0, '', later), 9.0)
    lines = now(shown, 9.0)['transcript']
    assert [line['reject_reason'] for line in lines] == ['', reason, '']


def test_faces_are_sent_with_their_boxes():
    shown = DashboardState()
    face = FaceObservation(7, (0.1, 0.2, 0.3, 0.4), 0.9, 0.8, (NAN,) * 7)
    shown.add_frame(Frame(FacesObservation(1.0, faces=(face,)), 640, 480, '', 0.01), 3.0)
    frame = now(shown, 3.5)['frame']
    assert (frame['age'], frame['image_width'], frame['inference_time']) == (0.5, 640, 0.01)
    assert frame['faces'][0]['face_id'] == 7
    assert frame['faces'][0]['confidence'] == 0.0


def test_rates_are_those_of_the_last_seconds():
    shown = DashboardState()
    for tenth in range(100):
        shown.add_state(HAPPY, NAN, tenth / 10)
    assert now(shown, 9.95)['rates']['states_hz'] == pytest.approx(10.0)
    assert now(shown, 20.0)['rates']['states_hz'] == 0.0


def test_the_transcript_is_short_and_has_ages():
    shown = DashboardState()
    for second in range(MAX_LINES + 3):
        shown.add_words(f'line {second}', float(second))
    shown.add_sentiment(
        SentimentResult(Sentiment.NEGATIVE, 0.8, 'unsupported_language'), 0.01, MAX_LINES + 2.0
    )
    lines = now(shown, MAX_LINES + 4.0)['transcript']
    assert (len(lines), lines[0]['words']) == (MAX_LINES, 'line 3')
    assert lines[-1] == {
        'age': 2.0,
        'words': f'line {MAX_LINES + 2}',
        'sentiment': 'negative',
        'confidence': 0.8,
        'reject_reason': 'unsupported_language',
    }


def test_each_node_is_sent_once_with_its_latest_message():
    shown = DashboardState()
    shown.add_node_health(NodeHealth('vision_node', 0, 'running', {}), 1.0)
    shown.add_node_health(NodeHealth('vision_node', 2, 'broken', {'errors': '1'}), 2.0)
    [node] = now(shown, 2.5)['nodes']
    assert (node['level'], node['message'], node['age']) == (2, 'broken', 0.5)


def test_after_clear_everything_is_empty():
    shown = DashboardState()
    shown.add_state(HAPPY, NAN, 1.0)
    shown.add_words('hello', 1.0)
    shown.clear()
    message = now(shown, 1.0)
    assert (message['state'], message['transcript'], history(shown)) == (None, [], [])


def test_a_page_learns_that_something_was_deleted_and_what_is_left():
    shown = DashboardState()
    shown.add_people([HAPPY, replace(HAPPY, person_id='face_2')], 1.0)
    before = now(shown, 1.0)
    shown.forget(['face_1'], 1.0)
    after = now(shown, 1.0)
    assert (after['deletions'], [*after['tracks']]) == (before['deletions'] + 1, ['face_2'])
    assert 'tracks' not in {**before, **now(shown, 9.0)}
    shown.clear()
    hello = json.loads(shown.hello_message({}))
    assert (hello['deletions'], hello['tracks']) == (after['deletions'] + 1, {})


def test_the_voice_has_a_level_and_periods_of_speech():
    shown = DashboardState()
    message = now(shown, 0.0)
    assert (message['voice'], message['speech']) == (None, [])
    for tenth in range(40):
        shown.add_voice(10 <= tenth < 20 or tenth >= 30, -20.0 - tenth, tenth / 10)
    message = now(shown, 4.4)
    assert message['voice'] == {'speaking': True, 'level_dbfs': -59.0, 'age': pytest.approx(0.5)}
    assert message['speech'] == [[1.0, 1.9], [3.0, 3.9]]


def test_speech_after_a_silent_node_is_another_period_and_old_ones_go():
    shown = DashboardState()
    shown.add_voice(True, -20.0, 1.0)
    shown.add_voice(True, NAN, 10.0)
    message = now(shown, 10.0)
    assert message['speech'] == [[1.0, 1.0], [10.0, 10.0]]
    assert message['voice']['level_dbfs'] is None
    shown.add_voice(False, -60.0, 1.5 + WINDOW_S)
    assert now(shown, 1.5 + WINDOW_S)['speech'] == [[10.0, 10.0]]
