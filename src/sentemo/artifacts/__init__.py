"""What is stored on disk: atomic, hashed, strict, without pickle; the hub; the model card."""
