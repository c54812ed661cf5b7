# SPDX-License-Identifier: MIT
"""The demo in a terminal: a live screen, or plain lines for logs and CI."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite
from typing import Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from emotion_ros.core.evidence import VOICE
from emotion_ros.core.observations import FaceObservation
from emotion_ros.core.state import EmotionState
from emotion_ros.demo.evaluation import ExpectationResult, Outcome
from emotion_ros.demo.storyboard import Expectation
from emotion_ros.view.state_text import (
    NOTHING,
    faces_text,
    short_state,
    state_group,
    state_line,
)

REFRESH_HZ = 8
LEVEL_CELLS, LEVEL_RANGE_DB = 10, 60
LOG_WIDTH = 120
_MARKS = {Outcome.PENDING: '·', Outcome.MET: '✓', Outcome.MISSED: '✗'}
_STYLES = {Outcome.PENDING: 'dim', Outcome.MET: 'green', Outcome.MISSED: 'bold red'}


@dataclass(frozen=True)
class Snapshot:
    """What is shown at one moment.

    ``t_s`` is the time in the story (None: not started), ``faces`` None when no frames arrive,
    ``speech`` the latest utterance, ``voice`` whether a person speaks and the level at the
    microphone (dBFS), None without a voice node. ``note`` is what the robot did; where it does
    something, ``event``, ``speaker`` and ``context`` are the latest ones.
    """

    t_s: float | None = None
    state: EmotionState | None = None
    latency_s: float = 0.0
    faces: tuple[FaceObservation, ...] | None = None
    speech: str = ''
    results: tuple[ExpectationResult, ...] = ()
    voice: tuple[bool, float] | None = None
    note: str = ''
    event: str = ''
    speaker: str = ''
    context: str = ''

    def people_lines(self) -> dict[str, str]:
        """Return what is known beside the state, in the order shown; empty without a ``note``."""
        lines = {
            'robot': self.note,
            'event': self.event,
            'speaker': self.speaker,
            'context': self.context,
        }
        return {name: text for name, text in lines.items() if text and self.note}


class View(Protocol):
    """Shows the demo while it runs, then the results; ``close`` must be called in any case."""

    def show(self, snapshot: Snapshot) -> None:
        """Show the present moment."""
        ...

    def conclude(self, results: tuple[ExpectationResult, ...]) -> None:
        """Show the result of every expectation."""
        ...

    def close(self) -> None:
        """Restore the terminal."""
        ...


def make_view(headless: bool, title: str) -> View:
    """Return the live screen; plain lines when ``headless`` or when stdout is no terminal."""
    terminal = Console()
    if terminal.is_terminal and not headless:
        return LiveView(terminal, title)
    return PlainView(Console(width=LOG_WIDTH), title)


class LiveView:
    """One screen, redrawn REFRESH_HZ times a second."""

    def __init__(self, console: Console, title: str) -> None:
        console.print(title, markup=False, highlight=False, soft_wrap=True)  # stays afterwards
        self._console = console
        self._title = title
        self._live = Live(console=console, refresh_per_second=REFRESH_HZ, screen=True)
        self._live.start()

    def show(self, snapshot: Snapshot) -> None:
        """Replace the screen."""
        self._live.update(screen(snapshot, self._title))

    def conclude(self, results: tuple[ExpectationResult, ...]) -> None:
        """Leave the screen and print the table."""
        self.close()
        self._console.print(results_table(results))

    def close(self) -> None:
        """Bring the cursor and the old screen back."""
        self._live.stop()


class PlainView:
    """One line per new utterance, changed state (or a voice in it) and decided expectation."""

    def __init__(self, console: Console, title: str) -> None:
        console.print(title, markup=False, highlight=False, soft_wrap=True)
        self._console = console
        self._speech = ''
        self._people: dict[str, str] = {}
        self._state: tuple[object, ...] = ()
        self._decided = 0

    def show(self, snapshot: Snapshot) -> None:
        """Print what is new since the last snapshot."""
        for name, text in snapshot.people_lines().items():
            if text != self._people.get(name):
                self._people[name] = text
                self._print(snapshot, f'{name:7} {text}')
        if snapshot.speech != self._speech:
            self._speech = snapshot.speech
            self._print(snapshot, f'speech "{snapshot.speech}"')
        state = snapshot.state
        if state is not None:
            spoken = any(w.used and w.evidence.modality == VOICE for w in state.evidence)
            shown = (
                *(state.status, state.emotion, state.conflict, state.reason),
                *(state.person_id, spoken),
            )
            if shown != self._state:
                self._state = shown
                self._print(snapshot, state_line(state))
        decided = [r for r in snapshot.results if r.outcome is not Outcome.PENDING]
        for result in decided[self._decided :]:
            self._print(snapshot, result_line(result))
        self._decided = len(decided)

    def conclude(self, results: tuple[ExpectationResult, ...]) -> None:
        """Print the table."""
        self._console.print(results_table(results))

    def close(self) -> None:
        """Do nothing: the terminal was not changed."""

    def _print(self, snapshot: Snapshot, line: str) -> None:
        text = f'{clock(snapshot)}  {line}'
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)


def screen(snapshot: Snapshot, title: str) -> RenderableType:
    """Return the whole live screen."""
    waiting = Text('waiting for the first state', style='dim')
    state = state_group(snapshot.state) if snapshot.state else waiting
    latency = f'latency {snapshot.latency_s * 1000:.0f} ms'
    speech = f'"{snapshot.speech}"' if snapshot.speech else NOTHING
    voice = voice_text(snapshot.voice)
    inputs = Text(f'faces   {faces_text(snapshot.faces)}\nspeech  {speech}\nvoice   {voice}')
    people = snapshot.people_lines().items()
    inputs.append(''.join(f'\n{name:7} {text}' for name, text in people))
    return Group(
        Text(title, style='bold'),
        Panel(inputs, title=f'inputs {clock(snapshot)}', title_align='left'),
        Panel(state, title=f'emotion_state, {latency}', title_align='left'),
        Panel(progress(snapshot.results), title='expectations', title_align='left'),
    )


def voice_text(voice: tuple[bool, float] | None) -> str:
    """Return such as ``████······  -24 dBFS, speech``; a dash without a voice node."""
    if voice is None:
        return NOTHING
    speaking, level_dbfs = voice
    share = min(max(1.0 + level_dbfs / LEVEL_RANGE_DB, 0.0), 1.0) if level_dbfs > -inf else 0.0
    filled = round(LEVEL_CELLS * share)
    level = f'{level_dbfs:.0f} dBFS' if isfinite(level_dbfs) else 'no sound'
    meter = '█' * filled + '·' * (LEVEL_CELLS - filled)
    return f'{meter}  {level}, {"speech" if speaking else "silence"}'


def clock(snapshot: Snapshot) -> str:
    """Return the time in the story with a fixed width."""
    return '     –  ' if snapshot.t_s is None else f'{snapshot.t_s:6.1f} s'


def progress(results: Sequence[ExpectationResult]) -> Text:
    """Return a mark per expectation, then the latest decided one and the next pending one."""
    text = Text()
    for result in results:
        text.append(f'{_MARKS[result.outcome]} ', style=_STYLES[result.outcome])
    decided = [result for result in results if result.outcome is not Outcome.PENDING]
    pending = [result for result in results if result.outcome is Outcome.PENDING]
    for result in (*decided[-1:], *pending[:1]):
        cue, mark = result.cue, _MARKS[result.outcome]
        text.append(f'\n{mark} {cue.at_s:.1f} s: {cue.title}: {expectation_text(result.expect)}')
    return text


def results_table(results: Sequence[ExpectationResult]) -> Table:
    """Return one row per expectation; times in seconds."""
    table = Table(title='Expectations and results', title_justify='left')
    for column in ('time', 'cue', 'expected', 'within', 'result', 'after', ''):
        table.add_column(column)
    for result in results:
        outcome = Text(result.outcome.value, style=_STYLES[result.outcome])
        table.add_row(*map(Text, _cells(result)), outcome)
    return table


def result_line(result: ExpectationResult) -> str:
    """Return a row of the table as one plain line."""
    at, cue, expected, within, state, after = _cells(result)
    outcome = result.outcome.value.upper()
    return f'{outcome}: at {at}, {cue}: expected {expected} within {within}; {state} after {after}'


def expectation_text(expect: Expectation) -> str:
    """Return such as ``ok, happy, no conflict``; open fields are left out."""
    texts = []
    if expect.status is not None:
        texts.append(expect.status.name.lower())
    if expect.emotion is not None:
        texts.append(expect.emotion.label)
    if expect.conflict is not None:
        texts.append('conflict' if expect.conflict else 'no conflict')
    return ', '.join(texts)


def _cells(result: ExpectationResult) -> tuple[str, ...]:
    after_s = result.settled_after_s
    return (
        f'{result.cue.at_s:.1f} s',
        result.cue.title,
        expectation_text(result.expect),
        f'{result.expect.within_s:.1f} s',
        short_state(result.last),
        NOTHING if after_s is None else f'{after_s:.2f} s',
    )
