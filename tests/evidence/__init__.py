"""What the project promises when things go wrong, measured: `make evidence` (see rows.py and plugin.py)."""
