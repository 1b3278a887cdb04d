"""A trained model as ONNX graphs beside its weights, and the static model."""
