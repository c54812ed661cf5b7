# SPDX-License-Identifier: MIT
"""The core's data arrive unchanged: through the message, serialised and back."""

import subprocess
import sys

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from rclpy.serialization import deserialize_message, serialize_message
from std_msgs.msg import Header

from emotion_ros.conversions.from_msg import msg_to_state, stamp_to_seconds
from emotion_ros.core.emotions import Emotion, Sentiment
from emotion_ros.core.observations import FaceObservation
from emotion_ros.core.state import EmotionState, Reason, Status
from emotion_ros.msg import EmotionState as EmotionStateMsg
from emotion_ros.msg import FaceEmotion
from emotion_ros.nodes.messages.stamps import ExactStamps, seconds_to_stamp
from emotion_ros.nodes.messages.to_msg import face_to_msg, state_to_msg
from examples import face, make_fusion, play, voice, words

T = 1_795_364_743.25


def sent(msg):
    """Return the message as a subscriber gets it."""
    return deserialize_message(serialize_message(msg), type(msg))


def rich_state() -> EmotionState:
    """Return a state with everything in it: a conflict, a third modality, a rejection."""
    fusion = make_fusion()
    fusion.add_text(words(T, Sentiment.NEGATIVE, Emotion.ANGRY), T)
    fusion.add_evidence(voice(T), T)
    fusion.add_evidence(voice(T, modality='pulse', probabilities=(0.5,) * 7), T)
    return play(fusion, T, 0.5, face(Emotion.HAPPY))[-1]


@pytest.mark.parametrize(
    'state',
    [EmotionState(stamp_s=T, status=Status.NO_INPUT, reason=Reason.NO_INPUT), rich_state()],
)
def test_promise_54_a_state_survives_the_wire(state):
    back = msg_to_state(sent(state_to_msg(state, T + 1.0)))
    for name in ('status', 'reason', 'frame_id', 'person_id', 'emotion', 'conflict', 'summary'):
        assert getattr(back, name) == getattr(state, name)
    for name in ('stamp_s', 'confidence', 'duration_s', 'valence', 'arousal', 'agreement'):
        assert getattr(back, name) == pytest.approx(getattr(state, name), abs=1e-6, nan_ok=True)
    assert back.probabilities == pytest.approx(state.probabilities, abs=1e-6, nan_ok=True)
    assert [w.rejection for w in back.evidence] == [w.rejection for w in state.evidence]
    assert [w.weight for w in back.evidence] == pytest.approx(
        [w.weight for w in state.evidence], abs=1e-6
    )


def test_the_latency_is_the_age_of_the_stamp_at_publication():
    assert sent(state_to_msg(rich_state(), T + 1.0)).latency == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize('kind', [float, np.float32, np.float64])
def test_promise_54_numbers_of_numpy_are_not_lost(kind):
    observation = FaceObservation(
        face_id=np.int64(3),
        box_xyxy=tuple(kind(x) for x in (0.25, 0.25, 0.5, 0.5)),
        detection_score=kind(0.75),
        quality=kind(0.5),
        probabilities=tuple(kind(p) for p in (0.125, 0, 0, 0.875, 0, 0, 0)),
    )
    msg = sent(face_to_msg(observation))
    assert isinstance(msg, FaceEmotion)
    assert (msg.face_id, msg.detection_score, msg.quality) == (3, 0.75, 0.5)
    assert list(msg.box_xyxy) == [0.25, 0.25, 0.5, 0.5]
    assert (msg.emotion, msg.confidence) == (EmotionStateMsg.HAPPY, 0.875)


@pytest.mark.parametrize('seconds', [0.0, 0.5, 1e9 + 0.999999, T])
def test_stamps_keep_the_microsecond(seconds):
    assert stamp_to_seconds(seconds_to_stamp(seconds)) == pytest.approx(seconds, abs=1e-6)


def test_the_fusion_does_without_the_inference_runtime():
    code = 'import sys, emotion_ros.nodes.fusion_node; sys.exit("onnxruntime" in sys.modules)'
    assert subprocess.run([sys.executable, '-c', code], check=False, timeout=60).returncode == 0


def test_an_exact_stamp_is_not_before_the_rounded_one_of_the_state_before():
    """Red when keep_in_order of stamps.py does nothing."""
    stamps, exact = ExactStamps(), Time(sec=1_795_944_044, nanosec=901_512_921)
    rounded = seconds_to_stamp(stamp_to_seconds(exact))
    assert rounded.nanosec > exact.nanosec
    first, second, third = (Header(stamp=rounded) for _ in range(3))
    stamps.keep_in_order(first)
    stamps.store(exact)
    stamps.restore(second)
    assert second.stamp == exact
    stamps.keep_in_order(second)
    assert second.stamp == rounded
    stamps.keep_in_order(Header(stamp=Time(sec=exact.sec + 1)))
    stamps.restore(third)  # the clock jumped back
    stamps.keep_in_order(third)
    assert third.stamp == exact
