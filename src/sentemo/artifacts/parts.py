"""The parts that make a model, in memory. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sentemo.heads import Adapted, Neighbours, OtherLabels, Prototypes
from sentemo.inference.runner import Runner
from sentemo.judgement import Rule
from sentemo.tags import Tags
from sentemo.types import LabelSet


@dataclass
class ModelParts:
    """What is saved and loaded together."""

    runner: Runner
    """What computes features and scores of a conversation: ONNX graphs, or torch."""
    labels: LabelSet
    prototypes: Prototypes | None = None
    neighbours: Neighbours | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What training recorded: corpus, recipe, seed, date."""
    decision: Rule | None = None
    """How the classifier's scores become probabilities; without one, their softmax."""
    adapted: Adapted | None = None
    """Labels learnt from a few examples, in place of the network's or beside them."""
    label_of: tuple[int, ...] = ()
    """The label that each output stands for: the network's, then those of `adapted`; empty where each is its own."""
    texts: tuple[str, ...] = ()
    """What was said in the examples that `adapted` keeps."""
    heads: Mapping[str, OtherLabels] = field(default_factory=dict)
    """Other label sets that the model knows, by name."""
    tags: Tags | None = None
    """A user's own, which stand beside the label."""
