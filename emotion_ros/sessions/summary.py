# SPDX-License-Identifier: MIT
"""A session in numbers, those of the report: a row for what the robot acted on, one per person."""

from collections.abc import Iterator, Sequence

from emotion_ros.bag.track import Track
from emotion_ros.conversions.state_fields import Fields
from emotion_ros.core.emotions import EMOTIONS, Emotion
from emotion_ros.core.evidence import VOICE
from emotion_ros.core.state import EmotionState

SESSION = 'session'
PERSON = 'person'
LABELS = (*EMOTIONS, Emotion.UNKNOWN.label)
NUMBERS = (
    *('first_at', 'duration', *(f'time_{label}' for label in LABELS), 'time_actionable'),
    *('valence_mean', 'arousal_mean', 'conflicts', 'conflict_time'),
    *('voice_results', 'voice_time', *(f'voice_{emotion}' for emotion in EMOTIONS)),
)
VOICE_REJECTED = 'voice_rejected'


class SessionSummary:
    """Takes the publications of a session in the order of time."""

    def __init__(self) -> None:
        self._tracks: dict[tuple[str, str], Track] = {}

    def add(self, states: Sequence[EmotionState], at_s: float) -> None:
        """Add the states of all people at one time, the focus person first."""
        now = {(SESSION, ''): states[0]}
        now |= {(PERSON, state.person_id): state for state in states if state.person_id}
        for key, state in now.items():
            self._tracks.setdefault(key, Track()).add(state, at_s)

    def records(self) -> Iterator[Fields]:
        """Yield ``scope``, ``person_id``, NUMBERS, VOICE_REJECTED: first the session."""
        for (scope, person_id), track in self._tracks.items():
            yield {'scope': scope, 'person_id': person_id, **to_fields(track)}


def to_fields(track: Track) -> Fields:
    """Return the numbers of a track, with NUMBERS as keys; NaN for a mean over nothing.

    VOICE_REJECTED has the number of results of a voice that never counted, by reason.
    """
    held_s = track.times_s
    return {
        'first_at': track.runs[0].from_s,
        'duration': track.time_s,
        **{f'time_{label}': held_s.get(label, 0.0) for label in LABELS},
        'time_actionable': sum(run.duration_s for run in track.runs if run.actionable),
        'valence_mean': track.mean('valence'),
        'arousal_mean': track.mean('arousal'),
        'conflicts': track.conflicts,
        'conflict_time': sum(run.duration_s for run in track.runs if run.conflict),
        'voice_results': track.voice.number,
        'voice_time': track.voice.time_s,
        **{f'voice_{emotion}': mean for emotion, mean in track.voice.means().items()},
        VOICE_REJECTED: {
            reason: number
            for (modality, reason), number in sorted(track.evidence.results.items())
            if modality == VOICE and reason and number
        },
    }
