"""Run a network or a reader during training on dialogues of any number and length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from sentemo.batching import alike, stretches
from sentemo.network.batch import pad, pad_tokens
from sentemo.network.network import Network, NetworkOutput
from sentemo.network.parts import Alone
from sentemo.network.reader import Reader

BATCH_TURNS = 4096  # turns of one batch including padding
ALONE_TOKENS = 4096  # tokens of one batch of utterances
BATCH_TOKENS = 2048  # tokens of one batch of dialogues; larger ones exceed the processor's cache
BATCH_PAIRS = 2**22  # pairs of tokens that attend to each other in one batch, which limits memory


@torch.inference_mode()
def run(
    network: Network,
    utterances: Sequence[Tensor],
    speakers: Sequence[Tensor],
) -> list[NetworkOutput]:
    """N tensors (T,E) and N tensors (T,) -> N outputs (T,C), (T,Z), (T,E+Z), in order and without padding.

    Dialogues of similar length are batched together; neither the batch nor its padding changes the output.
    """
    device = next(network.parameters()).device
    outputs: list[NetworkOutput | None] = [None] * len(utterances)
    for rows in alike([len(turns) for turns in utterances], BATCH_TURNS):
        batch = pad([utterances[row] for row in rows], [speakers[row] for row in rows])
        on_device = (tensor.to(device) for tensor in batch)
        output = network(*on_device)
        for place, row in enumerate(rows):
            length = len(utterances[row])
            outputs[row] = NetworkOutput(*(tensor[place, :length].cpu() for tensor in output))
    return [output for output in outputs if output is not None]


@torch.inference_mode()
def read(
    reader: Reader, dialogues: Sequence[Sequence[Tensor]], speakers: Sequence[Tensor], *, causal: bool = False
) -> list[Tensor]:
    """N dialogues of T utterances, each of its tokens (L,) or states (L,E), N tensors (T,) -> N tensors (T,E)."""
    device = reader.word.weight.device
    embeddings = [torch.empty(len(dialogue), reader.shape.width) for dialogue in dialogues]
    reach = reader.shape.reach
    lengths = [[len(utterance) for utterance in dialogue] for dialogue in dialogues]
    cuts = [cut for place, tokens in enumerate(lengths) for cut in stretches(place, tokens, reach, causal)]
    sizes = [sum(lengths[cut.dialogue][cut.first : cut.last]) for cut in cuts]
    for places in alike(sizes, BATCH_TOKENS, BATCH_PAIRS):
        batch = [cuts[place] for place in places]
        rows = [dialogues[each.dialogue][each.first : each.last] for each in batch]
        inputs = pad_tokens(rows, [speakers[each.dialogue][each.first : each.last] for each in batch])
        vectors = reader(*(tensor.to(device) for tensor in inputs[:4]), causal=causal).float().cpu()
        for row, each in zip(vectors, batch, strict=True):
            embeddings[each.dialogue][each.start : each.stop] = row[each.start - each.first : each.stop - each.first]
    return embeddings


@torch.no_grad()
def read_alone(reader: Reader, dialogues: Sequence[Sequence[Tensor]]) -> list[list[Tensor]]:
    """N dialogues of T utterances, each of its tokens (L,) -> the same of states (L,E), shared by equal utterances."""
    alone, device = Alone(reader), reader.word.weight.device
    keys = [[[*pieces_of(utterance)] for utterance in dialogue] for dialogue in dialogues]
    distinct = list(dict.fromkeys(key for dialogue in keys for utterance in dialogue for key in utterance))
    states: dict[tuple[int, ...], Tensor] = {}
    for places in alike([len(key) for key in distinct], ALONE_TOKENS):
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
