# SPDX-License-Identifier: MIT
"""The face network: FER2013 in, face_emotion.onnx out."""
