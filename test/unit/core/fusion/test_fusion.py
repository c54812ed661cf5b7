# SPDX-License-Identifier: MIT
"""The fusion as its users see it: which evidence gives which state."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emotion_ros.core.emotions import Emotion, Sentiment
from emotion_ros.core.evidence import Rejection
from emotion_ros.core.fusion.config import FusionConfig, ModalityConfig
from emotion_ros.core.fusion.conflict import CONFLICT_AFTER_S
from emotion_ros.core.fusion.fusion import Fusion
from emotion_ros.core.observations import FacesObservation, SourceStatus, TextObservation
from emotion_ros.core.state import Status
from examples import CARD, face, frame, gesture, make_fusion, play, sure, voice, words

T = 1_000.0
HAPPY = face(Emotion.HAPPY)
ANGRY = face(Emotion.ANGRY)
UNCLEAR = face(Emotion.HAPPY, confidence=0.3)
GLAD = (Sentiment.POSITIVE, Emotion.HAPPY)
BITTER = (Sentiment.NEGATIVE, Emotion.ANGRY)


def outcome(state):
    """Return the four columns of the rule tables."""
    return state.status.name, state.label, state.actionable, state.reason.value


@pytest.mark.parametrize(
    ('shown', 'said', 'summary'),
    [
        (Emotion.HAPPY, GLAD, 'Vision: Happy (94%), Text: Positive (96%)'),
        (Emotion.ANGRY, BITTER, 'Vision: Angry (94%), Text: Negative (96%)'),
        (
            Emotion.NEUTRAL,
            (Sentiment.NEUTRAL, Emotion.NEUTRAL),
            'Vision: Neutral (94%), Text: Neutral (96%)',
        ),
    ],
)
def test_the_results_table_of_the_original_project(shown, said, summary):
    fusion = make_fusion()
    play(fusion, T, 1.0, face(shown))
    fusion.add_text(words(T + 1.0, *said), T + 1.0)
    state = fusion.states(T + 1.0)[0]
    assert (state.emotion, state.summary, state.actionable) == (shown, summary, True)
    assert state.confidence > 0.8


def test_a_contradiction_is_said_in_words():
    fusion = make_fusion()
    play(fusion, T, 1.0, HAPPY)
    fusion.add_text(words(T + 1.0, *BITTER), T + 1.0)
    state = play(fusion, T + 1.05, 0.5, HAPPY)[-1]
    assert state.conflict
    assert state.summary == 'Vision: Happy (94%), Text: Negative (96%): they disagree'
    assert state.agreement < 0.3


def test_a_conflict_lasts_as_long_as_the_words_count():
    fusion = make_fusion()
    fusion.add_text(words(T, *BITTER), T)
    states = play(fusion, T, 6.0, HAPPY)
    hold_s = FusionConfig().text_hold
    conflicts = [s.stamp_s - T for s in states if s.conflict]
    assert conflicts[0] == pytest.approx(CONFLICT_AFTER_S, abs=0.1)
    assert conflicts[-1] == pytest.approx(hold_s + CONFLICT_AFTER_S, abs=0.1)
    assert len(conflicts) == sum(conflicts[0] <= s.stamp_s - T <= conflicts[-1] for s in states)
    assert states[-1].actionable
    assert states[-1].summary == 'Vision: Happy (94%)'


def test_the_summary_says_how_old_words_are():
    fusion = make_fusion()
    fusion.add_text(words(T, *BITTER), T)
    states = play(fusion, T, 4.0, HAPPY)
    assert states[-1].summary == (
        'Vision: Happy (94%), Text: Negative (96%) 4 s ago: they disagree'
    )


@pytest.mark.parametrize('change', ['new words', 'new face'])
def test_a_conflict_ends_when_face_and_words_agree_again(change):
    fusion = make_fusion()
    fusion.add_text(words(T, *BITTER), T)
    assert play(fusion, T, 1.0, HAPPY)[-1].conflict
    if change == 'new words':
        fusion.add_text(words(T + 1.0, *GLAD), T + 1.0)
    states = play(fusion, T + 1.0, 1.0, HAPPY if change == 'new words' else ANGRY)
    ended_s = next(s.stamp_s for s in states if not s.conflict) - T - 1.0
    assert ended_s == pytest.approx(CONFLICT_AFTER_S, abs=0.1)
    assert not any(s.conflict for s in states if s.stamp_s - T - 1.0 > ended_s)


def test_words_pull_the_valence():
    fusion = make_fusion()
    before = play(fusion, T, 1.0, HAPPY)[-1].valence
    fusion.add_text(words(T + 1.0, *BITTER), T + 1.0)
    assert fusion.states(T + 1.0)[0].valence < before - 0.2


@pytest.mark.parametrize('text_without_face', [True, False])
def test_words_without_a_face_count_when_asked_for(text_without_face):
    fusion = make_fusion(text_without_face=text_without_face)
    fusion.add_faces(frame(T), T)
    fusion.add_text(words(T, *GLAD), T)
    state = fusion.states(T)[0]
    assert (state.status is Status.OK) is text_without_face
    assert state.person_id == ''


def test_old_words_of_somebody_who_has_left_are_nobody():
    """Without a label that is held, they would give one that nothing but age has chosen."""
    fusion = make_fusion()
    fusion.add_faces(frame(T, ANGRY), T)
    fusion.add_text(words(T, *BITTER), T)
    assert fusion.states(T)[0].person_id == 'face_1'
    fusion.add_faces(frame(T + 4.0), T + 4.0)
    state = fusion.states(T + 4.0)[0]
    assert (state.status, state.emotion) == (Status.NO_PERSON, Emotion.UNKNOWN)
    assert {w.rejection for w in state.evidence} == {Rejection.STALE}


NEAR, FAR = face(Emotion.NEUTRAL, 1), face(Emotion.NEUTRAL, 2, box_xyxy=(0, 0, 0.1, 0.1))


@pytest.mark.parametrize(
    ('faces', 'person_id', 'unbound_speech', 'used'),
    [
        ([], '', 'none', {'': ['text', 'voice']}),
        ([NEAR], '', 'none', {'face_1': ['face', 'text', 'voice']}),
        ([NEAR, FAR], '', 'none', {'face_1': ['face'], 'face_2': ['face']}),
        ([NEAR, FAR], '', 'focus', {'face_1': ['face', 'text', 'voice'], 'face_2': ['face']}),
        (
            [NEAR, FAR],
            'face_2',
            'none',
            {'face_1': ['face'], 'face_2': ['face', 'text', 'voice']},
        ),
    ],
)
def test_of_several_people_words_and_voice_are_of_who_is_known_to_speak(
    faces, person_id, unbound_speech, used
):
    fusion = make_fusion(unbound_speech=unbound_speech)
    fusion.add_faces(frame(T, *faces), T)
    results = {
        fusion.add_text(words(T, *GLAD, person_id=person_id), T).value,
        fusion.add_evidence(voice(T, person_id=person_id), T).value,
    }
    states = fusion.states(T)
    assert {
        s.person_id: [w.evidence.modality for w in s.evidence if w.used] for s in states
    } == used
    is_bound = any('voice' in modalities for modalities in used.values())
    assert results == {'' if is_bound else 'wrong_person'}
    shown = {w.evidence.modality: w.rejection.value for w in states[0].evidence}
    assert is_bound or shown == {'face': '', 'text': 'wrong_person', 'voice': 'wrong_person'}


def test_an_unbound_voice_stays_unbound_and_a_bound_one_replaces_it():
    fusion = make_fusion()
    fusion.add_faces(frame(T, NEAR, FAR), T)
    fusion.add_evidence(voice(T), T)
    fusion.add_faces(frame(T + 1.5, NEAR), T + 1.5)
    (alone,) = fusion.states(T + 1.5)
    assert [(w.evidence.modality, w.used) for w in alone.evidence] == [
        ('face', True),
        ('voice', False),
    ]
    fusion.add_evidence(voice(T + 1.6, person_id='face_1'), T + 1.6)
    (alone,) = fusion.states(T + 1.6)
    assert [(w.evidence.modality, w.used) for w in alone.evidence] == [
        ('face', True),
        ('voice', True),
    ]


def test_new_words_replace_the_old_ones_whoever_came_into_view_between():
    fusion = make_fusion()
    fusion.add_text(words(T, *BITTER), T)
    play(fusion, T, 0.5, HAPPY)
    fusion.add_text(words(T + 0.5, *GLAD), T + 0.5)
    state = fusion.states(T + 0.5)[0]
    assert [w.evidence.detail for w in state.evidence] == ['Happy (94%)', 'Positive (96%)']


@pytest.mark.parametrize(
    ('person_id', 'away_s', 'is_kept'), [(1, 2.0, True), (2, 2.0, True), (2, 4.0, False)]
)
def test_a_mood_survives_a_face_that_is_lost_for_seconds(person_id, away_s, is_kept):
    fusion = make_fusion()
    play(fusion, T, 11.0, HAPPY)
    before = fusion.states(T + 11.0)[0].mood_valence
    assert before > 0.3
    back_s = T + 11.0 + away_s
    for at_s in np.arange(T + 11.0, back_s, 0.5):
        fusion.add_faces(frame(at_s), at_s)
        assert fusion.states(at_s)[0].person_id in ('', 'face_1')
    fusion.add_faces(frame(back_s, face(Emotion.HAPPY, person_id)), back_s)
    (state,) = fusion.states(back_s)
    assert (
        state.mood_valence == pytest.approx(before, abs=0.05)
        if is_kept
        else math.isnan(state.mood_valence)
    )


def test_words_of_somebody_else_are_shown_but_not_used():
    fusion = make_fusion()
    fusion.add_faces(frame(T, HAPPY), T)
    fusion.add_text(words(T, *BITTER, person_id='face_7'), T)
    said = fusion.states(T)[0].evidence[1]
    assert (said.used, said.rejection.value, said.weight) == (False, 'wrong_person', 0.0)


def test_a_switched_off_fusion_says_so():
    fusion = make_fusion()
    play(fusion, T, 1.0, HAPPY)
    fusion.enabled = False
    assert outcome(fusion.states(T + 1.0)[0]) == ('DISABLED', 'unknown', False, 'disabled')


def test_all_modalities_switched_off_is_disabled_one_is_not():
    fusion = make_fusion()
    play(fusion, T, 1.0, HAPPY)
    fusion.add_faces(frame(T + 1.1, status=SourceStatus.DISABLED), T + 1.1)
    assert fusion.states(T + 1.1)[0].status is Status.NO_INPUT
    fusion.add_text(words(T + 1.2, *GLAD, status=SourceStatus.DISABLED), T + 1.2)
    assert fusion.states(T + 1.2)[0].status is Status.DISABLED


def test_words_switched_on_again_without_a_word_said_are_no_evidence():
    fusion = make_fusion()
    assert fusion.add_text(TextObservation(T), T) == ''
    assert fusion.states(T)[0].evidence == ()


def test_a_new_modality_enters_with_the_weight_of_the_listed_one():
    card, config = CARD, FusionConfig(modalities=('gesture',))
    fusion = Fusion(config, card, {'gesture': ModalityConfig(1.0, 1.5, 5.0)})
    fusion.add_evidence(gesture(T), T)
    state = fusion.states(T)[0]
    assert state.probabilities == pytest.approx(sure(Emotion.SAD))
    assert state.summary == 'Gesture: Sad'
    fusion.add_evidence(replace(gesture(T + 0.1), detail=''), T + 0.1)
    assert fusion.states(T + 0.1)[0].summary == 'Gesture'
    other = make_fusion()
    other.add_evidence(gesture(T), T)
    assert other.states(T)[0].evidence[0].weight == pytest.approx(0.5)


@pytest.mark.parametrize(
    ('changes', 'refusal'),
    [
        ({'probabilities': (float('nan'),) * 7}, 'invalid'),
        ({'probabilities': (0.5,) * 7}, 'invalid'),
        ({'modality': ''}, 'invalid'),
        ({'modality': 'a b'}, 'invalid'),
        ({'stamp_s': T + 3600}, 'future'),
        ({'stamp_s': T - 1}, 'out_of_order'),
        ({'quality': 0.0}, 'low_quality'),
    ],
)
def test_bad_evidence_is_refused_and_the_good_one_stays(changes, refusal):
    fusion = make_fusion()
    fusion.add_evidence(voice(T), T)
    values = {'stamp_s': T, **changes}
    assert fusion.add_evidence(voice(**values), T) == refusal
    state = fusion.states(T)[0]
    assert state.emotion is Emotion.SAD
    assert sum(state.probabilities) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ('add', 'age_s'),
    [
        (lambda fusion, stamp_s: fusion.add_faces(frame(stamp_s, HAPPY), T), 1.0),
        (lambda fusion, stamp_s: fusion.add_text(words(stamp_s, *GLAD), T), 5.0),
        (lambda fusion, stamp_s: fusion.add_evidence(voice(stamp_s), T), 5.0),
    ],
    ids=['face', 'text', 'voice'],
)
def test_promise_51_what_is_too_old_on_arrival_is_counted_and_shown(add, age_s):
    assert add(make_fusion(), T - age_s + 0.01) == ''
    fusion = make_fusion()
    assert add(fusion, T - age_s - 0.01) == 'stale'
    (shown,) = fusion.states(T)[0].evidence
    assert (shown.used, shown.rejection.value, shown.weight) == (False, 'stale', 0.0)


def test_stale_faces_are_named_and_weigh_nothing():
    fusion = make_fusion()
    play(fusion, T, 1.0, HAPPY)
    seen = fusion.states(T + 2.15)[0].evidence[0]
    assert (seen.used, seen.rejection.value, seen.weight) == (False, 'stale', 0.0)


def test_words_fade_until_text_hold():
    fusion = make_fusion()
    fusion.add_text(words(T, *GLAD), T)
    weights = {s: fusion.states(T + s)[0].evidence[0].weight for s in (0.0, 2.0, 3.5, 4.9, 5.0)}
    assert weights[0.0] == weights[2.0] == pytest.approx(CARD.weights['text']['text'])
    assert 0.0 < weights[4.9] < weights[3.5] < 0.6
    assert weights[5.0] == 0.0


def weights_of(state):
    return {shown.evidence.modality: shown.weight for shown in state.evidence}


def test_a_source_counts_for_less_when_corroborated():
    fusion = make_fusion()
    play(fusion, T, 1.0, HAPPY)
    assert weights_of(fusion.states(T + 1.0)[0]) == {'face': pytest.approx(1.0)}
    fusion.add_text(words(T + 1.0, *GLAD), T + 1.0)
    assert weights_of(fusion.states(T + 1.0)[0]) == pytest.approx({'face': 0.8, 'text': 0.6})


@pytest.mark.parametrize(
    ('senses', 'expected'),
    [
        ('voice', {'voice': 0.8}),
        ('face voice', {'face': 0.9, 'voice': 0.4}),
        ('text voice', {'text': 0.5, 'voice': 0.3}),
        ('face text voice', {'face': 0.75, 'text': 0.4, 'voice': 0.2}),
    ],
)
def test_each_combination_of_senses_has_its_weights(senses, expected):
    fusion = make_fusion()
    if 'face' in senses:
        fusion.add_faces(frame(T, HAPPY), T)
    if 'text' in senses:
        fusion.add_text(words(T, *GLAD), T)
    fusion.add_evidence(voice(T), T)
    assert weights_of(fusion.states(T)[0]) == pytest.approx(expected)


def test_a_voice_of_half_quality_moves_the_others_half_way():
    fusion = make_fusion()
    fusion.add_faces(frame(T, HAPPY), T)
    fusion.add_text(words(T, *GLAD), T)
    fusion.add_evidence(voice(T, quality=0.5), T)
    expected = {'face': (0.8 + 0.75) / 2, 'text': (0.6 + 0.4) / 2, 'voice': 0.2 / 2}
    assert weights_of(fusion.states(T)[0]) == pytest.approx(expected)


def test_a_voice_fades_until_voice_hold():
    fusion = make_fusion(voice_half_life=1.0, voice_hold=4.0)
    fusion.add_evidence(voice(T), T)
    weights = [fusion.states(T + s)[0].evidence[0].weight for s in (0.0, 2.0, 3.0, 3.9, 4.0)]
    assert weights[0] == weights[1] == 0.8
    assert weights[2] == pytest.approx(0.8 * (0.5 - 0.25) / (1 - 0.25))
    assert 0.0 < weights[3] < weights[2]
    assert weights[4] == 0.0


def test_a_voice_weight_that_is_set_replaces_the_fitted_ones():
    fusion = make_fusion(voice_weight=0.25)
    fusion.add_evidence(voice(T), T)
    assert weights_of(fusion.states(T)[0]) == {'voice': 0.25}
    fusion.add_text(words(T, *GLAD), T)
    halfway = pytest.approx({'text': (0.9 + 0.5) / 2, 'voice': 0.25})
    assert weights_of(fusion.states(T)[0]) == halfway


def test_a_listed_voice_has_the_parameters_of_its_listing():
    listing = {'voice': ModalityConfig(1.0, 1.5, 5.0)}
    fusion = Fusion(FusionConfig(modalities=('voice',)), CARD, listing)
    fusion.add_evidence(voice(T), T)
    assert weights_of(fusion.states(T)[0]) == {'voice': 1.0}


def test_friendly_words_in_an_angry_voice_are_a_conflict():
    fusion = make_fusion()
    fusion.add_text(words(T, *GLAD), T)
    fusion.add_evidence(voice(T, Emotion.ANGRY), T)
    fusion.states(T)
    state = fusion.states(T + CONFLICT_AFTER_S + 0.05)[0]
    assert (state.conflict, state.reason.value) == (True, 'conflict')
    assert state.summary == 'Text: Positive (96%), Voice: Angry (94%): they disagree'
    assert state.agreement < 0.3


def test_three_senses_are_told_in_a_fixed_order():
    fusion = make_fusion()
    fusion.add_evidence(voice(T, Emotion.HAPPY), T)
    fusion.add_text(words(T, *GLAD), T)
    fusion.add_faces(frame(T, HAPPY), T)
    state = fusion.states(T)[0]
    assert state.summary == 'Vision: Happy (94%), Text: Positive (96%), Voice: Happy (94%)'


@pytest.mark.parametrize(('first', 'then'), [('', 'face_1'), ('face_1', '')])
def test_one_voice_counts_once_whether_or_not_its_person_was_known(first, then):
    fusion = make_fusion()
    fusion.add_faces(frame(T, HAPPY), T)
    fusion.add_evidence(voice(T, Emotion.SAD, person_id=first), T)
    fusion.add_evidence(voice(T + 0.1, Emotion.HAPPY, person_id=then), T + 0.1)
    used = [w.evidence.detail for w in fusion.states(T + 0.1)[0].evidence if w.used]
    assert used == ['Happy (94%)', 'Happy (94%)']


def test_words_gain_what_a_lost_face_loses_without_a_jump():
    fusion = make_fusion()
    play(fusion, T, 1.0, HAPPY)
    fusion.add_text(words(T + 1.0, *GLAD), T + 1.0)
    shown = [weights_of(fusion.states(T + 1.0 + i / 50)[0]) for i in range(75)]
    text = [weights['text'] for weights in shown]
    assert text[0] == pytest.approx(0.6)
    assert text[-1] == pytest.approx(0.9)
    assert all(0.0 <= late - early < 0.05 for early, late in itertools.pairwise(text))


def test_half_a_company_is_worth_half():
    fusion = make_fusion()
    play(fusion, T, 1.0, face(Emotion.HAPPY, quality=0.5))
    fusion.add_text(words(T + 1.0, *GLAD), T + 1.0)
    assert weights_of(fusion.states(T + 1.0)[0]) == pytest.approx({'face': 0.4, 'text': 0.75})


def test_refused_evidence_is_no_company():
    fusion = make_fusion()
    play(fusion, T, 1.0, HAPPY)
    fusion.add_text(words(T + 1.0, *GLAD, quality=0.01), T + 1.0)
    assert weights_of(fusion.states(T + 1.0)[0]) == {'face': pytest.approx(1.0), 'text': 0.0}


def test_a_weight_that_somebody_set_is_the_same_alone():
    fusion = make_fusion(text_weight=0.3)
    fusion.add_text(words(T, *GLAD), T)
    assert weights_of(fusion.states(T)[0]) == {'text': pytest.approx(0.3)}
    fusion.add_evidence(gesture(T), T)
    assert weights_of(fusion.states(T)[0])['text'] == pytest.approx(0.3)


@pytest.mark.parametrize(('weight', 'text'), [(0.0, 0.9), (0.1, 0.84), (0.5, 0.6), (2.0, 0.6)])
def test_a_modality_of_little_weight_is_little_company(weight, text):
    fusion = make_fusion(other_weight=weight)
    fusion.add_text(words(T, *GLAD), T)
    fusion.add_evidence(gesture(T), T)
    assert weights_of(fusion.states(T)[0]) == pytest.approx({'gesture': weight, 'text': text})


def test_a_face_whose_weight_is_zero_is_no_company():
    fusion = make_fusion(face_weight=0.0)
    play(fusion, T, 1.0, HAPPY)
    fusion.add_text(words(T + 1.0, *BITTER), T + 1.0)
    assert weights_of(fusion.states(T + 1.0)[0]) == pytest.approx({'face': 0.0, 'text': 0.9})


REFUSED = [
    {'probabilities': (math.nan,) * 7},
    {'probabilities': (0.9,) * 7},
    {'quality': 0.01},
    {'quality': 7.0},
]


@pytest.mark.parametrize('changes', REFUSED)
def test_what_is_refused_does_not_lead_the_stamp_into_the_future(changes):
    fusion = make_fusion()
    play(fusion, T, 1.0, HAPPY)
    late = voice(T + 3600.0, **changes)
    assert fusion.add_evidence(late, T + 1.0)
    assert fusion.states(T + 1.0)[0].stamp_s == T + 1.0


def test_an_utterance_from_the_future_in_another_language_leads_no_stamp():
    fusion = make_fusion()
    play(fusion, T, 1.0, HAPPY)
    said = words(T + 3600.0, *GLAD, rejection=Rejection.UNSUPPORTED_LANGUAGE, quality=0.0)
    fusion.add_text(said, T + 1.0)
    assert fusion.states(T + 1.0)[0].stamp_s == T + 1.0


def test_strangers_do_not_count_while_the_person_in_focus_is_away():
    fusion = make_fusion(focus_rule='id', focus_id='face_3')
    states = play(fusion, T, 2.0, face(Emotion.HAPPY, 1), face(Emotion.SAD, 2))
    assert outcome(states[-1]) == ('NO_PERSON', 'unknown', False, 'no_person')
    assert states[-1].person_id == ''
    everybody = fusion.states(T + 2.0)
    assert [state.person_id for state in everybody] == ['', 'face_1', 'face_2']
    assert [state.label for state in everybody[1:]] == ['happy', 'sad']


def test_what_is_said_of_a_stranger_does_not_count_for_nobody():
    fusion = make_fusion(focus_rule='id', focus_id='face_3')
    play(fusion, T, 1.0, HAPPY)
    fusion.add_evidence(voice(T + 1.0, person_id='face_1'), T + 1.0)
    nobody, stranger = fusion.states(T + 1.0)
    assert nobody.status is Status.NO_PERSON
    assert weights_of(stranger)['voice'] == pytest.approx(0.4)


def test_words_that_concern_nobody_count_while_the_person_in_focus_is_away():
    fusion = make_fusion(focus_rule='id', focus_id='face_3')
    play(fusion, T, 1.0, HAPPY)
    fusion.add_text(words(T + 1.0, *BITTER), T + 1.0)
    assert fusion.states(T + 1.0)[0].label == 'angry'


def test_the_longest_in_view_may_have_just_come_by_a_clock_that_is_ahead():
    fusion = make_fusion(focus_rule='longest')
    fusion.add_faces(frame(T + 0.3, HAPPY), T)
    assert fusion.states(T)[0].person_id == 'face_1'


@pytest.mark.parametrize('ahead_s', [-0.3, 0.0, 0.3])
def test_a_camera_that_is_switched_off_is_off_at_once(ahead_s):
    fusion = make_fusion()
    for i in range(21):
        fusion.add_faces(frame(T + i / 20 + ahead_s, HAPPY), T + i / 20)
    fusion.add_faces(FacesObservation(T + 1.0, status=SourceStatus.DISABLED), T + 1.0)
    assert fusion.states(T + 1.0)[0].status is not Status.OK


def test_a_frame_from_before_the_camera_was_switched_off_comes_too_late():
    fusion = make_fusion()
    fusion.add_faces(FacesObservation(T, status=SourceStatus.DISABLED), T)
    assert fusion.add_faces(frame(T - 0.1, HAPPY), T) == 'out_of_order'


def test_after_an_error_the_next_frame_counts_although_it_is_from_before():
    fusion = make_fusion()
    play(fusion, T, 1.0, HAPPY)
    fusion.add_faces(FacesObservation(T + 1.2, status=SourceStatus.ERROR), T + 1.2)
    assert fusion.add_faces(frame(T + 1.1, HAPPY), T + 1.25) == ''
    assert fusion.states(T + 1.25)[0].status is Status.OK


def test_who_no_longer_says_that_he_is_off_is_not():
    fusion = make_fusion()
    fusion.add_faces(FacesObservation(T, status=SourceStatus.DISABLED), T)
    fusion.add_text(TextObservation(T, status=SourceStatus.DISABLED), T)
    assert fusion.states(T + 2.0)[0].status is Status.DISABLED
    assert fusion.states(T + 4.0)[0].status is Status.NO_INPUT


def test_fresh_for_acts_on_listed_modalities_too():
    config = FusionConfig(fresh_for=2.0)
    fusion = Fusion(config, CARD, {'voice': ModalityConfig(0.5, 1.5, 5.0)})
    fusion.add_evidence(voice(T), T)
    assert weights_of(fusion.states(T + 1.0)[0])['voice'] == pytest.approx(0.5)
    fusion.configure(replace(config, fresh_for=0.2))
    assert weights_of(fusion.states(T + 1.0)[0])['voice'] < 0.4


def test_third_parties_have_one_weight_and_corroborate_others():
    fusion = make_fusion()
    fusion.add_evidence(gesture(T), T)
    assert weights_of(fusion.states(T)[0]) == {'gesture': pytest.approx(0.5)}
    fusion.add_text(words(T, *GLAD), T)
    assert weights_of(fusion.states(T)[0]) == pytest.approx({'gesture': 0.5, 'text': 0.6})


@pytest.mark.parametrize('jump_s', [-1.0, -90.0, -1000.0])
def test_a_clock_that_jumps_back_clears_everything(jump_s):
    fusion = make_fusion()
    play(fusion, T, 1.0, HAPPY)
    state = fusion.states(T + jump_s)[0]
    assert outcome(state) == ('NO_INPUT', 'unknown', False, 'no_input')
    assert state.stamp_s == T + jump_s
    assert play(fusion, T + jump_s, 0.6, HAPPY)[-1].actionable


def test_a_clock_that_jumps_forward_drops_what_is_old():
    fusion = make_fusion()
    play(fusion, T, 1.0, HAPPY)
    assert fusion.states(T + 1000.0)[0].status is Status.NO_INPUT


def test_stamps_never_decrease():
    fusion = make_fusion()
    stamps = [fusion.states(T)[0].stamp_s]
    stamps += [s.stamp_s for s in play(fusion, T - 0.05, 1.0, HAPPY)]
    stamps += [fusion.states(T + 1.0 + i / 10)[0].stamp_s for i in range(30)]
    assert stamps == sorted(stamps)


LARGE_ASIDE = face(Emotion.HAPPY, 1, box_xyxy=(0.0, 0.2, 0.4, 0.8))
SMALL_CENTRAL = face(Emotion.SAD, 2, 0.8, box_xyxy=(0.45, 0.4, 0.55, 0.6))
CHANGES = {
    'abstain_below': 0.95,
    'unbound_speech': 'none',
    'vision_timeout': 3.0,
    'face_fresh_for': 0.0,
    'text_half_life': 20.0,
    'text_hold': 2.5,
    'fresh_for': 0.0,
    'text_without_face': False,
    'face_weight': 0.1,
    'text_weight': 0.1,
    'voice_half_life': 20.0,
    'voice_hold': 2.5,
    'voice_weight': 0.1,
    'other_weight': 5.0,
    'confidence_threshold': 0.99,
    'dwell': 2.0,
    'focus_rule': 'central',
    'focus_id': 'face_2',
}


def story(fusion):
    """Return every state while two people are seen, somebody speaks, and all fall silent."""
    states = play(fusion, T, 1.0, replace(LARGE_ASIDE, quality=0.9), SMALL_CENTRAL)
    fusion.add_text(words(T + 1.1, *BITTER), T + 1.1)
    fusion.add_evidence(voice(T + 1.1, Emotion.ANGRY), T + 1.1)
    fusion.add_evidence(gesture(T + 1.1, Emotion.ANGRY), T + 1.1)
    states += play(fusion, T + 1.1, 1.5, LARGE_ASIDE, SMALL_CENTRAL)
    states += [fusion.states(T + 2.7 + i / 5)[0] for i in range(4)]
    states += play(fusion, T + 3.5, 1.0)
    return [repr(s) for s in states + [fusion.states(T + 5.0 + i / 5)[0] for i in range(10)]]


def test_every_dynamic_option_has_a_change():
    assert set(CHANGES) == {n for n, spec in FusionConfig.specs().items() if spec.dynamic}


@pytest.mark.parametrize(('option', 'value'), CHANGES.items())
def test_promise_5_a_changed_option_acts_as_if_it_had_always_been(option, value):
    focus_rule = 'id' if option == 'focus_id' else 'largest'
    before = FusionConfig(focus_rule=focus_rule, unbound_speech='focus')
    after = replace(before, **{option: value})
    changed = Fusion(before, CARD)
    changed.configure(after)
    told = story(changed)
    assert told == story(Fusion(after, CARD))
    assert told != story(Fusion(before, CARD))


FURTHER_AWAY = face(Emotion.SAD, 2, box_xyxy=(0.7, 0.4, 0.8, 0.5))
ARRIVALS = {
    'face': lambda fusion: fusion.add_faces(frame(T, UNCLEAR, FURTHER_AWAY), T),
    'text': lambda fusion: fusion.add_text(words(T, *BITTER, person_id='face_1'), T),
    'voice': lambda fusion: fusion.add_evidence(voice(T, person_id='face_1'), T),
    'pulse': lambda fusion: fusion.add_evidence(voice(T, modality='pulse', quality=0.5), T),
}


@given(st.permutations(list(ARRIVALS)))
def test_the_order_of_arrival_changes_nothing(order):
    assert states_after(*order) == states_after(*ARRIVALS)


def states_after(*names):
    """Return the states of both people in words: NaN equals NaN there."""
    fusion = make_fusion()
    fusion.add_faces(frame(T, UNCLEAR), T)
    for name in names:
        assert ARRIVALS[name](fusion) == ''
    return [repr(state) for state in fusion.states(T)]


unit = st.floats(0.0, 1.0)


@given(unit, unit, st.floats(0.05, 1.0), st.floats(0.05, 1.0))
def test_promise_58_a_surer_source_never_weighs_less(confidence, more, quality, better):
    """Neither by what it says nor by how good it says that this is."""
    low, high = sorted((confidence, more))
    meek = state_with_voice(low, min(quality, better))
    bold = state_with_voice(high, max(quality, better))
    assert bold.evidence[1].weight >= meek.evidence[1].weight
    surer = state_with_voice(high, min(quality, better))
    sad = Emotion.SAD
    assert surer.probabilities[sad] >= meek.probabilities[sad] - 1e-12


def state_with_voice(confidence, quality):
    fusion = make_fusion()
    fusion.add_faces(frame(T, face(Emotion.HAPPY, confidence=0.5)), T)
    said = voice(T, probabilities=sure(Emotion.SAD, confidence), quality=quality)
    fusion.add_evidence(said, T)
    return fusion.states(T)[0]


probabilities = st.one_of(
    st.just(sure(Emotion.HAPPY)),
    st.just(sure(Emotion.ANGRY)),
    st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=8).map(tuple),
)
events = st.lists(
    st.tuples(
        st.sampled_from(['face', 'words', 'voice', 'empty']),
        st.floats(-2.0, 3.0),
        probabilities,
        st.floats(allow_nan=True),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(events)
def test_no_input_ever_gives_nan_in_a_decision_field(happenings):
    fusion, now_s, last_stamp_s = make_fusion(), T, -math.inf
    for kind, dt_s, p, quality in happenings:
        now_s += abs(dt_s)
        if kind == 'empty':
            fusion.add_faces(frame(now_s), now_s)
        elif kind == 'face':
            odd = face(Emotion.SAD, probabilities=p, quality=quality)
            fusion.add_faces(frame(now_s, odd), now_s)
        elif kind == 'words':
            odd = words(now_s, *GLAD)
            emotion = (*p, *(0.0,) * 7)[:7]
            fusion.add_text(replace(odd, quality=quality, emotion=emotion), now_s)
        else:
            fusion.add_evidence(voice(now_s, probabilities=p, quality=quality), now_s)
        for state in fusion.states(now_s):
            check_output_contract(state)
            assert state.stamp_s >= last_stamp_s
            last_stamp_s = state.stamp_s


def check_output_contract(state):
    """Promise 53 on one state of the core."""
    assert math.isfinite(state.confidence) and 0.0 <= state.confidence <= 1.0
    assert math.isfinite(state.duration_s) and state.duration_s >= 0.0
    p = np.array(state.probabilities)
    assert np.isnan(p).all() or abs(p.sum() - 1.0) < 1e-3
    for value in (state.valence, state.arousal):
        assert math.isnan(value) or -1.0 <= value <= 1.0
    assert math.isnan(state.agreement) or 0.0 <= state.agreement <= 1.0
    if state.emotion is Emotion.UNKNOWN:
        assert (state.confidence, state.duration_s, state.label) == (0.0, 0.0, 'unknown')


@pytest.mark.parametrize(('quality', 'label'), [(0.35, 'happy'), (0.25, 'unknown')])
def test_faces_of_too_low_a_quality_do_not_count(quality, label):
    fusion = make_fusion(abstain_below=0.3)
    for tick in range(30):
        shown = replace(face(Emotion.HAPPY, 1), quality=quality)
        fusion.add_faces(FacesObservation(tick / 10, faces=(shown,)), tick / 10)
        (state,) = fusion.states(tick / 10)
    assert state.label == label
    rejections = {each.rejection for each in state.evidence}
    assert rejections == {Rejection.LOW_QUALITY if label == 'unknown' else Rejection.NONE}
