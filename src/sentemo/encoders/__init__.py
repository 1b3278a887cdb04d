"""Map texts to vectors: sentence-transformers, a weight-free hashing encoder for tests, a cache on disk."""
