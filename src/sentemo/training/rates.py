"""What is trained, how fast, and in which arithmetic."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import nn

from sentemo.network.network import Network
from sentemo.network.reader import ReadingNetwork
from sentemo.training.recipe import Schedule

Trainable = Network | ReadingNetwork


def rate(epochs: float, schedule: Schedule) -> float:
    """Share of the peak learning rates after so many epochs: linear up, then along a cosine to 0.

    With cycles, down to `cycle_rate` before the first; each falls along a cosine from there to 0 (Loshchilov and
    Hutter 2017), and the weights at their ends are averaged (Izmailov et al. 2018).
    """
    before = schedule.epochs - schedule.cycles
    least = schedule.cycle_rate if schedule.cycles else 0.0
    if schedule.cycles and epochs >= before:
        return max(least * 0.5 * (1 + math.cos(math.pi * (epochs % 1))), 0.01)
    done = epochs / before
    if done < schedule.warmup:
        return 0.04 + 0.96 * done / schedule.warmup
    return least + (1 - least) * 0.5 * (1 + math.cos(math.pi * (done - schedule.warmup) / (1 - schedule.warmup)))


def freeze(network: nn.Module, layers: int) -> frozenset[str]:
    """Hold a reader's word embeddings, and below some layer everything, where they are; give their names."""
    if not isinstance(network, ReadingNetwork):
        return frozenset()
    reader = network.reader
    held = [reader.word, *([reader.place, reader.norm] if layers else []), *reader.layers[:layers]]
    for module in held:
        module.requires_grad_(False)
    return frozenset(name for name, parameter in network.named_parameters() if not parameter.requires_grad)


def parameter_groups(network: Trainable, beside: nn.Module, schedule: Schedule) -> list[dict[str, Any]]:
    """The parameters that are trained, by their peak learning rate; those beside the network serve its losses."""
    parts: list[tuple[nn.Module, float]] = [(network, schedule.learning_rate)]
    if isinstance(network, ReadingNetwork):
        parts = [(network.reader, schedule.encoder_learning_rate), (network.network, schedule.learning_rate)]
    if any(True for _ in beside.parameters()):
        parts.append((beside, schedule.learning_rate))
    return [
        {"params": [p for p in part.parameters() if p.requires_grad], "lr": peak, "peak": peak} for part, peak in parts
    ]


def has_bfloat16(kind: str) -> bool:
    """Tell whether a kind of device multiplies bfloat16 faster than float32."""
    return torch.cpu._is_avx512_bf16_supported() if kind == "cpu" else torch.cuda.is_bf16_supported()
