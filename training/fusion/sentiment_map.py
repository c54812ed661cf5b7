# SPDX-License-Identifier: MIT
"""Estimate P(sentiment | emotion) from utterances that have both labels.

``python -m training.fusion.sentiment_map --data meld_text.parquet`` counts the MELD training
split and writes the table into the fusion card.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS, SENTIMENTS
from emotion_ros.files.resources import packaged_weights
from training.card import write_card


def count_sentiments(utterances: pd.DataFrame) -> NDArray[np.int64]:
    """Count the utterances with each emotion and sentiment, [7, 3]."""
    counts = pd.crosstab(utterances['emotion'], utterances['sentiment'])
    counts = counts.reindex(index=EMOTIONS, columns=SENTIMENTS, fill_value=0)
    return counts.to_numpy(np.int64)


def sentiment_given_emotion(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return P(sentiment | emotion), rows sum to 1; every cell starts at one (Laplace's rule)."""
    return (counts + 1) / (counts + 1).sum(axis=1, keepdims=True)


def write_table(path: Path, table: NDArray[np.float64], provenance: dict[str, object]) -> None:
    """Replace the table of a fusion card and its provenance."""
    card = json.loads(path.read_text())
    card['sentiment_given_emotion'] = table.tolist()
    card['provenance']['sentiment_given_emotion'] = provenance
    write_card(path, card)


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog='python -m training.fusion.sentiment_map', description=__doc__
    )
    parser.add_argument('--data', type=Path, required=True, help='meld_text.parquet')
    parser.add_argument('--card', type=Path, default=packaged_weights() / 'fusion.json')
    args = parser.parse_args(argv)
    utterances = pd.read_parquet(args.data)
    counts = count_sentiments(utterances[utterances['split'] == 'train'])
    write_table(
        args.card,
        sentiment_given_emotion(counts),
        {
            'data': f'MELD train, {counts.sum()} utterances (Poria et al. 2019)',
            'method': 'label counts + 1',
            'command': f'python -m training.fusion.sentiment_map --data {args.data.name}',
        },
    )
    print(pd.DataFrame(counts, index=EMOTIONS, columns=SENTIMENTS))


if __name__ == '__main__':
    main()
