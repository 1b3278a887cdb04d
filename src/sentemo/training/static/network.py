"""The static model in torch, as it is trained."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sentemo.export.static_network import bands


class StaticModule(nn.Module):
    """What `export/static_network.py` computes, with gradients: its tensors have the names of the numbers there."""

    def __init__(self, table: Tensor, hidden: int, reach: int, labels: int, dropout: float) -> None:
        super().__init__()
        width = table.shape[1]
        self.dropout, self.bands = dropout, bands(reach)
        self.table = nn.Parameter(table.clone())
        self.own = nn.Linear(width, hidden)
        self.near = nn.Linear(len(self.bands) * width, hidden, bias=False)
        self.straight = nn.Linear(width, labels, bias=False)
        self.out = nn.Linear(hidden, labels)

    def forward(self, tokens: Tensor, lengths: Tensor, around: Tensor) -> Tensor:
        """(L,) tokens of N turns, one after the other, (N,), (N,2W) rows, N for none -> (N,C) scores."""
        starts = lengths.cumsum(0) - lengths
        turns = F.embedding_bag(tokens, self.table, starts, mode="sum", sparse=True) / lengths.sqrt()[:, None]
        turns = F.dropout(turns, self.dropout, self.training)
        known = torch.cat([turns, torch.zeros_like(turns[:1])])
        near = [known[around[:, band]].sum(1) / (band.stop - band.start) for band in self.bands]
        hidden = F.relu(self.own(turns) + self.near(torch.cat(near, 1)))
        scores: Tensor = self.out(F.dropout(hidden, self.dropout, self.training)) + self.straight(turns)
        return scores
