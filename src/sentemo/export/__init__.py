"""A trained model as ONNX graphs beside its weights."""
