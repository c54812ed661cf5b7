# SPDX-License-Identifier: MIT
"""The few fields of a state that a chart over time needs."""

from emotion_ros.conversions.state_fields import Fields
from emotion_ros.core.state import EmotionState

_WORDS = ('label', 'status', 'conflict', 'actionable', 'person_id')


def sample(state: EmotionState, t_s: float) -> Fields:
    """Return a state as a point at ``t_s``; ``weights`` are those of the evidence that counted."""
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
        'weights': {w.evidence.modality: w.weight for w in state.evidence if w.used},
    }


def is_turn(before: Fields, after: Fields) -> bool:
    """Return whether more than numbers differ between two samples."""
    return any(before[word] != after[word] for word in _WORDS)
