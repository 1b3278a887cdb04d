"""Learning rates, frozen layers, parameter groups and precision."""

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
    """Return the share of the peak learning rate after `epochs`: linear warm-up, then cosine decay to 0.

    With cycles, it decays to `cycle_rate` before the first; each cycle decays from there to 0 along a cosine
    (Loshchilov and Hutter 2017), and the weights at the ends of cycles are averaged (Izmailov et al. 2018).
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
    """Freeze a reader's word embeddings and its `layers` lowest layers; return the names of frozen parameters."""
    if not isinstance(network, ReadingNetwork):
        return frozenset()
    reader = network.reader
    held = [reader.word, *([reader.place, reader.norm] if layers else []), *reader.layers[:layers]]
    for module in held:
        module.requires_grad_(False)
    return frozenset(name for name, parameter in network.named_parameters() if not parameter.requires_grad)


def parameter_groups(network: Trainable, beside: nn.Module, schedule: Schedule) -> list[dict[str, Any]]:
    """Return the trained parameters, grouped by peak learning rate; `beside` has those of the losses."""
    parts: list[tuple[nn.Module, float]] = [(network, schedule.learning_rate)]
    if isinstance(network, ReadingNetwork):
        parts = [(network.reader, schedule.encoder_learning_rate), (network.network, schedule.learning_rate)]
    if any(True for _ in beside.parameters()):
        parts.append((beside, schedule.learning_rate))
    return [
        {"params": [p for p in part.parameters() if p.requires_grad], "lr": peak, "peak": peak} for part, peak in parts
    ]


def has_bfloat16(kind: str) -> bool:
    """Return whether a device type multiplies bfloat16 faster than float32."""
    return torch.cpu._is_avx512_bf16_supported() if kind == "cpu" else torch.cuda.is_bf16_supported()
