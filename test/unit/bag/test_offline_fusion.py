# SPDX-License-Identifier: MIT
"""What happens when, and what is published, in recorded time."""

from itertools import pairwise

import pytest

from emotion_ros.bag.offline_fusion import OfflineFusion, with_ticks
from emotion_ros.core.emotions import Emotion
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.state import Status
from emotion_ros.core.units import NANOSECONDS
from examples import CARD, face, frame, voice

TENTH = NANOSECONDS // 10
START = 1_700_000_000 * NANOSECONDS


@pytest.mark.parametrize(
    ('events', 'start', 'end', 'expected'),
    [
        ([], 0, 0, [(0, None)]),
        ([], 0, 25, [(0, None), (10, None), (20, None)]),
        ([], 15, 20, [(10, None), (20, None)]),
        ([(15, 'a')], 15, 15, [(10, None), (15, 'a')]),
        ([(10, 'a')], 10, 10, [(10, None), (10, 'a')]),
        ([(9, 'a'), (12, 'b')], 9, 12, [(0, None), (9, 'a'), (10, None), (12, 'b')]),
        ([(12, 'a'), (9, 'b')], 12, 12, [(10, None), (12, 'a'), (12, 'b')]),
    ],
)
def test_ticks_fall_on_whole_multiples_and_before_events(
    events: list[tuple[int, str]], start: int, end: int, expected: list[tuple[int, str | None]]
) -> None:
    assert list(with_ticks(events, start, end, rate=NANOSECONDS / 10)) == expected


@pytest.mark.parametrize('rate', [1.0, 3.0, 7.3, 10.0, 30.0])
def test_no_tick_is_lost_at_the_times_of_today(rate: float) -> None:
    fusion = OfflineFusion(FusionConfig(rate=rate), CARD)
    published = list(fusion.run([], START, START + 10 * NANOSECONDS))
    assert len(published) == pytest.approx(10 * rate + 1, abs=1)
    gaps = [b.time_ns - a.time_ns for a, b in pairwise(published)]
    assert max(gaps) - min(gaps) <= 1


def test_an_observation_is_published_at_once() -> None:
    seen = frame(START / NANOSECONDS, face(Emotion.HAPPY))
    events = [(START + TENTH // 2, seen)]
    published = list(OfflineFusion(FusionConfig(), CARD).run(events, START, START + TENTH))
    assert [m.time_ns - START for m in published] == [0, TENTH // 2, TENTH]
    assert [m.state.status for m in published] == [Status.NO_INPUT, Status.OK, Status.OK]
    assert published[1].state.person_id == 'face_1'


def test_no_burst_exceeds_the_greatest_rate() -> None:
    now = [START + TENTH + 1 + i * 1000 for i in range(50)]
    events = [(t, voice(t / NANOSECONDS)) for t in now]
    published = list(OfflineFusion(FusionConfig(), CARD).run(events, START, START + 2 * TENTH))
    assert len([m for m in published if START + TENTH < m.time_ns < START + 2 * TENTH]) == 2


def test_what_is_rejected_is_counted_and_still_published() -> None:
    future = voice((START + 20 * NANOSECONDS) / NANOSECONDS)
    events = [(START + 1, 'bad_stamp'), (START + 2, future)]
    fusion = OfflineFusion(FusionConfig(), CARD)
    published = list(fusion.run(events, START, START + 2))
    assert fusion.rejected == {'bad_stamp': 1, 'future': 1}
    assert [m.time_ns - START for m in published] == [0, 1, 2]
