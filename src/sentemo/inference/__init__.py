"""Run a trained model on conversations: the same batching for ONNX graphs and torch."""
