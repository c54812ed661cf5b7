# SPDX-License-Identifier: MIT
"""Emotions that follow each other in dialogues: counted, written, and read by the evaluation."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.errors import ConfigError
from emotion_ros.perception.text.dialogue import FILE_NAME, load_transitions
from training.text.dialogue import in_context, load_turns, main

ROWS = [  # dialogue, utterance, speaker, emotion
    (1, 0, 'a', 'sad'),
    (1, 1, 'a', 'sad'),
    (1, 2, 'b', 'happy'),
    (1, 3, 'a', 'sad'),
    (2, 0, 'a', 'neutral'),
]


def parquet(folder: Path, rows: list[tuple[int, int, str, str]] = ROWS) -> Path:
    """Write dialogues as MELD is given."""
    table = pd.DataFrame(rows, columns=['dialogue', 'utterance', 'speaker', 'emotion'])
    path = folder / 'meld.parquet'
    table.assign(text='words', split='train').to_parquet(path)
    return path


def test_pairs_of_one_dialogue_are_counted_by_who_spoke(tmp_path: Path, capsys) -> None:
    out = tmp_path / FILE_NAME
    main(['--data', str(parquet(tmp_path)), '--out', str(out)])
    assert '5 labels' in capsys.readouterr().out
    learned = load_transitions(tmp_path)
    assert learned.continued[Emotion.SAD, Emotion.SAD] > 1
    assert learned.resumed[Emotion.SAD, Emotion.SAD] > 1
    assert learned.replied[Emotion.SAD, Emotion.HAPPY] > 1
    assert learned.replied[Emotion.HAPPY, Emotion.SAD] > 1
    np.testing.assert_allclose(learned.continued[Emotion.NEUTRAL], 1)  # the dialogue was over


def test_each_dialogue_is_read_apart(tmp_path: Path) -> None:
    path = parquet(tmp_path)
    main(['--data', str(path), '--out', str(tmp_path / FILE_NAME)])
    sad, unsure = np.eye(7)[Emotion.SAD], np.full(7, 1 / 7)
    found = in_context(
        np.array([sad, unsure, unsure, unsure, unsure]),
        load_turns(path, 'train'),
        load_transitions(tmp_path),
        8,
    )
    assert found[1].argmax() == Emotion.SAD
    np.testing.assert_allclose(found[4], unsure)


@pytest.mark.parametrize('second', [(1, 0, 'b', 'sad'), (1, 3, 'b', 'sad')])
def test_a_dialogue_that_goes_back_in_time_is_one_line(tmp_path: Path, second) -> None:
    path = parquet(tmp_path, [(1, 3, 'a', 'sad'), second])
    with pytest.raises(
        ConfigError, match=rf'dialogue 1 goes back in time: .* {second[1]} after 3'
    ):
        load_turns(path, 'train')


def test_without_speakers_the_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / 'texts.parquet'
    pd.DataFrame({'text': ['a'], 'split': ['train']}).to_parquet(path)
    with pytest.raises(ConfigError, match='dialogue'):
        load_turns(path, 'train')
