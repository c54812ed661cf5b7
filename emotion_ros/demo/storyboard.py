# SPDX-License-Identifier: MIT
"""A storyboard: a scripted person's appearance and speech over time, and the expected states."""

from dataclasses import dataclass
from math import isfinite

from emotion_ros.core.emotions import Emotion, Sentiment
from emotion_ros.core.people.privacy import PrivacyMode
from emotion_ros.core.state import EmotionState, Status
from emotion_ros.errors import ConfigError

MAX_HEIGHT_PX = 2000
MAX_BRIGHTNESS = 2.0


@dataclass(frozen=True)
class Picture:
    """A picture in the camera's view, scaled to ``height_px``, its top left corner at (x, y) px.

    ``image`` is a path relative to the storyboard's folder; ``brightness`` multiplies the pixels;
    ``emotion`` is the label of its face (UNKNOWN: none). A ``mouth`` moves as in speech: where it
    is, as a share of the height. ConfigError for a value out of range.
    """

    image: str
    x: int
    y: int
    height_px: int
    mirror: bool = False
    brightness: float = 1.0
    emotion: Emotion = Emotion.UNKNOWN
    mouth: float = 0.0

    def __post_init__(self) -> None:
        """Check size, brightness and mouth."""
        if not 0.0 <= self.mouth <= 1.0:
            raise ConfigError(f'mouth: {self.mouth:g} is not within 0 to 1')
        if not 1 <= self.height_px <= MAX_HEIGHT_PX:
            raise ConfigError(f'height_px: {self.height_px} is not within 1 to {MAX_HEIGHT_PX}')
        if not 0.0 <= self.brightness <= MAX_BRIGHTNESS:
            raise ConfigError(
                f'brightness: {self.brightness:g} is not within 0 to {MAX_BRIGHTNESS:g}'
            )


@dataclass(frozen=True)
class View:
    """The camera's view; a camera that is off sends no frames at all."""

    pictures: tuple[Picture, ...] = ()
    camera_on: bool = True


NOBODY = View()
CAMERA_OFF = View(camera_on=False)


@dataclass(frozen=True)
class Expectation:
    """The fields that the states must have settled on ``within_s`` seconds after the cue.

    None leaves a field open. evaluation.py defines what settled means. ConfigError when all
    fields are open or ``within_s`` is not above 0.
    """

    within_s: float
    status: Status | None = None
    emotion: Emotion | None = None
    conflict: bool | None = None

    def __post_init__(self) -> None:
        """Check the deadline, and that a field is expected."""
        if not self.within_s > 0.0:
            raise ConfigError(f'within_s: {self.within_s:g} is not above 0')
        if self.status is None and self.emotion is None and self.conflict is None:
            raise ConfigError('expect: needs a status, an emotion or a conflict')

    def holds(self, state: EmotionState) -> bool:
        """Return whether this state has the fields."""
        pairs = (
            (self.status, state.status),
            (self.emotion, state.emotion),
            (self.conflict, state.conflict),
        )
        return all(expected in (None, actual) for expected, actual in pairs)


@dataclass(frozen=True)
class Cue:
    """What happens ``at_s`` seconds after the start.

    ``show`` replaces the view (None: it stays), ``say`` is what a recogniser hands over (empty:
    nothing) and has the label ``sentiment`` (UNKNOWN: none), and ``expect`` is evaluated from here
    on. With ``voice``, the label of its tone, the text is also spoken by the synthetic voice;
    ``play`` is a sound file instead, relative to the storyboard's folder. ``voice_id`` is that
    of ROS4HRI. ``consent`` (None: as before) and the behaviour ``robot`` are what the robot does.
    ConfigError when there is nothing to speak.
    """

    at_s: float
    show: View | None = None
    say: str = ''
    sentiment: Sentiment = Sentiment.UNKNOWN
    expect: Expectation | None = None
    voice: Emotion = Emotion.UNKNOWN
    play: str = ''
    consent: PrivacyMode | None = None
    robot: str = ''
    voice_id: str = ''

    def __post_init__(self) -> None:
        """Check that a voice has words or a file."""
        if self.voice is not Emotion.UNKNOWN and not (self.say or self.play):
            raise ConfigError(f'voice: {self.voice.label} says nothing: add say or play')
        if self.voice_id and not (self.say and self.voice_id.isidentifier()):
            raise ConfigError(f'voice_id: {self.voice_id!r} is no name, or say is missing')

    @property
    def has_sound(self) -> bool:
        """Whether a microphone receives something."""
        return self.voice is not Emotion.UNKNOWN or bool(self.play)

    @property
    def title(self) -> str:
        """The cue as text, such as ``2 in view, says "Hello"``."""
        texts = []
        if self.show and self.show.camera_on:
            texts.append(f'{len(self.show.pictures) or "nobody"} in view')
        elif self.show:
            texts.append('camera off')
        if self.say:
            spoken = ' (synthetic voice)' if self.has_sound and not self.play else ''
            texts.append(f'says "{self.say}"{spoken}')
        elif self.play:
            texts.append(f'plays {self.play}')
        if self.consent is not None:
            texts.append(f'consent: {self.consent.label}')
        if self.robot:
            texts.append(f'the robot: {self.robot}')
        return ', '.join(texts) or 'silence'


@dataclass(frozen=True)
class Storyboard:
    """Cues in time order; ConfigError when there is none or their times do not increase."""

    cues: tuple[Cue, ...]

    def __post_init__(self) -> None:
        """Check the times."""
        if not self.cues:
            raise ConfigError('a storyboard needs at least one cue')
        before_s = float('-inf')
        for cue in self.cues:
            if not (isfinite(cue.at_s) and cue.at_s >= 0.0 and cue.at_s > before_s):
                raise ConfigError(f'at: {cue.at_s:g} is not later than the cue before (>= 0)')
            before_s = cue.at_s

    @property
    def duration_s(self) -> float:
        """Time of the last cue or deadline, whichever is later."""
        return max(cue.at_s + (cue.expect.within_s if cue.expect else 0.0) for cue in self.cues)

    @property
    def has_sound(self) -> bool:
        """Whether a microphone receives anything in it."""
        return any(cue.has_sound for cue in self.cues)

    def view_at(self, t_s: float) -> View:
        """Return the camera's view at ``t_s``; it is empty before the first ``show``."""
        views = [cue.show for cue in self.cues if cue.show is not None and cue.at_s <= t_s]
        return views[-1] if views else NOBODY

    def cues_between(self, after_s: float, until_s: float) -> tuple[Cue, ...]:
        """Return the cues with ``after_s`` < time <= ``until_s``."""
        return tuple(cue for cue in self.cues if after_s < cue.at_s <= until_s)
