# SPDX-License-Identifier: MIT
"""Runs where VADER or TextBlob is installed: ``python ask_lexicon.py QUESTION.json`` prints JSON.

VADER has the thresholds of its authors. TextBlob defines none: the sign of its polarity decides.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter

try:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    PACKAGE, THRESHOLD = 'vaderSentiment', 0.05
    analyzer = SentimentIntensityAnalyzer()
except ImportError:
    from textblob import TextBlob

    PACKAGE, THRESHOLD = 'textblob', 0.0
    analyzer = None


def main() -> None:
    """Answer."""
    labels, times_ms = [], []
    for text in json.loads(Path(sys.argv[1]).read_text(encoding='utf-8')):
        began_s = perf_counter()
        score = polarity(text)
        times_ms.append(1e3 * (perf_counter() - began_s))
        is_neutral = score == 0 or abs(score) < THRESHOLD
        labels.append('neutral' if is_neutral else 'positive' if score > 0 else 'negative')
    print(json.dumps({'version': version(PACKAGE), 'labels': labels, 'ms': median(times_ms)}))


def polarity(text: str) -> float:
    """Return the sentiment in -1..1."""
    if analyzer:
        return analyzer.polarity_scores(text)['compound']
    return TextBlob(text).sentiment.polarity


if __name__ == '__main__':
    main()
