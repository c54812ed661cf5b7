# SPDX-License-Identifier: MIT
"""``python -m emotion_ros``: the same as ``emotion-ros``."""

from emotion_ros.cli.main import main

raise SystemExit(main())
