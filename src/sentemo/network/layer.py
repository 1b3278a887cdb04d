"""One Transformer encoder layer, and its attention masks and biases."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

NEVER = -1e9  # finite, so that the softmax of a padded row is not NaN


def not_later(ahead: Tensor, causal: bool | Tensor) -> Tensor:
    """(...) how far ahead another turn is -> (...), whether to attend to it; a tensor () is a switch in graphs."""
    return (ahead <= 0) | ~causal if isinstance(causal, Tensor) else (ahead <= 0) | (not causal)


class TurnBias(nn.Module):
    """Bias attention by the distance between two turns and by whether one person said both.

    Distances are relative and clipped at the window, so dialogues of any length work, in pieces if necessary.
    """

    def __init__(self, heads: int, window: int) -> None:
        super().__init__()
        self.window = window
        self.distance = nn.Embedding(2 * window + 1, heads)
        self.same_speaker = nn.Embedding(2, heads)
        nn.init.zeros_(self.distance.weight)
        nn.init.zeros_(self.same_speaker.weight)

    def forward(self, speakers: Tensor, is_turn: Tensor, causal: bool | Tensor) -> Tensor:
        """(B,T), (B,T) -> (B,H,T,T), added to the attention logits; the last axis is the attended turn."""
        turn = torch.arange(speakers.shape[1], device=speakers.device)
        ahead = turn[None, :] - turn[:, None]  # (T, T), positive if the other turn comes later
        same = (speakers[:, :, None] == speakers[:, None, :]).long()  # (B, T, T)
        bias: Tensor = self.distance(ahead.clamp(-self.window, self.window) + self.window) + self.same_speaker(same)
        may_look = (ahead.abs() <= self.window) & is_turn[:, None, :]
        may_look = may_look & not_later(ahead, causal)
        return bias.permute(0, 3, 1, 2).masked_fill(~may_look[:, None], NEVER)


class SharedDropout(nn.Module):
    """Dropout with one mask for all turns of a dialogue (Gal and Ghahramani 2016); a tenth of the random draws."""

    def __init__(self, share: float) -> None:
        super().__init__()
        if not 0 <= share < 1:
            raise ValueError(f"a dropout of {share} is not from 0 to below 1")
        self.share = share

    def forward(self, turns: Tensor) -> Tensor:
        """(B,T,D) -> (B,T,D)."""
        if not self.training or not self.share:
            return turns
        return turns * F.dropout(turns.new_ones(turns.shape[0], 1, turns.shape[2]), self.share)


class EncoderLayer(nn.Module):
    """Attend, then transform each turn: the encoder layer of Vaswani et al. (2017), normalised first.

    torch's own layer accepts a bias per head and conversation only if repeated H times, and changes its arithmetic
    between training and inference; this one is the same in both.
    """

    def __init__(self, width: int, heads: int, dropout: float, widening: int = 2) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"a width of {width} can't be divided among {heads} heads")
        self.heads = heads
        self.attention_norm = nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.attention_out = nn.Linear(width, width)
        self.transform = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, widening * width),
            nn.GELU(),
            SharedDropout(dropout),
            nn.Linear(widening * width, width),
        )
        self.dropout = SharedDropout(dropout)

    def forward(self, turns: Tensor, bias: Tensor | None) -> Tensor:
        """(B,T,D), (B,H,T,T) -> (B,T,D); without a bias, all turns attend to each other."""
        query, key, value = self.project(turns)
        return self.finish(turns, F.scaled_dot_product_attention(query, key, value, attn_mask=bias))

    def project(self, turns: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(B,T,D) -> queries, keys and values, each (B,H,T,D/H)."""
        b, t, d = turns.shape
        projected = self.query_key_value(self.attention_norm(turns)).view(b, t, 3, self.heads, d // self.heads)
        query, key, value = projected.permute(2, 0, 3, 1, 4)
        return query, key, value

    def finish(self, turns: Tensor, seen: Tensor) -> Tensor:
        """(B,T,D), what was attended to (B,H,T,D/H) -> (B,T,D)."""
        turns = turns + self.dropout(self.attention_out(seen.transpose(1, 2).reshape(turns.shape)))
        transformed: Tensor = self.dropout(self.transform(turns))
        return turns + transformed
