# SPDX-License-Identifier: MIT
"""The table of sentiments: counted in our order, smoothed, written beside the rest."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emotion_ros.core.emotions import EMOTIONS, Emotion, Sentiment
from training.fusion.sentiment_map import main, sentiment_given_emotion

ROWS = [
    ('happy', 'positive', 'train'),
    ('happy', 'positive', 'train'),
    ('happy', 'positive', 'train'),
    ('happy', 'neutral', 'train'),
    ('sad', 'negative', 'train'),
    ('angry', 'negative', 'val'),
]


def test_no_counts_say_nothing() -> None:
    table = sentiment_given_emotion(np.zeros((7, 3), np.int64))
    np.testing.assert_allclose(table, 1 / 3)


def test_command_replaces_the_table_only(tmp_path: Path) -> None:
    data, card = tmp_path / 'meld.parquet', tmp_path / 'fusion.json'
    pd.DataFrame(ROWS, columns=['emotion', 'sentiment', 'split']).to_parquet(data)
    card.write_text(json.dumps({'temperature': 3, 'provenance': {'weights': 'kept'}}))
    main(['--data', str(data), '--card', str(card)])
    written = json.loads(card.read_text())
    table = np.array(written['sentiment_given_emotion'])
    assert table.shape == (len(EMOTIONS), 3)
    assert table[Emotion.HAPPY].tolist() == pytest.approx([1 / 7, 2 / 7, 4 / 7])
    assert table[Emotion.SAD, Sentiment.NEGATIVE] == pytest.approx(2 / 4)
    assert table[Emotion.ANGRY].tolist() == pytest.approx([1 / 3] * 3), 'val must not count'
    assert written['temperature'] == 3
    assert written['provenance']['weights'] == 'kept'
    assert '5 utterances' in written['provenance']['sentiment_given_emotion']['data']
    assert list(tmp_path.glob('*.part')) == []
