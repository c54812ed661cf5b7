# SPDX-License-Identifier: MIT
"""The fields of a state that the charts over time need."""

from math import nan

from emotion_ros.conversions.state_fields import Fields
from emotion_ros.core.state import EmotionState


def sample(state: EmotionState, t_s: float, latency_s: float = nan) -> Fields:
    """Return a state as a point at ``t_s``; ``weights`` are those of the used evidence."""
    return {
        't': t_s,
        'label': state.label,
        'confidence': state.confidence,
        'status': state.status.name.lower(),
        'person_id': state.person_id,
        'conflict': state.conflict,
        'actionable': state.actionable,
        'valence': state.valence,
        'arousal': state.arousal,
        'latency': latency_s,
        'weights': {w.evidence.modality: w.weight for w in state.evidence if w.used},
    }


def differs(before: Fields, after: Fields) -> bool:
    """Return whether two samples differ in more than their numbers."""
    names = ('label', 'status', 'conflict', 'actionable', 'person_id')
    return any(before[name] != after[name] for name in names)
