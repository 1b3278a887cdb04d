"""Language models as labelers: a prompt a turn, over HTTP or with local weights."""
