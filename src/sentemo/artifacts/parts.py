"""The parts that make a model, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sentemo.encoders.encoder import Encoder
from sentemo.encoders.reader import DialogueReader
from sentemo.network.adapted import Adapted
from sentemo.network.decision import Decision
from sentemo.network.heads import Neighbours, Prototypes
from sentemo.network.label_head import LabelHead
from sentemo.network.network import Network
from sentemo.types import LabelSet

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class OtherLabels:
    """A label set beside the model's own, and what scores it."""

    labels: LabelSet
    head: LabelHead


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
    decision: Decision | None = None
    """How the classifier's scores become probabilities and a label; without one, softmax and the most probable."""
    adapted: Adapted | None = None
    """Labels learnt from a few examples, in place of the network's or beside them."""
    label_of: tuple[int, ...] = ()
    """The label that each output stands for: the network's, then those of `adapted`; empty where each is its own."""
    texts: tuple[str, ...] = ()
    """What was said in the examples that `adapted` keeps."""
    heads: Mapping[str, OtherLabels] = field(default_factory=dict)
    """Other label sets that the model knows, by name."""

    def modules(self) -> dict[str, nn.Module]:
        """The parts that hold tensors, by the prefix of their names in the weights file."""
        reader = self.encoder.module if isinstance(self.encoder, DialogueReader) else None
        named: dict[str, nn.Module | None] = {
            "reader.": reader,
            "network.": self.network,
            "prototypes.": self.prototypes,
            "neighbours.": self.neighbours,
            "decision.": self.decision,
            "adapted.": self.adapted,
        }
        named |= {f"heads.{name}.": other.head for name, other in self.heads.items()}
        return {prefix: part for prefix, part in named.items() if part is not None}
