# SPDX-License-Identifier: MIT
"""What every command here shares: one JSON object out, or one line of error and exit 1."""

import json
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from emotion_ros.errors import EmotionRosError


def run(main: Callable[[], None]) -> None:
    """Call ``main``; an error of ours becomes one line on stderr."""
    try:
        main()
    except EmotionRosError as error:
        sys.exit(f'error: {error}')


def log(*words: object, end: str = '\n') -> None:
    """Progress goes to stderr, so that stdout holds the result only."""
    print(*words, end=end, file=sys.stderr, flush=True)


def as_json(values: dict[str, Any]) -> str:
    """One line of strict JSON; NaN becomes null."""
    return json.dumps({k: None if _is_nan(v) else v for k, v in values.items()}, allow_nan=False)


def git_commit() -> str:
    """Commit of the training code, or ``uncommitted`` where there is none."""
    command = ['git', 'rev-parse', '--verify', '-q', 'HEAD']
    done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True)
    return done.stdout.strip() or 'uncommitted'


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)
