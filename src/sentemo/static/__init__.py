"""Static models: a token table and a small network, for a first pass over archives."""
