# SPDX-License-Identifier: MIT
"""From the core's data to ROS messages; every number is cast on its way out.

The way in is conversions/from_msg.py: bags are read with it too.
"""

import math
from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from builtin_interfaces.msg import Time
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from emotion_ros.core.emotions import EMOTIONS, SENTIMENTS
from emotion_ros.core.observations import FaceObservation, SourceStatus, decide
from emotion_ros.core.people.mood import group_mood
from emotion_ros.core.state import EmotionState, WeighedEvidence
from emotion_ros.core.valence_arousal import valence_arousal
from emotion_ros.msg import Audio, EmotionStateArray, FaceEmotionArray, TextSentiment
from emotion_ros.msg import EmotionEvidence as EmotionEvidenceMsg
from emotion_ros.msg import EmotionState as EmotionStateMsg
from emotion_ros.msg import FaceEmotion as FaceEmotionMsg
from emotion_ros.msg import VoiceActivity as VoiceActivityMsg
from emotion_ros.nodes.messages.stamps import seconds_to_duration, seconds_to_stamp
from emotion_ros.perception.image.decode import ImageArray

if TYPE_CHECKING:  # else the fusion would load the inference runtime, 19 MB
    from emotion_ros.nodes.messages.speech import StampedUtterance
    from emotion_ros.perception.face.pipeline import FaceReport
    from emotion_ros.perception.text.pipeline import TextReport
    from emotion_ros.perception.voice.pipeline import VoiceActivity
    from emotion_ros.perception.voice.stream import AudioChunk

SILENT_DBFS = -120.0
"""The level that stands for digital silence."""

MOST_PEOPLE = 2**16 - 1


def bgr_to_msg(image_bgr: ImageArray, stamp: Time, frame_id: str) -> Image:
    """Return a bgr8 image message; an array is copied in 0.1 ms, anything else is slow."""
    height, width = image_bgr.shape[:2]
    msg = Image(height=height, width=width, encoding='bgr8', step=width * 3)
    msg.header.stamp = stamp
    msg.header.frame_id = frame_id
    data = array('B')
    data.frombytes(memoryview(np.ascontiguousarray(image_bgr)).cast('B'))
    msg.data = data
    return msg


def face_to_msg(face: FaceObservation) -> FaceEmotionMsg:
    """Return one face with its likeliest emotion, valence and arousal."""
    emotion, confidence = decide(face.probabilities)
    valence, arousal = valence_arousal(np.asarray(face.probabilities))
    return FaceEmotionMsg(
        face_id=int(face.face_id),
        box_xyxy=[float(x) for x in face.box_xyxy],
        detection_score=float(face.detection_score),
        quality=float(face.quality),
        probabilities=[float(p) for p in face.probabilities],
        emotion=int(emotion),
        confidence=confidence,
        valence=valence,
        arousal=arousal,
        yaw=float(face.yaw),
        roll=float(face.roll),
        exposure=float(face.exposure),
        occlusion=float(face.occlusion),
        sharpness=float(face.sharpness),
        speaking=float(face.speaking),
    )


def faces_to_msg(
    report: 'FaceReport', header: Header, inference_time_s: float
) -> FaceEmotionArray:
    """Return the faces of one image under its own header."""
    return FaceEmotionArray(
        header=header,
        status=int(SourceStatus.OK),
        image_width=int(report.image_width),
        image_height=int(report.image_height),
        faces=[face_to_msg(face) for face in report.faces],
        inference_time=float(inference_time_s),
    )


def report_to_msg(
    report: 'TextReport', said: 'StampedUtterance', include_text: bool
) -> TextSentiment:
    """Return the sentiment of an utterance; its text only when ``include_text``."""
    return TextSentiment(
        header=said.header,
        stamp_source=said.stamp_source,
        person_id=said.speaker.person_id,
        voice_id=said.voice_id,
        binding_confidence=float(said.speaker.confidence),
        status=int(SourceStatus.OK),
        reason=report.reason,
        text=report.text if include_text else '',
        truncated=bool(report.truncated),
        language=report.language,
        sentiment=int(report.sentiment),
        confidence=float(report.confidence),
        sentiment_probabilities=[float(p) for p in report.sentiment_probabilities],
        emotion_probabilities=[float(p) for p in report.emotion_probabilities],
        quality=float(report.quality),
        inference_time=float(report.inference_time_s),
    )


def text_status_to_msg(status: SourceStatus, reason: str, stamp_s: float) -> TextSentiment:
    """Return the status of a sentiment node without an utterance: UNKNOWN and NaN throughout."""
    msg = TextSentiment(
        status=int(status),
        reason=reason,
        sentiment=TextSentiment.UNKNOWN,
        sentiment_probabilities=[math.nan] * len(SENTIMENTS),
        emotion_probabilities=[math.nan] * len(EMOTIONS),
    )
    msg.header.stamp = seconds_to_stamp(stamp_s)
    return msg


def activity_to_msg(
    activity: 'VoiceActivity', frame_id: str, person_id: str = ''
) -> VoiceActivityMsg:
    """Return the voice activity; the person is who speaks, '' where that is not known."""
    level_dbfs = activity.level_dbfs
    msg = VoiceActivityMsg(
        speaking=bool(activity.speaking),
        level_dbfs=-math.inf if level_dbfs <= SILENT_DBFS else float(level_dbfs),
        speech_probability=float(activity.speech_probability),
        segment_duration=float(activity.segment_duration_s),
        person_id=person_id,
    )
    msg.header.stamp = seconds_to_stamp(activity.stamp_s)
    msg.header.frame_id = frame_id
    return msg


def sound_to_msg(chunk: 'AudioChunk', stamp_s: float, frame_id: str) -> Audio:
    """Return int16 sound whose first sample is of ``stamp_s``."""
    samples = array('h')
    samples.frombytes(memoryview(np.ascontiguousarray(chunk.samples, np.int16)).cast('B'))
    msg = Audio(sample_rate=chunk.sample_rate, channels=chunk.channels, samples=samples)
    msg.header.stamp = seconds_to_stamp(stamp_s)
    msg.header.frame_id = frame_id
    return msg


def evidence_to_msg(weighed: WeighedEvidence) -> EmotionEvidenceMsg:
    """Return evidence with the weight that it had in the pool."""
    evidence = weighed.evidence
    msg = EmotionEvidenceMsg(
        modality=evidence.modality,
        source=evidence.source,
        person_id=evidence.person_id,
        probabilities=[float(p) for p in evidence.probabilities],
        quality=float(evidence.quality),
        detail=evidence.detail,
        weight=float(weighed.weight),
        age=float(weighed.age_s),
        used=weighed.used,
        reject_reason=weighed.rejection.value,
    )
    msg.header.stamp = seconds_to_stamp(evidence.stamp_s)
    return msg


def states_to_msg(
    states: Sequence[EmotionState], messages: Sequence[EmotionStateMsg]
) -> EmotionStateArray:
    """Return the states of everybody in view, already as messages, with the group's mood."""
    group = group_mood(states)
    return EmotionStateArray(
        header=messages[0].header,
        states=list(messages),
        group_valence=group.valence,
        group_arousal=group.arousal,
        group_spread=group.spread,
        people=min(group.people, MOST_PEOPLE),
    )


def state_to_msg(state: EmotionState, now_s: float) -> EmotionStateMsg:
    """Return a state as published at ``now_s`` (ROS time, seconds)."""
    msg = EmotionStateMsg(
        person_id=state.person_id,
        status=int(state.status),
        emotion=int(state.emotion),
        label=state.label,
        confidence=float(state.confidence),
        duration=seconds_to_duration(state.duration_s),
        actionable=state.actionable,
        not_actionable_reason=state.reason.value,
        probabilities=[float(p) for p in state.probabilities],
        valence=float(state.valence),
        arousal=float(state.arousal),
        evidence=[evidence_to_msg(w) for w in state.evidence],
        agreement=float(state.agreement),
        conflict=bool(state.conflict),
        summary=state.summary,
        latency=float(now_s - state.stamp_s) if math.isfinite(state.stamp_s) else 0.0,
        mood_valence=float(state.mood_valence),
        mood_arousal=float(state.mood_arousal),
        valence_trend=float(state.valence_trend),
    )
    msg.header.stamp = seconds_to_stamp(state.stamp_s)
    msg.header.frame_id = state.frame_id
    return msg
