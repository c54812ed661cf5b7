# SPDX-License-Identifier: MIT
"""The emotions of a dialogue: who spoke before, how long ago, and what of it counts."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from emotion_ros.core.emotions import EMOTIONS, Emotion
from emotion_ros.errors import ModelError
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.text.dialogue import (
    FILE_NAME,
    PAUSE_S,
    DialogueContext,
    EmotionTransitions,
    load_transitions,
)

SAME = np.ones((7, 7)) + 4 * np.eye(7)
"""What was before is five times as likely."""
NEUTRAL_TABLE = np.ones((7, 7))
UNSURE = np.full(7, 1 / 7)


def sure(emotion: Emotion) -> np.ndarray:
    """Return probabilities that leave no doubt."""
    return np.eye(7)[emotion]


def context(size: int = 8, **tables: np.ndarray) -> DialogueContext:
    """Return a context in which only these relations count."""
    named = dict.fromkeys(('continued', 'resumed', 'replied'), NEUTRAL_TABLE) | tables
    return DialogueContext(EmotionTransitions(**named), size)


@pytest.mark.parametrize(
    ('tables', 'said', 'speaker', 'expected'),
    [
        ({'continued': SAME}, [('a', Emotion.SAD)], 'a', Emotion.SAD),
        ({'continued': SAME}, [('b', Emotion.SAD)], 'a', None),
        ({'replied': SAME}, [('b', Emotion.SAD)], 'a', Emotion.SAD),
        ({'replied': SAME}, [('a', Emotion.SAD)], 'a', None),
        ({'resumed': SAME}, [('a', Emotion.SAD), ('b', Emotion.HAPPY)], 'a', Emotion.SAD),
        ({'continued': SAME}, [('a', Emotion.SAD), ('b', Emotion.HAPPY)], 'a', None),
        ({'replied': SAME}, [('b', Emotion.SAD), ('c', Emotion.HAPPY)], 'a', Emotion.HAPPY),
    ],
)
def test_who_spoke_before_decides_which_table_counts(tables, said, speaker, expected) -> None:
    dialogue = context(**tables)
    for number, (who, emotion) in enumerate(said):
        dialogue.update(sure(emotion), who, float(number))
    found = dialogue.update(UNSURE, speaker, float(len(said)))
    assert found.sum() == pytest.approx(1)
    if expected is None:
        np.testing.assert_allclose(found, UNSURE)
    else:
        assert found[expected] == pytest.approx(5 / 11)


def test_only_the_last_ones_count() -> None:
    dialogue = context(1, resumed=SAME)
    dialogue.update(sure(Emotion.SAD), 'a', 0.0)
    dialogue.update(sure(Emotion.HAPPY), 'b', 1.0)
    np.testing.assert_allclose(dialogue.update(UNSURE, 'a', 2.0), UNSURE)


@pytest.mark.parametrize('later_s', [PAUSE_S + 1.0, -1.0])
def test_after_a_long_pause_or_a_jump_back_a_dialogue_begins(later_s: float) -> None:
    dialogue = context(continued=SAME)
    dialogue.update(sure(Emotion.SAD), 'a', 10.0)
    np.testing.assert_allclose(dialogue.update(UNSURE, 'a', 10.0 + later_s), UNSURE)


def test_what_is_forgotten_does_not_count() -> None:
    dialogue = context(continued=SAME)
    dialogue.update(sure(Emotion.SAD), 'a', 0.0)
    dialogue.clear()
    np.testing.assert_allclose(dialogue.update(UNSURE, 'a', 1.0), UNSURE)


def test_the_packaged_table_expects_a_speaker_to_go_on() -> None:
    continued = load_transitions(packaged_weights()).continued
    assert (continued.diagonal() > 1.3).all()
    assert (continued.argmax(axis=0) == np.arange(len(EMOTIONS))).all()


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        (lambda card: card.pop('replied'), 'replied'),
        (lambda card: card['continued'].pop(), 'list of 6'),
        (lambda card: card['continued'][0].__setitem__(0, -1.0), 'continued'),
    ],
)
def test_a_broken_table_is_one_line(tmp_path: Path, change, words) -> None:
    shutil.copy(packaged_weights() / FILE_NAME, tmp_path)
    card = json.loads((tmp_path / FILE_NAME).read_text())
    change(card)
    (tmp_path / FILE_NAME).write_text(json.dumps(card))
    with pytest.raises(ModelError, match=words):
        load_transitions(tmp_path)
