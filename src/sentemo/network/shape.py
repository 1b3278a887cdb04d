"""The sizes of a network and of a reader. No torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NetworkShape:
    """Sizes and switches that determine every tensor of a network; saved with the weights."""

    embedding_dim: int = 0
    """E, dimension of an utterance embedding; set by the encoder, not by a recipe."""
    labels: int = 0
    """C, number of labels; set by the data, not by a recipe."""
    context_dim: int = 256
    """D, width of the context encoder."""
    space_dim: int = 256
    """Z, dimension of the emotion space."""
    layers: int = 2
    """Transformer encoder layers over the dialogue; 0 ignores context."""
    heads: int = 4
    """H, attention heads of a layer."""
    window: int = 16
    """Turns before and after that a turn attends to in each layer."""
    dropout: float = 0.2
    """Dropout inside the layers."""
    input_dropout: float = 0.1
    """Dropout on the utterance embeddings."""
    keep_own: bool = True
    """Concatenate the utterance's own state with its contextual one before the emotion space."""
    paper_classifier: bool = False
    """Classify with a Transformer encoder layer and a linear layer (section 4), else with a linear layer only."""

    @property
    def reach(self) -> int:
        """How many turns on either side can influence a turn."""
        return self.layers * self.window


@dataclass(frozen=True)
class ReaderShape:
    """Sizes that determine every tensor of a reader; saved with the weights."""

    vocabulary: int
    """Size of the tokenizer's vocabulary."""
    width: int
    """E, dimension of a token's state and of an utterance embedding."""
    layers: int
    """Transformer encoder layers over the tokens."""
    heads: int
    """H, attention heads of a layer."""
    inner: int
    """Width inside a layer's feed-forward part."""
    places: int
    """Number of position embeddings."""
    max_tokens: int
    """The most tokens read at once; a longer utterance is read in pieces."""
    alone: int
    """Number of lower layers, in which tokens only attend within their utterance."""
    window: int
    """Turns before and after its own that a token attends to in each upper layer."""

    @property
    def reach(self) -> int:
        """How many turns on either side can influence an utterance's embedding."""
        return (self.layers - self.alone) * self.window
