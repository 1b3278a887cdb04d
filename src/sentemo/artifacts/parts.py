"""The parts of a model in memory. No torch."""

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
    """The parts that are saved and loaded together."""

    runner: Runner
    """What computes features and scores: ONNX graphs or torch."""
    labels: LabelSet
    prototypes: Prototypes | None = None
    neighbours: Neighbours | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What training recorded: corpus, recipe, seed, date."""
    decision: Rule | None = None
    """How the classifier's scores become probabilities; by default, their softmax."""
    adapted: Adapted | None = None
    """Labels learnt from a few examples, which replace the network's or extend them."""
    label_of: tuple[int, ...] = ()
    """The label of each output: the network's, then those of `adapted`; empty if each output is a label of its own."""
    texts: tuple[str, ...] = ()
    """The texts of the examples that `adapted` stores."""
    heads: Mapping[str, OtherLabels] = field(default_factory=dict)
    """Additional label sets by name."""
    tags: Tags | None = None
    """User-defined tags, in addition to the label."""
