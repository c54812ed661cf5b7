# SPDX-License-Identifier: MIT
"""Reading parquet and CSV tables; whatever is wrong with one is a one-line error that names it."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow
from numpy.typing import NDArray

from emotion_ros.errors import ConfigError, InvalidInput
from emotion_ros.files.content import why_missing
from emotion_ros.sessions.labels import SYNONYMS


def data_file(name: str) -> Path:
    """Return a file in the folder EMOTION_ROS_DATA; ConfigError when it is missing."""
    path = Path(os.environ.get('EMOTION_ROS_DATA', 'data')) / name
    if not path.is_file():
        raise ConfigError(f'{path} is missing: set EMOTION_ROS_DATA to the folder of {name}')
    return path


def read_table(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """A parquet or CSV file that has at least ``columns``; anything else is a ConfigError."""
    if not path.is_file():
        problem = 'is a folder: give a file' if path.is_dir() else why_missing(path)
        raise ConfigError(f'{path}: {problem}')
    is_csv = path.suffix.lower() in ('.csv', '.tsv')
    try:
        if is_csv:  # the comma, semicolon or tab is found
            table = pd.read_csv(path, sep=None, engine='python', encoding='utf-8-sig')
        else:
            table = pd.read_parquet(path)
    except (OSError, ValueError, pyarrow.ArrowException) as error:
        reason = str(error).splitlines()[0]
        kind = 'CSV' if is_csv else 'parquet'
        raise ConfigError(f'{path}: not a readable {kind} file ({reason})') from error
    table = table.rename(columns=lambda name: str(name).strip())
    require_columns(path, table, columns)
    return table


def require_columns(path: Path, table: pd.DataFrame, columns: Sequence[str]) -> None:
    """ConfigError naming the columns that ``table`` lacks."""
    missing = [c for c in columns if c not in table]
    if missing:
        raise ConfigError(f'{path}: has no column {", ".join(missing)}')


def label_indices(names: Sequence[str], labels: Sequence[str], where: object) -> NDArray[np.int64]:
    """Names to indices into ``labels``; any other name is an InvalidInput.

    Capitals and usual other names, such as ``joy``, do not matter.
    """
    index = {label: i for i, label in enumerate(labels)}
    known = {name: index.get(usual_label(name)) for name in dict.fromkeys(names)}
    for name, found in known.items():
        if found is None:
            raise InvalidInput('label', f'{where}: {name!r} is not one of {", ".join(labels)}')
    return np.array([known[name] for name in names], np.int64)


def usual_label(name: object) -> str:
    """Return our label for a word of another data set, the word itself for an unknown one."""
    word = str(name).strip().casefold()
    return SYNONYMS.get(word, word)
