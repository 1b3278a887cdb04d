"""Language models as labelers: one prompt per turn, over HTTP or with local weights."""
