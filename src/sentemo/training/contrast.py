"""Losses that arrange the emotion space: like labels together, unlike ones apart."""

from __future__ import annotations

import torch
from pytorch_metric_learning import losses
from torch import Tensor, nn

from sentemo.training.objectives import balanced_subset
from sentemo.training.recipe import Contrast


class ContrastLoss(nn.Module):
    """Supervised contrastive (Khosla et al. 2020) or proxy-anchor loss (Kim et al. 2020) on a batch's points.

    With a memory, the last points of each label from earlier batches stand beside those of the batch, as cross-batch
    memory has it (Wang et al. 2020); it matters for labels of which a batch holds one or none. Proxies and memory are
    part of the module's state, so that a resumed training has them.
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
        """(M,Z), (M,): what the memory holds."""
        size = self.settings.memory
        held = torch.arange(size, device=self.seen.device)[None, :] < self.seen[:, None]  # (C, memory)
        return self.points[held], held.nonzero()[:, 0]

    def _remember(self, points: Tensor, gold: Tensor) -> None:
        """Put each point in the place of its label's oldest."""
        if not self.settings.memory:
            return
        for point, label in zip(points, gold.tolist(), strict=True):
            self.points[label, self.seen[label] % self.settings.memory] = point
            self.seen[label] += 1
