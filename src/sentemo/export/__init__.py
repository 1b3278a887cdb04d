"""A trained model as ONNX graphs, and the labeler that runs them without torch."""
