"""Archives of any size: labelled in shards by one process, several or a Ray cluster, and resumable at any time."""
