"""Static models: a table of tokens and a small network, for the first pass over archives."""
