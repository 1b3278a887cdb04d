"""Who may look at whom: the attention bias over the turns of a dialogue."""

from __future__ import annotations

import torch
from torch import Tensor, nn

NEVER = -1e9  # finite, so that a padded row softmaxes to numbers and not to NaN


def not_later(ahead: Tensor, causal: bool | Tensor) -> Tensor:
    """(...) how far ahead another turn is -> (...), whether it may be looked at; a tensor () switches a graph."""
    return (ahead <= 0) | ~causal if isinstance(causal, Tensor) else (ahead <= 0) | (not causal)


class TurnBias(nn.Module):
    """Bias attention by the distance between two turns and by whether one person said both.

    Distances are relative and cut at the window, so a dialogue of any length is served, in pieces if need be.
    """

    def __init__(self, heads: int, window: int) -> None:
        super().__init__()
        self.window = window
        self.distance = nn.Embedding(2 * window + 1, heads)
        self.same_speaker = nn.Embedding(2, heads)
        nn.init.zeros_(self.distance.weight)
        nn.init.zeros_(self.same_speaker.weight)

    def forward(self, speakers: Tensor, is_turn: Tensor, causal: bool | Tensor) -> Tensor:
        """(B,T), (B,T) -> (B,H,T,T), added to the attention logits; the last axis is looked at."""
        turn = torch.arange(speakers.shape[1], device=speakers.device)
        ahead = turn[None, :] - turn[:, None]  # (T, T), positive: the other turn comes later
        same = (speakers[:, :, None] == speakers[:, None, :]).long()  # (B, T, T)
        bias: Tensor = self.distance(ahead.clamp(-self.window, self.window) + self.window) + self.same_speaker(same)
        may_look = (ahead.abs() <= self.window) & is_turn[:, None, :]
        may_look = may_look & not_later(ahead, causal)
        return bias.permute(0, 3, 1, 2).masked_fill(~may_look[:, None], NEVER)
