# SPDX-License-Identifier: MIT
"""From images and text to probabilities: detectors, classifiers, model cards, engines."""

import os

# From 1.29 on, ONNX Runtime keeps an identifier in ~/.cache and sends usage data to its vendor,
# unless this is set before the import.
os.environ.setdefault('ORT_DISABLE_TELEMETRY', '1')
