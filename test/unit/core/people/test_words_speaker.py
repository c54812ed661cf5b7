# SPDX-License-Identifier: MIT
"""Who said an utterance, on generated scenes in which people speak in turn."""

import numpy as np
import pytest

from emotion_ros.core.observations import FaceObservation, FacesObservation
from emotion_ros.core.people.speaker_binding import SEEMS_TO_MOVE_S, SpeakerBinding
from emotion_ros.core.people.words_speaker import speaker_of_words
from emotion_ros.core.state import NO_PROBABILITIES

FPS = 15.0
TURNS = 6
SCENES = 20


def turns(people: int, rng: np.random.Generator) -> list[tuple[float, float, int, int]]:
    """Return begin and end (s), who speaks, and how many words."""
    found, at_s = [], 1.0
    for _ in range(TURNS):
        words = int(rng.integers(2, 12))
        length_s = words * rng.uniform(0.28, 0.45)
        found.append((at_s, at_s + length_s, int(rng.integers(people)), words))
        at_s += length_s + rng.uniform(0.6, 2.0)
    return found


def bindings(people: int, rng: np.random.Generator) -> list[tuple[str, str]]:
    """Play a scene; return who was named and who it was, for every utterance.

    Lips move unevenly, those of listeners sometimes too, and a recogniser is 0.2 to 1.5 s late.
    """
    said = turns(people, rng)
    waiting = [(end_s + rng.uniform(0.2, 1.5), who, words) for _, end_s, who, words in said]
    binding, lips, results = SpeakerBinding(), np.zeros(people), []
    for frame in range(int((waiting[-1][0] + 1.0) * FPS)):
        at_s = frame / FPS
        speaks = [who for begin_s, end_s, who, _ in said if begin_s <= at_s < end_s]
        for person in range(people):
            target = rng.choice([0.4, 0.6, 0.9, 1.0]) if person in speaks else 0.0
            if person not in speaks and rng.random() < 0.02:
                lips[person] = rng.uniform(0.3, 0.9)
            lips[person] += 0.35 * (target - lips[person])
        shown = np.clip(lips + rng.normal(0.0, 0.08, people), 0.0, 1.0)
        faces = tuple(
            FaceObservation(n, (0.0, 0.0, 0.1, 0.1), 0.9, 1.0, (1 / 7,) * 7, speaking=float(level))
            for n, level in enumerate(shown)
        )
        binding.update(FacesObservation(at_s, faces=faces))
        while waiting and waiting[0][0] <= at_s:
            stamp_s, who, words = waiting.pop(0)
            results.append((speaker_of_words(binding, words, stamp_s).person_id, f'face_{who}'))
    return results


@pytest.mark.parametrize('people', [1, 2, 3])
def test_nine_in_ten_utterances_are_bound_rightly_and_next_to_none_wrongly(people):
    found = [r for seed in range(SCENES) for r in bindings(people, np.random.default_rng(seed))]
    right = np.mean([named == who for named, who in found])
    wrong = np.mean([named not in ('', who) for named, who in found])
    assert right >= 0.9
    assert wrong <= 0.02


def scene(*activities: float, seconds: float = 5.0) -> SpeakerBinding:
    """Return what is known when the lips of these faces moved so much all the time."""
    binding = SpeakerBinding()
    for frame in range(int(seconds * FPS)):
        faces = tuple(
            FaceObservation(n, (0.0, 0.0, 0.1, 0.1), 0.9, 1.0, (1 / 7,) * 7, speaking=a)
            for n, a in enumerate(activities)
        )
        binding.update(FacesObservation(frame / FPS, faces=faces))
    return binding


@pytest.mark.parametrize(
    ('activities', 'expected'),
    [
        ((), ''),
        ((0.0,), ''),  # in view, but the lips are still
        ((float('nan'),), ''),
        ((0.9,), 'face_0'),
        ((0.9, 0.1), 'face_0'),
        ((0.1, 0.9), 'face_1'),
        ((0.9, 0.8), ''),  # both speak
        ((0.0, 0.0), ''),
        ((0.1,) * 49 + (0.9,), 'face_49'),
    ],
)
def test_a_speaker_is_named_only_when_the_lips_say_so(activities, expected):
    assert speaker_of_words(scene(*activities), 5, 4.5).person_id == expected


def test_words_of_long_ago_belong_to_no_one():
    assert speaker_of_words(scene(0.9, 0.1), 5, 1000.0).person_id == ''
    assert speaker_of_words(SpeakerBinding(), 0, 0.0).confidence == 0.0


def beside_paused(until_s: float, end_s: float = 5.0) -> SpeakerBinding:
    """Return what is known of a person who speaks until then, beside one who is paused."""
    binding = SpeakerBinding()
    for frame in range(int(end_s * FPS)):
        at_s = frame / FPS
        hidden = FaceObservation(1, (0.0, 0.0, 0.1, 0.1), 0.9, 0.0, NO_PROBABILITIES)
        seen_s = until_s + SEEMS_TO_MOVE_S  # as LipActivity, which looks back
        seen = FaceObservation(
            2, (0.5, 0.0, 0.6, 0.1), 0.9, 1.0, (1 / 7,) * 7, speaking=float(1.0 < at_s < seen_s)
        )
        binding.update(FacesObservation(at_s, faces=(hidden, seen)))
    return binding


@pytest.mark.parametrize(
    ('until_s', 'words', 'expected'),
    [
        (5.0, 8, 'face_2'),
        (5.0, 3, ''),  # too few: the other one may have said "no" just now
        (3.8, 5, ''),  # an answer of a second
        (3.0, 8, ''),
        (0.0, 8, ''),
    ],
)
def test_the_answer_of_a_paused_person_is_not_taken_for_the_words_before(until_s, words, expected):
    assert speaker_of_words(beside_paused(until_s), words, 5.0).person_id == expected


@pytest.mark.parametrize(
    ('paused_in_view', 'begin_s', 'expected'),
    [(True, 4.0, 'face_1'), (False, 4.0, ''), (False, 36.0, 'face_2')],
)
def test_a_voice_beside_a_paused_person_is_not_that_of_the_only_face(
    paused_in_view, begin_s, expected
):
    binding = SpeakerBinding()
    hidden = FaceObservation(1, (0.0, 0.0, 0.1, 0.1), 0.9, 0.0, NO_PROBABILITIES)
    still = FaceObservation(2, (0.5, 0.0, 0.6, 0.1), 0.9, 1.0, (1 / 7,) * 7, speaking=0.1)
    binding.update(FacesObservation(0.0, faces=(hidden,)))
    for frame in range(int((begin_s + 1.0) * FPS)):
        face = hidden if paused_in_view else still
        binding.update(FacesObservation(0.1 + frame / FPS, faces=(face,)))
    assert binding.speaker(begin_s, begin_s + 1.0).person_id == expected
