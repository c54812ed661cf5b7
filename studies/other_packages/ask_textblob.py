# SPDX-License-Identifier: MIT
"""Runs where TextBlob is installed: ``python ask_textblob.py QUESTION.json`` prints JSON.

TextBlob defines no thresholds: the sign of its polarity decides, and 0 is neutral.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter

from textblob import TextBlob


def main() -> None:
    """Answer."""
    labels, times_ms = [], []
    for text in json.loads(Path(sys.argv[1]).read_text(encoding='utf-8')):
        began_s = perf_counter()
        polarity = TextBlob(text).sentiment.polarity
        times_ms.append(1e3 * (perf_counter() - began_s))
        labels.append('neutral' if polarity == 0 else 'positive' if polarity > 0 else 'negative')
    answer = {'version': version('textblob'), 'labels': labels, 'ms': median(times_ms)}
    print(json.dumps(answer))


if __name__ == '__main__':
    main()
