"""The parts of `generality.py`: sets, trainings, baselines, cells that are kept, the page."""
