# SPDX-License-Identifier: MIT
"""Who said an utterance, although its time is known only roughly."""

from emotion_ros.core.people.speaker_binding import ONLY_FACE, Speaker, SpeakerBinding

SECONDS_PER_WORD = 0.2
"""Of the fastest speech: the part of an utterance that surely belongs to it."""
DELAYS_S = (0.0, 0.3, 0.6, 0.9, 1.2, 1.5, 1.8, 2.1)
"""How long before its stamp, often that of receipt, an utterance may have ended."""
SURE = 0.4
"""Less of a lead is no binding: words of the wrong person are worse than words of no one."""


def speaker_of_words(binding: SpeakerBinding, words: int, stamp_s: float) -> Speaker:
    """Return who said so many words that a recogniser stamped ``stamp_s`` (ROS time).

    The delay is taken at which the lips fit best. A person is named only when the lips
    moved: that only one face is in view does not make it the speaker.
    """
    length_s = SECONDS_PER_WORD * max(words, 1)
    delays_s = DELAYS_S[:1] if binding.guards_paused(stamp_s) else DELAYS_S
    ends_s = [stamp_s - delay_s for delay_s in delays_s]
    found = [binding.speaker(end_s - length_s, end_s) for end_s in ends_s]
    best = max(found, key=lambda speaker: speaker.confidence)
    rivals = [s.confidence for s in found if s.person_id not in ('', best.person_id)]
    is_only = (
        best.confidence <= ONLY_FACE and len({s.person_id for s in found if s.person_id}) == 1
    )
    if best.confidence < SURE or is_only or max(rivals, default=0.0) > best.confidence - SURE / 2:
        return Speaker()
    return best
