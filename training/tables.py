# SPDX-License-Identifier: MIT
"""Reading parquet tables; whatever is wrong with one is a one-line error that names it."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow
from numpy.typing import NDArray

from emotion_ros.errors import ConfigError, InvalidInput


def data_file(name: str) -> Path:
    """Return a file in the folder EMOTION_ROS_DATA; ConfigError when it is missing."""
    path = Path(os.environ.get('EMOTION_ROS_DATA', 'data')) / name
    if not path.is_file():
        raise ConfigError(f'{path} is missing: set EMOTION_ROS_DATA to the folder of {name}')
    return path


def read_table(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """A parquet file that has at least ``columns``; anything else is a ConfigError."""
    try:
        table = pd.read_parquet(path)
    except (OSError, pyarrow.ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise ConfigError(f'{path}: not a readable parquet file ({reason})') from error
    require_columns(path, table, columns)
    return table


def require_columns(path: Path, table: pd.DataFrame, columns: Sequence[str]) -> None:
    """ConfigError naming the columns that ``table`` lacks."""
    missing = [c for c in columns if c not in table]
    if missing:
        raise ConfigError(f'{path}: has no column {", ".join(missing)}')


def label_indices(names: Sequence[str], labels: Sequence[str], where: object) -> NDArray[np.int64]:
    """Names to indices into ``labels``; any other name is an InvalidInput."""
    index = {label: i for i, label in enumerate(labels)}
    for name in names:
        if name not in index:
            raise InvalidInput('label', f'{where}: {name!r} is not one of {", ".join(labels)}')
    return np.array([index[name] for name in names], np.int64)
