"""Losses: weighted cross-entropy and a triplet loss, both on contextual utterances."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from pytorch_metric_learning import losses
from torch import Tensor, nn

from sentemo.errors import SentemoError
from sentemo.training.dialogues import UNLABELLED
from sentemo.training.recipe import Contrast, Objective

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pytorch_metric_learning import distances, losses, miners


class ClassLoss:
    """Cross-entropy with higher weights for rare labels (section 5.3).

    Weights are inverse frequencies to a power, scaled to a mean of 1 over utterances; frequencies are those of the
    split or, as in the paper, those that remain in each batch.
    """

    def __init__(self, settings: Objective, label_counts: NDArray[np.float64]) -> None:
        counts = torch.from_numpy(label_counts)
        self.settings = settings
        self.corpus_weights = class_weights(counts, settings.class_weight_power)

    def __call__(self, scores: Tensor, gold: Tensor) -> Tensor:
        """(N,C), (N,) -> scalar."""
        weights = self.corpus_weights.to(scores.device)
        if self.settings.weights_from == "batch":
            counts = torch.bincount(gold, minlength=scores.shape[1])
            weights = class_weights(counts, self.settings.class_weight_power)
        return F.cross_entropy(scores, gold, weight=weights, label_smoothing=self.settings.label_smoothing)


def class_weights(counts: Tensor, power: float) -> Tensor:
    """(C,) counts -> (C,) weights, counts^-power with a weighted mean of 1; absent labels get 0."""
    weights = counts.double().clamp_min(1).pow(-power) * (counts > 0)
    mean = (weights * counts).sum() / counts.sum().clamp_min(1)
    return (weights / mean.clamp_min(1e-12)).float()


class TripletLoss:
    """max(d(a,p) - d(a,n) + margin, 0) over the triplets of a batch, d Euclidean on the unit sphere (section 3).

    `all` takes every triplet, `hard` each anchor's farthest positive and nearest negative, `semihard` those whose
    negative is farther than the positive but within the margin, `label-free` ignores labels: the positive pair is two
    dropout views of one utterance (section 6.3); labels only select the utterances. Zero losses are excluded from the
    mean.
    """

    def __init__(self, settings: Objective) -> None:
        distance = distances.LpDistance(normalize_embeddings=False, p=2)
        loss = losses.TripletMarginLoss(margin=settings.margin, distance=distance)
        self.per_label = settings.per_label
        self.needs_second_view = settings.triplets == "label-free"
        self.loss: Callable[..., Tensor] = losses.SelfSupervisedLoss(loss) if self.needs_second_view else loss
        self.miner = {
            "all": None,
            "hard": miners.BatchHardMiner(distance=distance),
            "semihard": miners.TripletMarginMiner(
                margin=settings.margin, type_of_triplets="semihard", distance=distance
            ),
            "label-free": None,
        }[settings.triplets]

    def __call__(self, points: Tensor, gold: Tensor, second_view: Tensor | None = None) -> Tensor:
        """(N,Z), (N,) and, if label-free, the points of the second view (N,Z) -> scalar."""
        chosen = balanced_subset(gold, self.per_label)
        points, gold = points[chosen], gold[chosen]
        if second_view is not None:
            return self.loss(points, second_view[chosen])
        indices = self.miner(points, gold) if self.miner is not None else None
        return self.loss(points, gold, indices)


def balanced_subset(gold: Tensor, per_label: int) -> Tensor:
    """(N,) -> indices of at most `per_label` random utterances per label, so that no label dominates the triplets."""
    shuffled = torch.randperm(len(gold), device=gold.device)
    of_label = F.one_hot(gold[shuffled]).cumsum(0)  # running count per label
    rank = of_label.gather(1, gold[shuffled, None]).squeeze(1)
    return shuffled[rank <= per_label]


def flatten(gold: Tensor, *tensors: Tensor) -> tuple[Tensor, ...]:
    """(B,T) gold and (B,T,...) tensors -> (N,...), labelled turns only, gold first."""
    labelled = gold != UNLABELLED
    return (gold[labelled], *(tensor[labelled] for tensor in tensors))


def check_finite(loss: Tensor, norm: Tensor, where: str) -> None:
    """Raise if a loss or its gradient norm is not finite, before a step propagates it to the weights."""
    if not math.isfinite(loss.item()) or not math.isfinite(norm.item()):
        raise SentemoError(
            f"The loss is {loss.item():.3g} and its gradient {norm.item():.3g} at {where}",
            "Lower the learning rate or check the encoder; the last checkpoint is intact",
        )


class ContrastLoss(nn.Module):
    """Supervised contrastive (Khosla et al. 2020) or proxy-anchor loss (Kim et al. 2020) on a batch's points.

    With a memory, the last points of each label from earlier batches are added to those of the batch (cross-batch
    memory, Wang et al. 2020), which helps labels that occur at most once in a batch. Proxies and memory are part of the
    module's state, so that they are restored when training resumes.
    """

    points: Tensor
    seen: Tensor

    def __init__(self, settings: Contrast, labels: int, space_dim: int, per_label: int) -> None:
        super().__init__()
        self.settings, self.per_label = settings, per_label
        self.loss = (
            losses.SupConLoss(temperature=settings.temperature)
            if settings.kind == "supervised"
            else losses.ProxyAnchorLoss(labels, space_dim, margin=0.1, alpha=1 / settings.temperature)
        )
        self.register_buffer("points", torch.zeros(labels, settings.memory, space_dim))
        self.register_buffer("seen", torch.zeros(labels, dtype=torch.long))

    def forward(self, points: Tensor, gold: Tensor) -> Tensor:
        """(N,Z), (N,) -> scalar."""
        chosen = balanced_subset(gold, self.per_label)
        points, gold = points[chosen], gold[chosen]
        remembered, labels = self._remembered()
        loss: Tensor = self.loss(torch.cat([points, remembered]), torch.cat([gold, labels]))
        self._remember(points.detach(), gold)
        return loss

    def _remembered(self) -> tuple[Tensor, Tensor]:
        """Return the points (M,Z) and labels (M,) in memory."""
        size = self.settings.memory
        held = torch.arange(size, device=self.seen.device)[None, :] < self.seen[:, None]  # (C, memory)
        return self.points[held], held.nonzero()[:, 0]

    def _remember(self, points: Tensor, gold: Tensor) -> None:
        """Replace the oldest point of each point's label."""
        if not self.settings.memory:
            return
        for point, label in zip(points, gold.tolist(), strict=True):
            self.points[label, self.seen[label] % self.settings.memory] = point
            self.seen[label] += 1
