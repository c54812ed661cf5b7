# SPDX-License-Identifier: MIT
"""What weights were learned from, and its terms: recorded by training, written by export.

A data set is known by the hash of its file, never by its name; of others the card says what was
read and that the terms are not known.
"""

import json
import re
from pathlib import Path
from typing import Any

from training.card import file_sha256

FERPLUS = 'FER+ votes (Barsoum et al. 2016; Microsoft, MIT)'
KNOWN = {
    'e441fa6be78a5c01000f5f2ec5b29c8a9739c5039fbad9cdf6a8e75e70d6dc81': (
        'FER2013 Training (Goodfellow et al. 2013; Kaggle terms, research use), with ' + FERPLUS
    ),
    'a091b5c46c966b774fc9da8ee4d858997f8554eb2ee1ce58b46faffc98b35fe6': (
        'SemEval-2017 task 4A / TweetEval sentiment train (research use, Twitter terms)'
    ),
    '71719ef7fdde998ec432e7a4fdfab8442228a81fec33729431d42394e0776e07': (
        'MELD train (Poria et al. 2019; GPL-3.0 repository, dialogue under copyright)'
    ),
    'f34b9c0cf6e500ad84b36d74f843f7f3186aa51b7da460a85c83965b70fcc94b': (
        'GoEmotions train, Ekman grouping (Demszky et al. 2020; CC BY 4.0 by its repository)'
    ),
    '56c7e8c202c73e184d9159ce77c8b1a2790247be5fba0fd9f3789ca4b874e630': (
        'RAVDESS speech, acted, en (Livingstone and Russo 2018; CC BY-NC-SA 4.0), EMO-DB, acted, '
        'de (Burkhardt et al. 2005; free to use), URDU, spontaneous, ur (Latif et al. 2018; '
        'research only)'
    ),
}
UNKNOWN = 'terms not known to the training'
KNOWN_LICENCE = 'MIT for the code; the weights were learned from data for research use'
UNKNOWN_LICENCE = 'MIT for the code; of the weights: not known, see the terms of the data'


def describe_data(path: Path, used: str) -> str:
    """Return a line on the file or folder of a data set, with what was ``used`` of it."""
    known = KNOWN.get(file_sha256(path)) if path.is_file() else None
    return f'{known}: {used}' if known else f'{path.name}: {used} ({UNKNOWN})'


def data_of_weights(path: Path) -> list[str]:
    """Return the lines of weights that a training began with, from the JSON beside them."""
    try:
        about: dict[str, Any] = json.loads(path.with_suffix('.json').read_text())
        lines = about.get('data') or about.get('training', {}).get('data')
    except (OSError, ValueError):
        lines = None
    return lines or [f'what {path.name} was learned from ({UNKNOWN})']


def licence(lines: list[str]) -> str:
    """Return what can be said of the licence of weights that were learned from this."""
    return UNKNOWN_LICENCE if any(UNKNOWN in line for line in lines) else KNOWN_LICENCE


def one_line_each(lines: list[str]) -> list[str]:
    """Return one line for each source, that with most texts: a smaller share is part of it."""
    most: dict[str, tuple[int, str]] = {}
    for line in lines:
        found = re.fullmatch(r'(.*): (\d+) texts', line)
        source, count = (found[1], int(found[2])) if found else (line, 0)
        most[source] = max(most.get(source, (0, '')), (count, line))
    return [line for _, line in most.values()]


def without_folders(text: str) -> str:
    """Return ``text`` with absolute paths cut to their last two parts: a card is published."""
    return re.sub(r'(?<!\S)/\S*/(?=[^/\s]+/[^/\s]+)', '', text)


def data_on_card(about: dict[str, Any]) -> dict[str, Any]:
    """Return the entries ``data`` and ``licence`` of a card, from the JSON of a checkpoint."""
    lines = one_line_each(about.get('data') or [f'not recorded in the checkpoint ({UNKNOWN})'])
    return {'data': lines, 'licence': licence(lines)}
