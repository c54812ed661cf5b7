# SPDX-License-Identifier: MIT
"""What is said of all the evidence that counts: a line for people, and the valence."""

from collections.abc import Sequence

from emotion_ros.core.evidence import FACE, TEXT, VOICE
from emotion_ros.core.state import WeighedEvidence

DIRECT_VALENCE_SHARE = 0.5
OLD_S = 1.0  # from this age on, the summary says how old evidence is that is no longer fresh
_NAMES = {FACE: 'Vision', TEXT: 'Text', VOICE: 'Voice'}


def summarise(used: Sequence[WeighedEvidence], conflict: bool) -> str:
    """Return such as ``Vision: Happy (91%), Text: Negative (96%) 3 s ago: they disagree``."""
    parts = []
    for w in used:
        modality, detail = w.evidence.modality, w.evidence.detail
        name = _NAMES.get(modality, modality.capitalize())
        age = '' if w.fresh or w.age_s < OLD_S else f' {w.age_s:.0f} s ago'
        parts.append(f'{name}: {detail}{age}' if detail else f'{name}{age}')
    return f'{", ".join(parts)}: they disagree' if conflict else ', '.join(parts)


def blend_valence(valence: float, used: Sequence[WeighedEvidence]) -> float:
    """Return the valence blended with what sources estimate of valence itself, by weight."""
    total = sum(w.weight for w in used)
    direct = [(w.weight, w.evidence.valence) for w in used if w.evidence.valence is not None]
    direct_weight = sum(weight for weight, _ in direct)
    share = DIRECT_VALENCE_SHARE * direct_weight / total if total else 0.0
    if share == 0.0:
        return valence
    mean = sum(weight * v for weight, v in direct) / direct_weight
    return float((1.0 - share) * valence + share * mean)
