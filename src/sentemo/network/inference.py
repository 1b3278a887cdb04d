"""Run a network over dialogues of any number and length."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from sentemo.network.batch import pad
from sentemo.network.cuts import alike
from sentemo.network.network import Network, NetworkOutput

BATCH_TURNS = 4096  # turns of one batch, padding counted


@torch.inference_mode()
def run(
    network: Network,
    utterances: Sequence[Tensor],
    speakers: Sequence[Tensor],
    *,
    causal: bool = False,
    first_turns: Sequence[int] | None = None,
) -> list[NetworkOutput]:
    """N tensors (T,E) and N tensors (T,) -> N outputs (T,C), (T,Z), (T,E+Z), in their order and without padding.

    Dialogues of like length share a batch; neither the batch nor its padding changes an answer.
    """
    device = next(network.parameters()).device
    outputs: list[NetworkOutput | None] = [None] * len(utterances)
    for rows in alike([len(turns) for turns in utterances], BATCH_TURNS):
        batch = pad([utterances[row] for row in rows], [speakers[row] for row in rows])
        first = torch.tensor([first_turns[row] if first_turns else 0 for row in rows])
        on_device = (tensor.to(device) for tensor in batch)
        output = network(*on_device, causal=causal, first_turn=first.to(device))
        for place, row in enumerate(rows):
            length = len(utterances[row])
            outputs[row] = NetworkOutput(*(tensor[place, :length].cpu() for tensor in output))
    return [output for output in outputs if output is not None]
