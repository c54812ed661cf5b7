"""The face network: FER2013 in, face_emotion.onnx out."""
