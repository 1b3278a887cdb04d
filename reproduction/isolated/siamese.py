"""Siamese sub-networks over the words of one utterance: the baseline without context (paper, sections 3 and 4).

W words of an utterance (padded); here E is the dimension of a word vector.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from sentemo.network.context import Standardize


class LinearSubnetwork(nn.Module):
    """Two linear layers with a rectifier between them, over the mean of the real words' standardized vectors.

    The mean makes one vector of an utterance, whatever its length: padding and the order of words don't matter.
    """

    def __init__(self, word_dim: int, space_dim: int = 128, hidden_dim: int = 256, dropout: float = 0.3) -> None:
        super().__init__()
        self.standardize = Standardize(word_dim)
        self.hidden = nn.Linear(word_dim, hidden_dim)
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(hidden_dim, space_dim)

    def forward(self, words: Tensor, lengths: Tensor) -> Tensor:
        """(N,W,E), (N,) -> (N,Z), each of length 1; an utterance without words goes in as zeros."""
        total = _zero_padding(self.standardize(words), lengths).sum(1)
        mean = total / lengths.clamp_min(1)[:, None]
        return F.normalize(self.out(self.dropout(F.relu(self.hidden(mean)))), dim=-1)


class RecurrentSubnetwork(nn.Module):
    """Five LSTM layers (Hochreiter and Schmidhuber 1997), read after the last real word, and a linear layer."""

    def __init__(
        self, word_dim: int, space_dim: int = 128, hidden_dim: int = 64, layers: int = 5, dropout: float = 0.1
    ) -> None:
        super().__init__()
        self.standardize = Standardize(word_dim)
        self.lstm = nn.LSTM(word_dim, hidden_dim, layers, batch_first=True, dropout=dropout)
        self.out = nn.Linear(hidden_dim, space_dim)

    def forward(self, words: Tensor, lengths: Tensor) -> Tensor:
        """(N,W,E), (N,) -> (N,Z), each of length 1; an utterance without words is read as one word of zeros."""
        words = _zero_padding(self.standardize(words), lengths)
        packed = pack_padded_sequence(words, lengths.clamp_min(1).cpu(), batch_first=True, enforce_sorted=False)
        _, (states, _) = self.lstm(packed)  # (layers, N, hidden)
        return F.normalize(self.out(states[-1]), dim=-1)


class SiameseNetwork(nn.Module):
    """Read anchors, positives and negatives with one sub-network's weights (Koch et al. 2015)."""

    def __init__(self, subnetwork: nn.Module) -> None:
        super().__init__()
        self.subnetwork = subnetwork

    def forward(self, words: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(3,N,W,E), (3,N) -> three times (N,Z)."""
        points = self.subnetwork(words.flatten(0, 1), lengths.flatten())
        anchors, positives, negatives = points.view(3, lengths.shape[1], -1)
        return anchors, positives, negatives


def _zero_padding(words: Tensor, lengths: Tensor) -> Tensor:
    """Standardizing moves the zeros of padding away from zero: put them back."""
    is_word = torch.arange(words.shape[1], device=words.device) < lengths[:, None]  # (N, W)
    return words * is_word[..., None]
