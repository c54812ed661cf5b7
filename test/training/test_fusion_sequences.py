# SPDX-License-Identifier: MIT
"""Figures over time, against a sequence small enough to be counted by hand."""

from itertools import pairwise
from math import inf

import numpy as np
import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.fusion.card import load_fusion_card
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.observations import TextObservation
from emotion_ros.perception.models.file import packaged_weights
from training.fusion import sequence_metrics as over_time
from training.fusion.acting import FPS, LONGEST_S, SHORTEST_S, film_new_faces, plan
from training.fusion.beliefs import Beliefs
from training.fusion.scenes import VARIANTS, Scenes, play, run_variant
from training.fusion.sequence_metrics import Run, Segment, Track
from training.fusion.sequences import experiment

A, H, S = Emotion.ANGRY, Emotion.HAPPY, Emotion.SAD


def run_of(labels: str, segments: list[tuple[float, float, Emotion, bool]]) -> Run:
    """Ten moments a second; U is unknown."""
    names = {'A': A, 'H': H, 'S': S, 'U': Emotion.UNKNOWN}
    at_s = np.arange(len(labels)) / 10
    ends = np.array([end for _, end, _, _ in segments])
    track = Track(
        at_s=at_s,
        emotion=np.array([int(names[c]) for c in labels]),
        confidence=np.full(len(labels), 0.75),
        actionable=np.array([c != 'U' for c in labels]),
        segment=np.searchsorted(ends, at_s, side='right'),
    )
    return Run(tuple(Segment(s, e, int(m), t) for s, e, m, t in segments), track)


TWO = [(0.0, 1.0, H, True), (1.0, 2.0, S, True)]


@pytest.mark.parametrize(
    ('labels', 'detect', 'hold', 'clear', 'switches'),
    [
        ('HHHHHHHHHHSSSSSSSSSS', [0.0, 0.0], [1.0, 1.0], [0.0], 0),
        ('AAHHHHHHHHHHSSSSSSSS', [0.2, 0.2], [1.0, 1.0], [0.2], 0),
        ('UUUHHHHHHHHHHHHSSSSS', [0.3, 0.5], [1.0, 1.0], [0.5], 0),
        # away and back: two switches nobody asked for
        ('HHHHHAAHHHHSSSSSSSSS', [0.0, 0.1], [0.8, 1.0], [0.1], 2),
        # by way of a third emotion: one too many
        ('HHHHHHHHHHAASSSSSSSS', [0.0, 0.2], [1.0, 1.0], [0.0], 1),
        # never found out, never got rid of
        ('HHHHHHHHHHHHHHHHHHHH', [0.0, inf], [1.0], [inf], 0),
        # the first was never found: nothing to clear
        ('AAAAAAAAAASSSSSSSSSS', [inf, 0.0], [1.0], [], 0),
    ],
)
def test_by_hand(labels, detect, hold, clear, switches) -> None:
    run = run_of(labels, TWO)
    assert over_time.detect_times(run) == pytest.approx(detect)
    assert over_time.hold_shares(run) == pytest.approx(hold)
    assert over_time.clear_times(run) == pytest.approx(clear)
    assert over_time.false_switches(run) == (switches, pytest.approx(2 / 60))


def test_only_segments_count_whose_still_is_right_unless_all_do() -> None:
    run = run_of('HHHHHHHHHHHHHHHAAAAA', [(0.0, 1.0, H, True), (1.0, 2.0, S, False)])
    assert over_time.detect_times(run) == [0.0]
    assert over_time.clear_times(run) == []
    assert over_time.false_switches(run) == (0, pytest.approx(1 / 60))
    assert over_time.detect_times(run, targets_only=False) == [0.0, inf]
    assert over_time.clear_times(run, targets_only=False) == pytest.approx([0.5])
    assert over_time.false_switches(run, targets_only=False) == (1, pytest.approx(2 / 60))


def test_summary_of_nothing_and_of_what_never_comes_is_null() -> None:
    nothing = over_time.summary([run_of('HH', [(0.0, 0.2, H, False)])])
    assert nothing['segments'] == 0
    assert nothing['detect_s_median'] is None
    assert nothing['hold'] is None
    never = over_time.summary([run_of('AA', [(0.0, 0.2, H, True)])])
    assert never['detect_s_median'] is None
    assert never['missed'] == 1.0


def test_false_switches_are_per_minute() -> None:
    runs = [run_of('HHHHHAAHHHHSSSSSSSSS', TWO), run_of('HHHHHHHHHHSSSSSSSSSS', TWO)]
    assert over_time.summary(runs)['false_switches_per_min'] == pytest.approx(2 / 4 * 60)


def test_calibration_over_all_moments_and_over_settled_ones() -> None:
    run = run_of('HHHHHHHHHHHHHHHSSSSS', TWO)
    all_of = over_time.calibration([run])
    assert all_of['accuracy'] == pytest.approx(0.75)
    assert all_of['ece15'] == pytest.approx(0.0)
    assert all_of['reliability'] == [(20, 0.75, 0.75)]
    settled = over_time.calibration([run], settled_after_s=0.5)
    assert settled['moments'] == 10
    assert settled['ece15'] == pytest.approx(0.25)


def test_few_segments_leave_much_to_chance() -> None:
    """A coin per segment: one is off by a half, many by little."""
    confidence = np.full(4000, 0.5)
    assert over_time.ece_by_chance(confidence, np.zeros(4000, int)) == pytest.approx(0.5)
    assert over_time.ece_by_chance(confidence, np.arange(4000)) < 0.02


def test_action_counts_only_what_may_be_acted_on() -> None:
    assert over_time.action([run_of('UUHHHHHHHHHHHHHSSSSS', TWO)]) == pytest.approx(
        {'actionable': 18 / 20, 'right_when_actionable': 13 / 18}
    )


def test_nothing_to_act_on_is_null() -> None:
    assert over_time.action([run_of('UU', [(0.0, 0.2, H, True)])]) == {
        'actionable': 0.0,
        'right_when_actionable': None,
    }


def certain(labels: list[int], wrong: tuple[int, ...] = ()) -> Beliefs:
    """Faces of which the model is 94 % sure, in the rows ``wrong`` of another emotion."""
    said = [(emotion + (row in wrong)) % 7 for row, emotion in enumerate(labels)]
    probabilities = np.full((len(labels), 7), 0.01)
    probabilities[np.arange(len(labels)), said] = 0.94
    return Beliefs(probabilities, np.ones(len(labels)), np.array(labels), np.arange(len(labels)))


def test_a_plan_changes_emotion_every_two_to_six_seconds() -> None:
    faces, rng = certain([0, 1, 2, 3, 3, 3, 3], wrong=(1,)), np.random.default_rng(0)
    drawn = plan(faces, np.array([3, 3, 0]), 30, rng)
    segments = drawn.segments
    assert all(SHORTEST_S <= s.end_s - s.start_s <= LONGEST_S for s in segments)
    assert all(a.end_s == b.start_s for a, b in pairwise(segments))
    assert all(a.emotion != b.emotion for a, b in pairwise(segments))
    assert all(s.is_target == (s.emotion != 1) for s in segments)
    assert len(drawn.at_s) == int(segments[-1].end_s * FPS)
    for at_s, row in drawn.words:
        said = next(s for s in segments if s.start_s <= at_s < s.end_s)
        assert [3, 3, 0][row] == said.emotion
    assert {row for _, row in drawn.words} == {0, 1, 2}


@pytest.fixture
def scenes() -> Scenes:
    """Two sequences of faces that are always recognised, and words that fit."""
    faces, rng = certain([0, 3, 5, 6]), np.random.default_rng(1)
    plans = [plan(faces, np.array([3, 5]), 4, rng) for _ in range(2)]
    film = film_new_faces(faces, plans, rng)
    heard = [
        TextObservation(0.0, sentiment=(0.05, 0.05, 0.9)),
        TextObservation(0.0, sentiment=(0.9, 0.05, 0.05)),
    ]
    return Scenes(plans, film, film, heard)


def test_sure_faces_are_followed_by_every_variant(scenes: Scenes) -> None:
    result = experiment(scenes, load_fusion_card(packaged_weights() / 'fusion.json'))
    assert result['frames'] == sum(len(p.at_s) for p in scenes.plans)
    for variant in VARIANTS:
        of = result['one_face'][variant]['targets']
        assert of['segments'] == 8
        assert of['missed'] == 0.0
        assert of['hold'] > 0.9, variant
        assert of['detect_s_median'] <= 1.0, variant
    before, after = (result['one_face'][v] for v in ('before', 'hmm'))
    assert before['targets']['detect_s_median'] <= after['targets']['detect_s_median']
    assert after['right_when_actionable'] > 0.9


def test_words_are_heard_when_they_are_said(scenes: Scenes) -> None:
    card = load_fusion_card(packaged_weights() / 'fusion.json')
    p, film = next((p, f) for p, f in zip(scenes.plans, scenes.one_face, strict=True) if p.words)
    states = list(play(p, film, scenes.heard, FusionConfig(), card))
    first_s = p.words[0][0]
    for at_s, state in zip(p.at_s, states, strict=True):
        ages = [e.age_s for e in state.evidence if e.evidence.modality == 'text']
        assert bool(ages) == (at_s >= first_s) or at_s > first_s + 5
        assert all(0 <= age <= at_s for age in ages)


def test_without_words_is_without_words(scenes: Scenes) -> None:
    card = load_fusion_card(packaged_weights() / 'fusion.json')
    silent = run_variant(scenes, scenes.one_face, 'hmm_without_words', card)
    talking = run_variant(scenes, scenes.one_face, 'hmm', card)
    assert not np.allclose(silent[0].track.confidence, talking[0].track.confidence)
