"""The layers of a reader below those that read neighbours: what they make of an utterance is the same everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from sentemo.network.attention import NEVER
from sentemo.network.cuts import alike
from sentemo.network.reader import Reader

BATCH_TOKENS = 4096  # tokens of one batch, padding counted


class Alone(nn.Module):
    """The lower layers of a reader, in which an utterance is read alone, so that equal texts are read once."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.word, self.place, self.norm = reader.word, reader.place, reader.norm
        self.layers = nn.ModuleList(list(reader.layers)[: reader.shape.alone])

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """(N,L) tokens, (N,) how many of them each utterance has -> (N,L,E) states."""
        return self.states(tokens, lengths)[-1]

    def states(self, tokens: Tensor, lengths: Tensor) -> list[Tensor]:
        """(N,L), (N,) -> the states (N,L,E) below the layers, and above each."""
        places = torch.arange(tokens.shape[1], device=tokens.device)
        states = [self.norm(self.word(tokens) + self.place(places))]
        beyond = (places[None] >= lengths[:, None])[:, None, None]  # (N, 1, 1, L)
        bias = torch.where(beyond, NEVER, 0.0).expand(-1, 1, tokens.shape[1], -1)
        for layer in self.layers:
            states.append(layer(states[-1], bias))
        return states


@torch.no_grad()
def read_alone(reader: Reader, dialogues: Sequence[Sequence[Tensor]]) -> list[list[Tensor]]:
    """N dialogues of T utterances, each of its tokens (L,) -> the same of states (L,E), shared by equal utterances."""
    alone, device = Alone(reader), reader.word.weight.device
    keys = [[[*pieces_of(utterance)] for utterance in dialogue] for dialogue in dialogues]
    distinct = list(dict.fromkeys(key for dialogue in keys for utterance in dialogue for key in utterance))
    states: dict[tuple[int, ...], Tensor] = {}
    for places in alike([len(key) for key in distinct], BATCH_TOKENS):
        batch = [distinct[place] for place in places]
        lengths = torch.tensor([len(key) for key in batch], device=device)
        tokens = pad_sequence([torch.tensor(key) for key in batch], batch_first=True).to(device)
        for key, row in zip(batch, alone(tokens, lengths).float().cpu(), strict=True):
            states[key] = row[: len(key)].clone()
    return [[_joined([states[key] for key in utterance]) for utterance in dialogue] for dialogue in keys]


def _joined(pieces: list[Tensor]) -> Tensor:
    return pieces[0] if len(pieces) == 1 else torch.cat(pieces)  # without a copy where texts are shared


def pieces_of(utterance: Tensor) -> Iterator[tuple[int, ...]]:
    """Tokens (L,) -> those of each piece."""
    starts = (utterance == utterance[0]).nonzero()[:, 0].tolist()
    tokens = utterance.tolist()
    for start, stop in zip(starts, [*starts[1:], len(tokens)], strict=True):
        yield tuple(tokens[start:stop])
