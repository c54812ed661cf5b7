# SPDX-License-Identifier: MIT
"""The storyboard's expectations against what was seen."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from emotion_ros.demo.evaluation import Outcome, Verdict
from emotion_ros.demo.storyboard import Expectation
from emotion_ros.view.state_text import NOTHING, short_state

_MARKS = {Verdict.OPEN: '·', Verdict.MET: '✓', Verdict.MISSED: '✗'}
_STYLES = {Verdict.OPEN: 'dim', Verdict.MET: 'green', Verdict.MISSED: 'bold red'}


def outcomes_table(outcomes: Sequence[Outcome]) -> Table:
    """Return one row per expectation; times in seconds."""
    table = Table(title='Expected and seen', title_justify='left')
    for column in ('at', 'what happens', 'expected', 'within', 'seen', 'after', ''):
        table.add_column(column)
    for outcome in outcomes:
        table.add_row(*(Text(cell) for cell in _cells(outcome)), _verdict(outcome))
    return table


def outcome_line(outcome: Outcome) -> str:
    """Return a row of the table as one plain line."""
    at, happens, expected, within, seen, after = _cells(outcome)
    verdict = outcome.verdict.value.upper()
    return (
        f'{verdict}: at {at}, {happens}: expected {expected} within {within}; '
        f'seen {seen} after {after}'
    )


def progress(outcomes: Sequence[Outcome]) -> Text:
    """Return a mark per expectation and the one that is judged next."""
    text = Text()
    for outcome in outcomes:
        text.append(f'{_MARKS[outcome.verdict]} ', style=_STYLES[outcome.verdict])
    waiting = [o for o in outcomes if o.verdict is Verdict.OPEN]
    if waiting:
        cue = waiting[0].cue
        text.append(f'\n{cue.at_s:.1f} s: {cue.title}: {expected_words(waiting[0].expect)}')
    return text


def expected_words(expect: Expectation) -> str:
    """Return such as ``ok, happy, no conflict``; what is left open is left out."""
    words = []
    if expect.status is not None:
        words.append(expect.status.name.lower())
    if expect.emotion is not None:
        words.append(expect.emotion.label)
    if expect.conflict is not None:
        words.append('conflict' if expect.conflict else 'no conflict')
    return ', '.join(words)


def _cells(outcome: Outcome) -> tuple[str, ...]:
    after_s = outcome.settled_after_s
    after = NOTHING if after_s is None else f'{after_s:.2f} s'
    return (
        f'{outcome.cue.at_s:.1f} s',
        outcome.cue.title,
        expected_words(outcome.expect),
        f'{outcome.expect.within_s:.1f} s',
        short_state(outcome.last),
        after,
    )


def _verdict(outcome: Outcome) -> Text:
    return Text(outcome.verdict.value, style=_STYLES[outcome.verdict])
