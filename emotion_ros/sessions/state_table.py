# SPDX-License-Identifier: MIT
"""The states of a session as a tidy table: one row per publication and person."""

from collections.abc import Iterator
from math import nan

from emotion_ros.bag.offline_fusion import Publication
from emotion_ros.conversions.state_fields import Fields
from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.observations import decide
from emotion_ros.core.voice.results import find_voice

STATE_COLUMNS = (
    *('at', 'stamp', 'person_id', 'focus', 'status', 'label', 'confidence', 'duration'),
    *('actionable', 'not_actionable_reason', *EMOTIONS, 'valence', 'arousal', 'agreement'),
    *('conflict', 'evidence', 'summary', 'voice', 'voice_confidence'),
)


def state_records(publication: Publication, at_s: float) -> Iterator[Fields]:
    """Yield one record per person, the focus person first, with STATE_COLUMNS as keys.

    ``at_s`` is the time of publication in seconds from the start of the bag. The names are those
    of EmotionState: ``stamp`` is that of its header (Unix time, s), ``status`` the name of the
    constant, ``evidence`` the modalities that were used, and each emotion its probability;
    ``voice`` is the emotion of the voice that counts, '' without one.
    """
    for index, state in enumerate(publication.states):
        voice = find_voice(state)
        emotion, confidence = decide(voice.evidence.probabilities) if voice else (None, nan)
        used = (weighed.evidence.modality for weighed in state.evidence if weighed.used)
        yield {
            'at': at_s,
            'stamp': state.stamp_s,
            'person_id': state.person_id,
            'focus': index == 0,
            'status': state.status.name,
            'label': state.label,
            'confidence': state.confidence,
            'duration': state.duration_s,
            'actionable': state.actionable,
            'not_actionable_reason': state.reason.value,
            **dict(zip(EMOTIONS, state.probabilities, strict=True)),
            'valence': state.valence,
            'arousal': state.arousal,
            'agreement': state.agreement,
            'conflict': state.conflict,
            'evidence': '+'.join(dict.fromkeys(used)),
            'summary': state.summary,
            'voice': emotion.label if emotion is not None else '',
            'voice_confidence': confidence,
        }
