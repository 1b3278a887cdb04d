"""How a static model is distilled."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Distillation:
    """Sizes and schedule; docs/fast.md says by which measurements they were chosen."""

    width: int = 256
    """D, numbers of a token's vector; no more than the encoder gives."""
    hidden: int = 256
    """H, of the layer between vectors and scores."""
    reach: int = 8
    """W, turns on either side that are read with a turn; a power of 2."""
    gold: float = 0.2
    """The share of the annotators' labels in the loss; the rest is the model's own probabilities."""
    epochs: int = 10
    dialogues: int = 64
    """A batch's."""
    table_rate: float = 2e-3
    """Adam's highest learning rate for the tokens' vectors; it falls to nothing."""
    rate: float = 2e-3
    """That of the network."""
    dropout: float = 0.3
    word_dropout: float = 0.1
    """The share of tokens that are masked."""
    causal_share: float = 0.3
    """The share of batches that are read without later turns."""
