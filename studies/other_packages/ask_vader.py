# SPDX-License-Identifier: MIT
"""Runs where VADER is installed: ``python ask_vader.py QUESTION.json`` prints its answer as JSON.

The thresholds are those of its authors.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

THRESHOLD = 0.05


def main() -> None:
    """Answer."""
    analyzer = SentimentIntensityAnalyzer()
    labels, times_ms = [], []
    for text in json.loads(Path(sys.argv[1]).read_text(encoding='utf-8')):
        began_s = perf_counter()
        score = analyzer.polarity_scores(text)['compound']
        times_ms.append(1e3 * (perf_counter() - began_s))
        sure = abs(score) >= THRESHOLD
        labels.append(('positive' if score > 0 else 'negative') if sure else 'neutral')
    answer = {'version': version('vaderSentiment'), 'labels': labels, 'ms': median(times_ms)}
    print(json.dumps(answer))


if __name__ == '__main__':
    main()
