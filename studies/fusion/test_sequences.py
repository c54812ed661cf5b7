# SPDX-License-Identifier: MIT
"""Figures over time, against a sequence small enough to be counted by hand."""

from math import inf

import numpy as np
import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.fusion.card import load_fusion_card
from emotion_ros.files.resources import packaged_weights
from fusion_samples import certain, draw_sequences
from studies.fusion.metrics import sequence_metrics as over_time
from studies.fusion.sequences import FILTERS, experiment, run_variant
from training.fusion.synthetic_sequences import Segment, Sequences, Track

A, H, S = Emotion.ANGRY, Emotion.HAPPY, Emotion.SAD


def track_of(labels: str, segments: list[tuple[float, float, Emotion, bool]]) -> Track:
    """Ten moments a second; U is unknown."""
    names = {'A': A, 'H': H, 'S': S, 'U': Emotion.UNKNOWN}
    at_s = np.arange(len(labels)) / 10
    ends = np.array([end for _, end, _, _ in segments])
    return Track(
        segments=tuple(Segment(s, e, int(m), t) for s, e, m, t in segments),
        at_s=at_s,
        emotion=np.array([int(names[c]) for c in labels]),
        confidence=np.full(len(labels), 0.75),
        actionable=np.array([c != 'U' for c in labels]),
        segment=np.searchsorted(ends, at_s, side='right'),
    )


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
    track = track_of(labels, TWO)
    assert over_time.detect_times(track) == pytest.approx(detect)
    assert over_time.hold_shares(track) == pytest.approx(hold)
    assert over_time.clear_times(track) == pytest.approx(clear)
    assert over_time.false_switches(track) == (switches, pytest.approx(2 / 60))


def test_only_segments_count_whose_still_is_right_unless_all_do() -> None:
    track = track_of('HHHHHHHHHHHHHHHAAAAA', [(0.0, 1.0, H, True), (1.0, 2.0, S, False)])
    assert over_time.detect_times(track) == [0.0]
    assert over_time.clear_times(track) == []
    assert over_time.false_switches(track) == (0, pytest.approx(1 / 60))
    assert over_time.detect_times(track, targets_only=False) == [0.0, inf]
    assert over_time.clear_times(track, targets_only=False) == pytest.approx([0.5])
    assert over_time.false_switches(track, targets_only=False) == (1, pytest.approx(2 / 60))


def test_summary_of_nothing_and_of_what_never_comes_is_null() -> None:
    nothing = over_time.summary([track_of('HH', [(0.0, 0.2, H, False)])])
    assert nothing['segments'] == 0
    assert nothing['detect_s_median'] is None
    assert nothing['hold'] is None
    never = over_time.summary([track_of('AA', [(0.0, 0.2, H, True)])])
    assert never['detect_s_median'] is None
    assert never['missed'] == 1.0


def test_false_switches_are_per_minute() -> None:
    tracks = [track_of('HHHHHAAHHHHSSSSSSSSS', TWO), track_of('HHHHHHHHHHSSSSSSSSSS', TWO)]
    assert over_time.summary(tracks)['false_switches_per_min'] == pytest.approx(2 / 4 * 60)


def test_calibration_over_all_moments_and_over_settled_ones() -> None:
    track = track_of('HHHHHHHHHHHHHHHSSSSS', TWO)
    all_of = over_time.calibration([track])
    assert all_of['accuracy'] == pytest.approx(0.75)
    assert all_of['ece15'] == pytest.approx(0.0)
    assert all_of['reliability'] == [(20, 0.75, 0.75)]
    settled = over_time.calibration([track], settled_after_s=0.5)
    assert settled['moments'] == 10
    assert settled['ece15'] == pytest.approx(0.25)


def test_few_segments_leave_much_to_chance() -> None:
    """A coin per segment: one is off by a half, many by little."""
    confidence = np.full(4000, 0.5)
    assert over_time.ece_by_chance(confidence, np.zeros(4000, int)) == pytest.approx(0.5)
    assert over_time.ece_by_chance(confidence, np.arange(4000)) < 0.02


@pytest.fixture
def drawn() -> Sequences:
    """Two sequences of faces that are always recognised, and texts that fit."""
    return draw_sequences(certain([0, 3, 5, 6]), segments=4)


def test_sure_faces_are_followed_by_every_variant(drawn: Sequences) -> None:
    result = experiment(drawn, load_fusion_card(packaged_weights() / 'fusion.json'))
    assert result['frames'] == sum(len(p.at_s) for p in drawn.plans)
    for variant in FILTERS:
        of = result['one_face'][variant]['targets']
        assert of['segments'] == 8
        assert of['missed'] == 0.0
        assert of['hold'] > 0.9, variant
        assert of['detect_s_median'] <= 1.0, variant
    before, after = (result['one_face'][v] for v in ('before', 'hmm'))
    assert before['targets']['detect_s_median'] <= after['targets']['detect_s_median']
    assert after['right_when_actionable'] > 0.9


def test_without_words_is_without_words(drawn: Sequences) -> None:
    card = load_fusion_card(packaged_weights() / 'fusion.json')
    silent = run_variant(drawn, drawn.one_face, 'hmm_without_words', card)
    talking = run_variant(drawn, drawn.one_face, 'hmm', card)
    assert not np.allclose(silent[0].confidence, talking[0].confidence)
