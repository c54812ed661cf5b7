# SPDX-License-Identifier: MIT
"""Whose voice is heard: the only face, the one whose mouth moves, or nobody in particular."""

import pytest

from emotion_ros.core.observations import FaceObservation, FacesObservation, SourceStatus
from emotion_ros.core.people.speaker_binding import Speaker, SpeakerBinding

NAN = float('nan')


def faces(stamp_s: float, **speaking: float) -> FacesObservation:
    found = (
        FaceObservation(int(name[1:]), (0, 0, 1, 1), 0.9, 0.9, (), speaking=value)
        for name, value in speaking.items()
    )
    return FacesObservation(stamp_s, faces=tuple(found))


def bind(**speaking: float) -> Speaker:
    """Return who spoke from 10 to 12 s, with these faces in all images."""
    binding = SpeakerBinding()
    for n in range(100):
        binding.update(faces(5.0 + 0.1 * n, **speaking))
    return binding.speaker(10.0, 12.0)


@pytest.mark.parametrize(
    ('speaking', 'person_id', 'confidence'),
    [
        ({}, '', 0.0),
        ({'f1': NAN}, 'face_1', 0.5),
        ({'f1': 0.0}, 'face_1', 0.5),
        ({'f1': 0.9}, 'face_1', 0.9),
        ({'f1': 0.1, 'f2': 0.9}, 'face_2', 0.8),
        ({'f1': NAN, 'f2': 0.9}, 'face_2', 0.9),
        ({'f1': 0.8, 'f2': 0.9}, '', 0.0),  # both speak
        ({'f1': 0.1, 'f2': 0.2}, '', 0.0),  # neither does
        ({'f1': NAN, 'f2': NAN}, '', 0.0),
        ({'f1': 0.9, 'f2': 0.1, 'f3': 0.2}, 'face_1', 0.7),
    ],
)
def test_who_speaks(speaking, person_id, confidence):
    found = bind(**speaking)
    assert (found.person_id, found.confidence) == (person_id, pytest.approx(confidence))


def test_only_the_time_of_the_voice_counts():
    binding = SpeakerBinding()
    for n in range(100):
        first = n < 50
        binding.update(faces(0.1 * n, f1=0.9 * first, f2=0.9 * (not first)))
    assert binding.speaker(1.0, 4.0).person_id == 'face_1'
    assert binding.speaker(6.0, 9.0).person_id == 'face_2'
    assert binding.speaker(40.0, 42.0) == Speaker()


def test_who_passed_by_does_not_count():
    binding = SpeakerBinding()
    for n in range(20):
        binding.update(faces(0.1 * n, f1=0.8, **({'f2': 1.0} if n < 5 else {})))
    assert binding.speaker(0.0, 2.0).person_id == 'face_1'


def test_a_jump_of_the_clock_and_a_node_that_is_off():
    binding = SpeakerBinding()
    binding.update(faces(100.0, f1=0.9))
    binding.update(FacesObservation(100.1, status=SourceStatus.DISABLED))
    assert binding.speaker(99.9, 100.0).person_id == 'face_1'
    binding.update(faces(50.0, f2=0.9))
    assert binding.speaker(99.9, 100.0) == Speaker()


def test_it_forgets():
    binding = SpeakerBinding()
    for n in range(2000):
        binding.update(faces(0.1 * n, f1=0.9))
    assert binding.speaker(0.0, 100.0) == Speaker()
