"""A server of models over HTTP: batched, bounded, with a page, a live stream and a client."""
