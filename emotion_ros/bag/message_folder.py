# SPDX-License-Identifier: MIT
"""Where the .msg files are, in a checkout or installed."""

import os
import sys
from pathlib import Path

from emotion_ros.errors import ConfigError

PACKAGE = 'emotion_ros'


def message_folder() -> Path:
    """Return the folder with our .msg files; ConfigError when they are not installed."""
    for folder in _candidates():
        if (folder / 'EmotionState.msg').is_file():
            return folder
    raise ConfigError('the message definitions (EmotionState.msg) are not installed')


def _candidates() -> list[Path]:
    checkout = Path(__file__).resolve().parents[2]
    prefixes = [p for p in os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep) if p]
    shares = [Path(prefix) / 'share' / PACKAGE for prefix in (*prefixes, sys.prefix)]
    return [folder / 'msg' for folder in (checkout, *shares)]
