"""The sizes of a network."""

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
