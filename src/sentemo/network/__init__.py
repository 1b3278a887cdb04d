"""Map utterance embeddings to scores and to points in the emotion space: pure `torch.nn`, no files.

Shapes are written in words and capitals, everywhere in this package:
B conversations, T turns (padded), E utterance-embedding dimension, D context dimension,
Z emotion-space dimension, C labels, H attention heads, N utterances without their dialogue.
A mask is named by what True means: `is_turn` is True for turns, False on padding.
"""
