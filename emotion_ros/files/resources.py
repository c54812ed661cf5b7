# SPDX-License-Identifier: MIT
"""Where the files of ``config/`` are, in a checkout or an installed package."""

from pathlib import Path

from emotion_ros.errors import ConfigError


def packaged_config(name: str) -> Path:
    """Return the path of a file in ``config/``; ConfigError when it is not installed."""
    folders = Path(__file__).resolve().parents
    for folder in (folders[2], *(prefix / 'share' / 'emotion_ros' for prefix in folders)):
        path = folder / 'config' / name
        if path.is_file():
            return path
    raise ConfigError(f'config/{name} is not installed')
