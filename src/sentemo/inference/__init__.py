"""Run a trained model over conversations: one batching, over ONNX graphs or torch."""
