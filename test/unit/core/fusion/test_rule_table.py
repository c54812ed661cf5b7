# SPDX-License-Identifier: MIT
"""The rule tables of docs/fusion.md: every row there is played here."""

import re
from dataclasses import dataclass
from itertools import product, takewhile
from pathlib import Path

import pytest

from emotion_ros.core.emotions import Emotion, Sentiment
from emotion_ros.core.fusion.card import load_fusion_card
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.fusion.fusion import Fusion
from emotion_ros.core.observations import TextObservation
from emotion_ros.core.state import EmotionState
from emotion_ros.files.resources import packaged_weights
from examples import face, frame, sure, voice, words

SHIPPED = load_fusion_card(packaged_weights() / 'fusion.json')
PAGE = Path(__file__).parents[4] / 'docs' / 'fusion.md'
EVERYTHING = '| camera \\ text |'
WITH_VOICE = '| camera \\ voice |'
MOMENTS = '| camera | text | state |'
CELL = re.compile(r'\*\*(?P<acts>\w+)\*\*|(?P<waits>\w+) `(?P<reason>\w+)`')
STATUS = {'no_input': 'NO_INPUT', 'no_person': 'NO_PERSON', 'stale': 'HOLDING'}

HAPPY = face(Emotion.HAPPY)
CAMERA = {
    'silent': None,
    'no person': (),
    'clear face': (HAPPY,),
    'unclear face': (face(Emotion.HAPPY, confidence=0.3),),
    'face lost': (HAPPY,),
}
WORDS = {
    'none': None,
    'same': words(0.0, Sentiment.POSITIVE, Emotion.HAPPY),
    'opposite': words(0.0, Sentiment.NEGATIVE, Emotion.ANGRY),
    'unclear': TextObservation(0.0, sentiment=(0.25, 0.4, 0.35), emotion=sure(Emotion.HAPPY, 0.3)),
}
VOICES = {
    'same': (Emotion.HAPPY, 0.94),
    'opposite': (Emotion.ANGRY, 0.94),
    'unclear': (Emotion.HAPPY, 0.3),
}
OLD = ', old'
SHOWN_S, SAID_S, OLD_S, LOST_S = 4.0, 0.6, 3.0, 0.7
RATE = 20


@dataclass(frozen=True)
class Scene:
    """A face shown for SHOWN_S until ``lost_s`` before the end, words ``said_s`` before it.

    ``voice`` is how they are said, if it is heard.
    """

    camera: str
    said: str
    said_s: float
    lost_s: float
    voice: str = ''

    def play(self) -> EmotionState:
        """Return the last state."""
        fusion, faces = Fusion(FusionConfig(), SHIPPED), CAMERA[self.camera]
        spoken = WORDS[self.said.removesuffix(OLD)]
        last = round((SHOWN_S + max(self.said_s, self.lost_s)) * RATE)
        for i in range(last + 1):
            now_s, left = 1000.0 + i / RATE, last - i
            if faces is not None and left >= round(self.lost_s * RATE):
                fusion.add_faces(frame(now_s, *faces), now_s)
            if spoken is not None and left == round(self.said_s * RATE):
                fusion.add_text(TextObservation(**{**vars(spoken), 'stamp_s': now_s}), now_s)
            if self.voice and left == round(self.said_s * RATE):
                fusion.add_evidence(voice(now_s, *VOICES[self.voice]), now_s)
            state = fusion.states(now_s)[0]
        return state


def table(header: str) -> list[list[str]]:
    """Return the cells of a table, its header first."""
    lines = PAGE.read_text().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(header))
    rows = takewhile(bool, lines[start:])
    return [
        [cell.strip() for cell in row.strip('|').split('|')] for row in rows if '---' not in row
    ]


def combinations() -> list[tuple[str, str, str]]:
    """Return camera, text and state of each cell of the first table."""
    (_, *said), *rows = table(EVERYTHING)
    return [
        (row[0], text, state) for row in rows for text, state in zip(said, row[1:], strict=True)
    ]


def with_voice() -> list[tuple[str, str, str, str]]:
    """Return camera, voice, text and state of each cell of the table with a voice."""
    (_, *heard), *rows = table(WITH_VOICE)
    columns = [h.partition(', text ') for h in heard]
    return [
        (row[0], tone, said or 'none', state)
        for row in rows
        for (tone, _, said), state in zip(columns, row[1:], strict=True)
    ]


def moments() -> list[tuple[str, str, float, str]]:
    """Return camera, text, seconds and state of each moment in the second table."""
    return [
        (camera, text, float(after_s), state)
        for camera, text, states in table(MOMENTS)[1:]
        for after_s, state in (moment.split(' s ') for moment in states.split(', '))
    ]


def expected(state: str) -> tuple[str, str, bool, str]:
    """Return status, label, actionable and reason as a cell says them."""
    cell = CELL.fullmatch(state)
    reason = cell['reason'] or ''
    return STATUS.get(reason, 'OK'), cell['acts'] or cell['waits'], bool(cell['acts']), reason


def outcome(state: EmotionState) -> tuple[str, str, bool, str]:
    """Return the same of a state."""
    return state.status.name, state.label, state.actionable, state.reason.value


@pytest.mark.parametrize(('camera', 'said', 'state'), combinations())
def test_promise_58_what_camera_and_words_make_together(camera, said, state):
    age_s = OLD_S if said.endswith(OLD) else SAID_S
    lost_s = LOST_S if camera == 'face lost' else 0.0
    assert outcome(Scene(camera, said, age_s, lost_s).play()) == expected(state)


@pytest.mark.parametrize(('camera', 'tone', 'said', 'state'), with_voice())
def test_what_a_voice_adds(camera, tone, said, state):
    lost_s = LOST_S if camera == 'face lost' else 0.0
    assert outcome(Scene(camera, said, SAID_S, lost_s, tone).play()) == expected(state)


@pytest.mark.parametrize(('camera', 'said', 'after_s', 'state'), moments())
def test_promise_58_how_it_goes_on(camera, said, after_s, state):
    lost_s = after_s if camera == 'face lost' else 0.0
    assert outcome(Scene(camera, said, after_s, lost_s).play()) == expected(state)


def test_promise_58_the_table_has_every_combination():
    said = [*WORDS, 'same, old', 'opposite, old']
    assert [row[:2] for row in combinations()] == list(product(CAMERA, said))
