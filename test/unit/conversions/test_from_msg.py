# SPDX-License-Identifier: MIT
"""From message fields to the core's data, whoever read the message."""

from types import SimpleNamespace

import numpy as np
import pytest

from emotion_ros.conversions.from_msg import (
    msg_to_evidence,
    msg_to_faces,
    msg_to_raw,
    msg_to_text,
    stamp_to_seconds,
)
from emotion_ros.core.evidence import Rejection
from emotion_ros.core.observations import SourceStatus
from emotion_ros.errors import InvalidInput
from emotion_ros.perception.text.pipeline import TextReport

Msg = SimpleNamespace
HEADER = Msg(stamp=Msg(sec=5, nanosec=250_000_000), frame_id='camera')
HAPPY = np.array([0, 0, 0, 1, 0, 0, 0], np.float32)


@pytest.mark.parametrize(
    ('sec', 'nanosec', 'seconds'),
    [(0, 0, 0.0), (5, 250_000_000, 5.25), (2**31 - 1, 0, 2.0**31 - 1)],
)
def test_a_stamp_is_seconds(sec: int, nanosec: int, seconds: float) -> None:
    assert stamp_to_seconds(Msg(sec=sec, nanosec=nanosec)) == seconds


def test_a_whole_second_of_nanoseconds_is_no_stamp() -> None:
    with pytest.raises(InvalidInput, match='bad_stamp'):
        stamp_to_seconds(Msg(sec=5, nanosec=1_000_000_000))


def test_an_empty_array_of_faces_says_that_nobody_is_there() -> None:
    seen = msg_to_faces(Msg(header=HEADER, status=0, faces=[]))
    assert (seen.stamp_s, seen.frame_id, seen.status, seen.faces) == (
        5.25,
        'camera',
        SourceStatus.OK,
        (),
    )


def test_numbers_of_numpy_become_plain_ones() -> None:
    face = Msg(
        face_id=np.uint32(7),
        box_xyxy=np.array([0.25, 0.25, 0.5, 0.5], np.float32),
        detection_score=np.float32(0.5),
        quality=np.float32(1.0),
        probabilities=HAPPY,
    )
    (seen,) = msg_to_faces(Msg(header=HEADER, status=0, faces=[face])).faces
    assert seen.person_id == 'face_7'
    assert seen.box_xyxy == (0.25, 0.25, 0.5, 0.5)
    numbers = (seen.detection_score, seen.quality, *seen.box_xyxy, *seen.probabilities)
    assert {type(number) for number in numbers} == {float}


@pytest.mark.parametrize(
    ('status', 'meaning'),
    [
        (0, SourceStatus.OK),
        (1, SourceStatus.DISABLED),
        (2, SourceStatus.ERROR),
        (9, SourceStatus.ERROR),
    ],
)
def test_an_unknown_status_is_an_error(status: int, meaning: SourceStatus) -> None:
    assert msg_to_faces(Msg(header=HEADER, status=status, faces=[])).status is meaning


@pytest.mark.parametrize(
    ('reason', 'rejection'),
    [
        ('', Rejection.NONE),
        ('unsupported_language', Rejection.UNSUPPORTED_LANGUAGE),
        ('from another version', Rejection.NONE),
    ],
)
def test_words_are_what_the_node_reported(reason: str, rejection: Rejection) -> None:
    msg = Msg(
        header=HEADER,
        status=0,
        reason=reason,
        person_id='face_7',
        sentiment_probabilities=(0.25, 0.25, 0.5),
        emotion_probabilities=HAPPY,
        quality=1.0,
    )
    report = TextReport(
        text='',
        truncated=False,
        language='en',
        inference_time_s=0.0,
        reason=rejection.value,
        sentiment_probabilities=(0.25, 0.25, 0.5),
        emotion_probabilities=tuple(HAPPY.tolist()),
        quality=1.0,
    )
    assert msg_to_text(msg) == report.to_observation(5.25, person_id='face_7')


def test_evidence_is_taken_as_it_is() -> None:
    msg = Msg(
        header=HEADER,
        modality='voice',
        source='somebody',
        person_id='',
        probabilities=(float('nan'),) * 7,
        quality=-3.0,
        detail='what?',
    )
    evidence = msg_to_evidence(msg)
    assert (evidence.modality, evidence.source, evidence.detail) == ('voice', 'somebody', 'what?')
    assert (evidence.stamp_s, evidence.quality) == (5.25, -3.0)
    assert np.isnan(evidence.probabilities).all()


def test_the_pixels_of_an_image_are_not_copied() -> None:
    data = np.arange(12, dtype=np.uint8)
    msg = Msg(width=2, height=2, encoding='bgr8', step=6, is_bigendian=0, data=data)
    raw = msg_to_raw(msg)
    assert (raw.width, raw.height, raw.encoding, raw.step, raw.is_bigendian) == (
        2,
        2,
        'bgr8',
        6,
        False,
    )
    assert np.shares_memory(np.asarray(raw.data), data)
