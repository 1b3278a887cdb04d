"""Recipes, batches, objectives, the loop, crash-safe checkpoints."""
