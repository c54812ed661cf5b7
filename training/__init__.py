"""How the shipped networks were made; nothing in the package imports this."""

import emotion_ros.inference  # noqa: F401 - before anything imports ONNX Runtime: no telemetry
