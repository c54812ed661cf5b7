# SPDX-License-Identifier: MIT
"""States and faces as plain text, and a state as rich text (bars, table of evidence)."""

from math import isfinite
from os import environ

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.observations import FaceObservation, describe
from emotion_ros.core.state import EmotionState, Status
from emotion_ros.view.palette import terminal_scheme
from emotion_ros.view.vocabulary import reason_text

BAR_CELLS = 30
NOTHING = '–'
_STATUS_STYLES = {
    Status.OK: 'green',
    Status.HOLDING: 'yellow',
    Status.NO_PERSON: 'cyan',
    Status.NO_INPUT: 'magenta',
    Status.DISABLED: 'red',
    Status.PAUSED: 'magenta',
}


def state_line(state: EmotionState) -> str:
    """Return such as ``ok happy 87% actionable | Vision: Happy (98%)``."""
    actionable = (
        'actionable' if state.actionable else f'not actionable: {reason_text(state.reason)}'
    )
    line = f'{state.status.name.lower()} {state.label} {state.confidence:.0%} {actionable}'
    return f'{line} | {state.summary}' if state.summary else line


def short_state(state: EmotionState | None) -> str:
    """Return status, emotion and conflict; a dash for None."""
    if state is None:
        return NOTHING
    conflict = ', conflict' if state.conflict else ''
    return f'{state.status.name.lower()}, {state.label}{conflict}'


def faces_text(faces: tuple[FaceObservation, ...] | None) -> str:
    """Return such as ``face_1 Happy (98%), face_2 Sad (51%)``; None means no frames."""
    if faces is None:
        return 'no frames'
    texts = [f'{face.person_id} {describe(face.probabilities, EMOTIONS)}' for face in faces]
    return ', '.join(texts) or 'no face'


def headline(state: EmotionState) -> Text:
    """Return status, emotion, confidence, and actionable or the reason why not."""
    text = Text()
    text.append(f' {state.status.name} ', style=f'reverse {_STATUS_STYLES[state.status]}')
    text.append(f'  {state.label.upper()}', style='bold')
    text.append(f'  {state.confidence:.0%} for {state.duration_s:.1f} s  ')
    if state.actionable:
        text.append('actionable', style='green')
    else:
        text.append(f'not actionable: {reason_text(state.reason)}', style='yellow')
    return text


def probability_bars(state: EmotionState) -> Table:
    """Return one bar per emotion, the stable one marked; empty bars when there are none."""
    bars = Table.grid(padding=(0, 1))
    colours = terminal_scheme(environ)
    for label, probability in zip(EMOTIONS, state.probabilities, strict=True):
        name = Text(f'▸ {label}', style='bold') if label == state.label else Text(f'  {label}')
        bars.add_row(name, Text(bar(probability), colours[label]), percent(probability))
    return bars


def evidence_table(state: EmotionState) -> Table:
    """Return one row per piece of evidence, with its weight or why it was rejected."""
    table = Table(box=None, padding=(0, 1), header_style='dim')
    for column in ('modality', 'person', 'result', 'weight', 'age'):
        table.add_column(column)
    colours = terminal_scheme(environ)
    for weighed in state.evidence:
        evidence = weighed.evidence
        person, result = evidence.person_id or NOTHING, evidence.detail or NOTHING
        weight = f'{weighed.weight:.2f}' if weighed.used else weighed.rejection.value
        mark = ('■ ', colours.get(evidence.modality, colours['other']))
        cells = (person, result, weight, f'{weighed.age_s:.1f} s')
        row = (Text.assemble(mark, evidence.modality), *map(Text, cells))
        table.add_row(*row, style='' if weighed.used else 'dim')
    return table


def state_group(state: EmotionState) -> RenderableType:
    """Return headline, summary, bars and evidence, one under the other."""
    summary = Text(state.summary, style='bold red' if state.conflict else 'italic')
    return Group(headline(state), summary, probability_bars(state), evidence_table(state))


def bar(share: float) -> str:
    """Return BAR_CELLS characters, of which ``share`` (0..1; NaN counts as 0) are filled."""
    filled = round(BAR_CELLS * min(max(share, 0.0), 1.0)) if isfinite(share) else 0
    return '█' * filled + '·' * (BAR_CELLS - filled)


def percent(share: float) -> str:
    """Return a share in percent, or a dash for NaN."""
    return f'{share:4.0%}' if isfinite(share) else NOTHING
