"""The baseline without context (paper, section 3): siamese networks over the word vectors of one utterance."""
