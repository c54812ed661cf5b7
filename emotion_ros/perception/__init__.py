# SPDX-License-Identifier: MIT
"""From pixels and words to probabilities: detectors, classifiers, model cards, engines."""

import os

# From 1.29 on, ONNX Runtime keeps an identifier in ~/.cache and reports what it runs to its maker,
# unless told before it is imported.
os.environ.setdefault('ORT_DISABLE_TELEMETRY', '1')
