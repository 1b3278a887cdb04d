"""The sizes of a network and of a reader. No torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NetworkShape:
    """Sizes and switches that fix every tensor of a network; saved beside the weights."""

    embedding_dim: int = 0
    """E, dimension of an utterance embedding; a recipe leaves it to the encoder."""
    labels: int = 0
    """C, number of labels; a recipe leaves it to the data."""
    context_dim: int = 256
    """D, width of the context encoder."""
    space_dim: int = 256
    """Z, dimension of the emotion space."""
    layers: int = 2
    """Transformer encoder layers over the dialogue; 0 leaves every utterance alone."""
    heads: int = 4
    """H, attention heads of a layer."""
    window: int = 16
    """Turns that a turn sees before and after itself in each layer."""
    dropout: float = 0.2
    """Dropout inside the layers."""
    input_dropout: float = 0.1
    """Dropout on the utterance embeddings."""
    keep_own: bool = True
    """Put the utterance's own state beside its contextual one before the emotion space."""
    paper_classifier: bool = False
    """Classify with a Transformer encoder layer and a linear layer (section 4), else with a linear layer."""

    @property
    def reach(self) -> int:
        """Turns, on either side, that can influence a turn at all."""
        return self.layers * self.window


@dataclass(frozen=True)
class ReaderShape:
    """Sizes that fix every tensor of a reader; saved beside the weights."""

    vocabulary: int
    """Entries of the tokenizer's vocabulary."""
    width: int
    """E, dimension of a token's state and of an utterance embedding."""
    layers: int
    """Transformer encoder layers over the tokens."""
    heads: int
    """H, attention heads of a layer."""
    inner: int
    """Width inside a layer's feed-forward part."""
    places: int
    """Places of a token in its utterance that have an embedding."""
    max_tokens: int
    """Tokens that are read at once; a longer utterance is read in pieces."""
    alone: int
    """Lower layers, in which the tokens of an utterance see each other only."""
    window: int
    """Turns before and after its own that a token sees in each layer above those."""

    @property
    def reach(self) -> int:
        """Turns, on either side, that can influence an utterance's embedding."""
        return (self.layers - self.alone) * self.window
