# SPDX-License-Identifier: MIT
"""How the shipped networks were made; nothing in the package imports this."""

import emotion_ros.perception  # noqa: F401 - before anything imports ONNX Runtime: no telemetry
