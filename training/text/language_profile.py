# SPDX-License-Identifier: MIT
"""Learn how a language looks: the language check of the sentiment node.

``python -m training.text.language_profile --data goemotions_ekman.parquet --speech
meld_text.parquet`` counts letters and words in the training texts of the first file and sets
the threshold so that 0.3 % of the training utterances of the second would be refused.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.text.language import MIN_WORDS
from emotion_ros.perception.text.language_profile import (
    FILE_NAME,
    MAX_COST,
    OTHER_LETTER,
    LanguageProfile,
    encode_letters,
    split_words,
)

LETTERS = "abcdefghijklmnopqrstuvwxyz'"
START = 0.02
COMMON_WORDS = 1000


def count_trigrams(texts: Iterable[list[str]], alphabet: str) -> NDArray[np.float64]:
    """Return how often each letter follows each pair, [n, n, n]."""
    counts = np.zeros((len(alphabet),) * 3)
    for words in texts:
        i = encode_letters(words, alphabet)
        np.add.at(counts, (i[:-2], i[1:-1], i[2:]), 1)
    return counts


def costs_of(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return -log P(third | first two) in nats, to two decimals; every cell starts at START."""
    smooth = counts + START
    return np.asarray(np.minimum(-np.log(smooth / smooth.sum(2, keepdims=True)), MAX_COST)).round(
        2
    )


def learn(language: str, texts: Sequence[str], letters: str = LETTERS) -> LanguageProfile:
    """Return the profile of some texts, without a threshold."""
    alphabet = f'{letters} {OTHER_LETTER}'
    words = [split_words(text) for text in texts]
    common = Counter(word for text in words for word in text).most_common(COMMON_WORDS)
    costs = costs_of(count_trigrams(words, alphabet))
    return LanguageProfile(language, alphabet, costs, frozenset(w for w, _ in common), 0.0)


def find_threshold(profile: LanguageProfile, speech: Sequence[str], refused: float) -> float:
    """Return the cost above which this share of the utterances lies, short ones left out."""
    costs = [profile.cost(text) for text in speech if len(set(split_words(text))) >= MIN_WORDS]
    return float(np.quantile(costs, 1 - refused).round(3))


def write_profile(path: Path, profile: LanguageProfile, provenance: dict[str, str]) -> None:
    """Write the file that ``load_profile`` reads."""
    content = {
        'language': profile.language,
        'alphabet': profile.alphabet,
        'threshold': profile.threshold,
        'provenance': provenance,
        'words': sorted(profile.words),
        'costs': profile.costs.ravel().tolist(),
    }
    path.write_text(json.dumps(content) + '\n', encoding='utf-8')


def training_texts(path: Path) -> list[str]:
    """Return the texts of the training split."""
    table = pd.read_parquet(path, columns=['text', 'split'])
    return list(table.loc[table['split'] == 'train', 'text'])


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog='python -m training.text.language_profile', description=__doc__
    )
    parser.add_argument('--data', type=Path, required=True, help='texts to learn from')
    parser.add_argument('--speech', type=Path, required=True, help='utterances for the threshold')
    parser.add_argument('--language', default='en', help='two-letter code')
    parser.add_argument('--letters', default=LETTERS, help='the letters of the language')
    parser.add_argument('--refused', type=float, default=0.003, help='share of the utterances')
    parser.add_argument('--out', type=Path, default=packaged_weights())
    args = parser.parse_args(argv)
    profile = learn(args.language, training_texts(args.data), args.letters)
    threshold = find_threshold(profile, training_texts(args.speech), args.refused)
    path = args.out / FILE_NAME.format(args.language)
    write_profile(
        path,
        replace(profile, threshold=threshold),
        {
            'data': f'training splits of {args.data.name} (letters and words) and of '
            f'{args.speech.name} (threshold)',
            'command': f'python -m training.text.language_profile --data {args.data.name} '
            f'--speech {args.speech.name} --language {args.language} --refused {args.refused}',
        },
    )
    print(f'{path}: threshold {threshold}')


if __name__ == '__main__':
    main()
