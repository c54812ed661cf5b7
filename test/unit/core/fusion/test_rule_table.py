# SPDX-License-Identifier: MIT
"""The rule tables of docs/fusion.md: every row there is played here."""

from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from emotion_ros.core.emotions import Emotion, Sentiment
from emotion_ros.core.fusion.card import load_fusion_card
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.fusion.fusion import Fusion
from emotion_ros.core.observations import TextObservation
from emotion_ros.core.state import EmotionState
from emotion_ros.files.resources import packaged_weights
from examples import face, frame, sure, words

SHIPPED = load_fusion_card(packaged_weights() / 'fusion.json')
PAGE = Path(__file__).parents[4] / 'docs' / 'fusion.md'
EVERYTHING = '| camera | text | status |'
MOMENTS = '| camera | text | after |'

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
OLD = ', old'
SHOWN_S, SAID_S, OLD_S, LOST_S = 4.0, 0.6, 3.0, 0.7
RATE = 20


@dataclass(frozen=True)
class Scene:
    """A face shown for SHOWN_S until ``lost_s`` before the end, words ``said_s`` before it."""

    camera: str
    said: str
    said_s: float
    lost_s: float

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
            state = fusion.states(now_s)[0]
        return state


def table(header: str) -> list[list[str]]:
    """Return the cells of the rows below a header."""
    lines = iter(PAGE.read_text().splitlines())
    next(line for line in lines if line.startswith(header))
    next(lines)
    rows = iter(lambda: next(lines, ''), '')
    return [[cell.strip(' `') for cell in row.strip('|').split('|')] for row in rows]


def outcome(state: EmotionState) -> list[str]:
    """Return the last four columns."""
    yes = 'yes' if state.actionable else 'no'
    return [state.status.name, state.label, yes, state.reason.value]


@pytest.mark.parametrize(('camera', 'said', *'abcd'), table(EVERYTHING))
def test_promise_58_what_camera_and_words_make_together(camera, said, a, b, c, d):
    age_s = OLD_S if said.endswith(OLD) else SAID_S
    lost_s = LOST_S if camera == 'face lost' else 0.0
    assert outcome(Scene(camera, said, age_s, lost_s).play()) == [a, b, c, d]


@pytest.mark.parametrize(('camera', 'said', 'after', *'abcd'), table(MOMENTS))
def test_promise_58_how_it_goes_on(camera, said, after, a, b, c, d):
    after_s = float(after.removesuffix(' s'))
    lost_s = after_s if camera == 'face lost' else 0.0
    assert outcome(Scene(camera, said, after_s, lost_s).play()) == [a, b, c, d]


def test_promise_58_the_table_has_every_combination():
    said = [*WORDS, 'same, old', 'opposite, old']
    assert sorted(row[:2] for row in table(EVERYTHING)) == sorted(map(list, product(CAMERA, said)))
