"""The modules that become ONNX graphs: the parts of a model, cut where texts, dialogues and pieces part."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sentemo.network.adapted import Adapted
from sentemo.network.alone import Alone
from sentemo.network.network import Network
from sentemo.network.reader import Reader


class Joint(nn.Module):
    """The upper layers of a reader, in which the tokens of neighbouring turns see each other."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, states: Tensor, turns: Tensor, speakers: Tensor, causal: Tensor) -> Tensor:
        """(B,L,E) from below, (B,L) the turn of each token, (B,T), () -> (B,T,E)."""
        out: Tensor = self.reader.join(states, turns, speakers, causal=causal)
        return out


class Pooled(nn.Module):
    """A frozen sentence encoder that is a BERT: mean of the token states, then those of lower layers."""

    def __init__(self, reader: Reader, layers: Sequence[int], normalize: bool) -> None:
        super().__init__()
        self.alone, self.taken, self.normalize = Alone(reader), tuple(layers), normalize

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """(N,L), (N,) -> (N,E)."""
        states = self.alone.states(tokens, lengths)
        is_token = (torch.arange(tokens.shape[1])[None] < lengths[:, None])[..., None].float()  # (N, L, 1)
        top, *lower = ((states[k] * is_token).sum(1) / is_token.sum(1) for k in (-1, *self.taken))
        return torch.cat([F.normalize(top, dim=-1) if self.normalize else top, *lower], -1)


class Scores(nn.Module):
    """The network, and what was learnt from a few examples in its classifier's place or beside it."""

    def __init__(self, network: Network, adapted: Adapted | None) -> None:
        super().__init__()
        self.network, self.adapted = network, adapted

    def forward(
        self, utterances: Tensor, speakers: Tensor, lengths: Tensor, first_turn: Tensor, causal: Tensor
    ) -> tuple[Tensor, ...]:
        """(B,T,E), (B,T), (B,), (B,), () -> features (B,T,F), scores (B,T,O), and log odds of added labels (B,T,A)."""
        is_turn = torch.arange(utterances.shape[1])[None] < lengths[:, None]
        output = self.network(utterances, speakers, is_turn, causal=causal, first_turn=first_turn)
        if self.adapted is None:
            return output.features, output.scores
        found = self.adapted(output.features)
        return (output.features, output.scores, found) if self.adapted.shape.extends else (output.features, found)
