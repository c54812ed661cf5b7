# SPDX-License-Identifier: MIT
"""The demo in a terminal: a live screen, or plain lines for logs and CI."""

from dataclasses import dataclass
from typing import Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.observations import FaceObservation, describe
from emotion_ros.core.state import EmotionState
from emotion_ros.demo.evaluation import Outcome, Verdict
from emotion_ros.demo.outcomes import outcome_line, outcomes_table, progress
from emotion_ros.view.state_text import NOTHING, state_group, state_line

REFRESH_HZ = 8


@dataclass(frozen=True)
class Snapshot:
    """Everything there is to show at one moment.

    ``t_s`` is the story's time (None: before its beginning), ``faces`` None when no frames come.
    """

    t_s: float | None = None
    state: EmotionState | None = None
    latency_s: float = 0.0
    faces: tuple[FaceObservation, ...] | None = None
    heard: str = ''
    outcomes: tuple[Outcome, ...] = ()


class View(Protocol):
    """Shows the present, then the result; to be closed whatever happens."""

    def show(self, snapshot: Snapshot) -> None:
        """Show the present moment."""
        ...

    def conclude(self, outcomes: tuple[Outcome, ...]) -> None:
        """Show what came of every expectation."""
        ...

    def close(self) -> None:
        """Give the terminal back."""
        ...


class LiveView:
    """One screen that is painted anew REFRESH_HZ times a second."""

    def __init__(self, console: Console, title: str) -> None:
        self._console = console
        self._title = title
        self._live = Live(console=console, refresh_per_second=REFRESH_HZ, screen=True)
        self._live.start()

    def show(self, snapshot: Snapshot) -> None:
        """Replace the screen."""
        self._live.update(screen(snapshot, self._title))

    def conclude(self, outcomes: tuple[Outcome, ...]) -> None:
        """Leave the screen and print the table."""
        self.close()
        self._console.print(outcomes_table(outcomes))

    def close(self) -> None:
        """Bring the cursor and the old screen back."""
        self._live.stop()


class PlainView:
    """A line whenever something is said, decided or different."""

    def __init__(self, console: Console, title: str) -> None:
        console.print(title, markup=False, highlight=False, soft_wrap=True)
        self._console = console
        self._heard = ''
        self._state: tuple[object, ...] = ()
        self._decided = 0

    def show(self, snapshot: Snapshot) -> None:
        """Print what is new since the last snapshot."""
        if snapshot.heard != self._heard:
            self._heard = snapshot.heard
            self._print(snapshot, f'heard "{snapshot.heard}"')
        state = snapshot.state
        if state is not None and _gist(state) != self._state:
            self._state = _gist(state)
            self._print(snapshot, state_line(state))
        decided = [o for o in snapshot.outcomes if o.verdict is not Verdict.OPEN]
        for outcome in decided[self._decided :]:
            self._print(snapshot, outcome_line(outcome))
        self._decided = len(decided)

    def conclude(self, outcomes: tuple[Outcome, ...]) -> None:
        """Print the table."""
        self._console.print(outcomes_table(outcomes))

    def close(self) -> None:
        """Nothing was taken from the terminal."""

    def _print(self, snapshot: Snapshot, line: str) -> None:
        text = f'{clock(snapshot)}  {line}'
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)


def screen(snapshot: Snapshot, title: str) -> RenderableType:
    """Return the whole live screen."""
    waiting = Text('waiting for the first state', style='dim')
    state = state_group(snapshot.state) if snapshot.state else waiting
    latency = f'latency {snapshot.latency_s * 1000:.0f} ms'
    return Group(
        Panel(input_lines(snapshot), title=Text(f'{title} {clock(snapshot)}'), title_align='left'),
        Panel(state, title=f'emotion_state, {latency}', title_align='left'),
        Panel(progress(snapshot.outcomes), title='expectations', title_align='left'),
    )


def input_lines(snapshot: Snapshot) -> Text:
    """Return the faces in view and the last words."""
    heard = f'"{snapshot.heard}"' if snapshot.heard else NOTHING
    return Text(f'sees   {face_words(snapshot.faces)}\nheard  {heard}')


def face_words(faces: tuple[FaceObservation, ...] | None) -> str:
    """Return such as ``face_1 Happy (98%), face_2 Sad (51%)``; no frames is not nobody."""
    if faces is None:
        return 'no frames'
    words = [f'{face.person_id} {describe(face.probabilities, EMOTIONS)}' for face in faces]
    return ', '.join(words) or 'nobody'


def clock(snapshot: Snapshot) -> str:
    """Return the story's time in a fixed width."""
    return '     –  ' if snapshot.t_s is None else f'{snapshot.t_s:6.1f} s'


def _gist(state: EmotionState) -> tuple[object, ...]:
    return (state.status, state.emotion, state.conflict, state.reason, state.person_id)
