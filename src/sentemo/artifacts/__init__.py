"""Models on disk and on the hub: written atomically, hashed, read strictly, without pickle; the model card."""
