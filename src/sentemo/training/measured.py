"""A network measured on labelled dialogues."""

from __future__ import annotations

import torch

from sentemo.evaluation.metrics import measure
from sentemo.judgement import Rule
from sentemo.training.dialogues import UNLABELLED, LabelledDialogues
from sentemo.training.rates import Trainable
from sentemo.types import LabelSet


def measure_network(
    network: Trainable, data: LabelledDialogues, labels: LabelSet, decision: Rule | None = None
) -> dict[str, float]:
    """Measure a network on the labelled utterances of a split, protocol `standard`."""
    network.eval()
    gold = torch.cat(data.gold)
    scores = torch.cat([output.scores for output in data.outputs(network)])
    predicted = (scores if decision is None else scores + torch.tensor(decision.prior)).argmax(-1)
    labelled = gold != UNLABELLED
    metrics = measure(gold=gold[labelled].numpy(), predicted=predicted[labelled].numpy(), labels=labels)
    return dict(metrics.figures)
