"""Run a reader over dialogues of any number and length."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from sentemo.network.cuts import alike, stretches
from sentemo.network.reader import Reader
from sentemo.network.tokens import pad_tokens

BATCH_TOKENS = 2048  # tokens of one batch, padding counted; larger ones leave the processor's cache
BATCH_PAIRS = 2**22  # pairs of tokens that attend to each other in one batch: bounds memory


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
