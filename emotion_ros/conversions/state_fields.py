# SPDX-License-Identifier: MIT
"""States and evidence as plain data with the field names of the messages, for JSON and bags."""

import json
from math import isfinite
from typing import Any

from emotion_ros.core.evidence import Evidence
from emotion_ros.core.state import EmotionState, WeighedEvidence
from emotion_ros.files.csv_table import DECIMALS

NAN = float('nan')

Fields = dict[str, Any]


def state_to_fields(state: EmotionState, latency_s: float = NAN) -> Fields:
    """Return the fields of msg/EmotionState; stamps and durations in seconds."""
    return {
        'header': header(state.stamp_s, state.frame_id),
        'person_id': state.person_id,
        'status': int(state.status),
        'emotion': int(state.emotion),
        'label': state.label,
        'confidence': state.confidence,
        'duration': state.duration_s,
        'actionable': state.actionable,
        'not_actionable_reason': state.reason.value,
        'probabilities': list(state.probabilities),
        'valence': state.valence,
        'arousal': state.arousal,
        'evidence': [weighed_to_fields(weighed) for weighed in state.evidence],
        'agreement': state.agreement,
        'conflict': state.conflict,
        'summary': state.summary,
        'latency': latency_s,
        'mood_valence': state.mood_valence,
        'mood_arousal': state.mood_arousal,
        'valence_trend': state.valence_trend,
    }


def evidence_to_fields(evidence: Evidence) -> Fields:
    """Return the fields of msg/EmotionEvidence that its sender fills in."""
    return {
        'header': header(evidence.stamp_s),
        'modality': evidence.modality,
        'source': evidence.source,
        'person_id': evidence.person_id,
        'probabilities': evidence.probabilities,
        'quality': evidence.quality,
        'detail': evidence.detail,
    }


def weighed_to_fields(weighed: WeighedEvidence) -> Fields:
    """Return the fields of msg/EmotionEvidence as the fusion publishes it in a state."""
    return {
        **evidence_to_fields(weighed.evidence),
        'weight': weighed.weight,
        'age': weighed.age_s,
        'used': weighed.used,
        'reject_reason': weighed.rejection.value,
    }


def to_json(fields: object) -> str:
    """Return one line of JSON, rounded to DECIMALS; NaN and infinity become null."""
    return json.dumps(_plain(fields), allow_nan=False)


def header(stamp_s: float, frame_id: str = '') -> Fields:
    """Return the fields of a Header."""
    return {'stamp': stamp_s, 'frame_id': frame_id}


def _plain(value: object) -> object:
    if isinstance(value, float):  # the most frequent first
        return round(value, DECIMALS) if isfinite(value) else None
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
