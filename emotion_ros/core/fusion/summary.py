# SPDX-License-Identifier: MIT
"""The state in one line of words."""

from collections.abc import Sequence

from emotion_ros.core.evidence import FACE, TEXT
from emotion_ros.core.state import Status, WeighedEvidence

_NAMES = {FACE: 'Vision', TEXT: 'Text'}
_WITHOUT_EVIDENCE = {
    Status.OK: '',
    Status.HOLDING: 'Nothing usable about this person',
    Status.NO_PERSON: 'Nobody in view',
    Status.NO_INPUT: 'No input',
    Status.DISABLED: 'Disabled',
}


def summarise(status: Status, used: Sequence[WeighedEvidence], conflict: bool) -> str:
    """Return such as ``Vision: Happy (91%), Text: Negative (96%): they disagree``."""
    if not used:
        return _WITHOUT_EVIDENCE[status]
    line = ', '.join(f'{_name(w.evidence.modality)}: {w.evidence.detail}' for w in used)
    return f'{line}: they disagree' if conflict else line


def reading_order(modality: str) -> tuple[int, str]:
    """Return a sort key: faces, then words, then the others by name."""
    return ((FACE, TEXT).index(modality) if modality in _NAMES else 2, modality)


def _name(modality: str) -> str:
    return _NAMES.get(modality, modality.capitalize())
