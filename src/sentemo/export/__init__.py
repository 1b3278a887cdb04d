"""Export a trained model to ONNX graphs next to its weights."""
