# SPDX-License-Identifier: MIT
"""The text network: utterances in, text_emotion.onnx out."""
