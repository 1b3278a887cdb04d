"""From tokens to scores: reader and network as one, for training them together."""

from __future__ import annotations

from torch import Tensor, nn

from sentemo.network.network import Classifier, Network, NetworkOutput
from sentemo.network.reader import Reader
from sentemo.network.shape import NetworkShape


class ReadingNetwork(nn.Module):
    """A reader below a network; offers what a network offers, on tokens."""

    def __init__(self, reader: Reader, network: Network) -> None:
        super().__init__()
        self.reader = reader
        self.network = network

    @property
    def head(self) -> Classifier:
        """The network's classifier."""
        return self.network.head

    @property
    def shape(self) -> NetworkShape:
        """The network's sizes."""
        return self.network.shape

    def forward(
        self, tokens: Tensor, places: Tensor, turns: Tensor, speakers: Tensor, is_turn: Tensor, *, causal: bool = False
    ) -> NetworkOutput:
        """(B,L), (B,L), (B,L), (B,T), (B,T) -> scores (B,T,C), points (B,T,Z), features (B,T,E+Z)."""
        utterances = self.reader(tokens, places, turns, speakers, causal=causal)
        output: NetworkOutput = self.network(utterances, speakers, is_turn, causal=causal)
        return output

    def points(
        self, tokens: Tensor, places: Tensor, turns: Tensor, speakers: Tensor, is_turn: Tensor, *, causal: bool = False
    ) -> Tensor:
        """(B,L), (B,L), (B,L), (B,T), (B,T) -> (B,T,Z), without the head."""
        utterances = self.reader(tokens, places, turns, speakers, causal=causal)
        return self.network.points(utterances, speakers, is_turn, causal=causal)
