"""The parts that make a model, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sentemo.encoders.encoder import Encoder
from sentemo.network.heads import Neighbours, Prototypes
from sentemo.network.network import Network
from sentemo.types import LabelSet

if TYPE_CHECKING:
    from torch import nn


@dataclass
class ModelParts:
    """What is saved and loaded together."""

    encoder: Encoder
    network: Network
    labels: LabelSet
    prototypes: Prototypes | None = None
    neighbours: Neighbours | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What training recorded: corpus, recipe, seed, date."""

    def modules(self) -> dict[str, nn.Module]:
        """The parts that hold tensors, by the prefix of their names in the weights file."""
        named = {"network.": self.network, "prototypes.": self.prototypes, "neighbours.": self.neighbours}
        return {prefix: part for prefix, part in named.items() if part is not None}
