"""Several processes that train one network, as `torchrun` starts them; each takes a part of every batch."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import distributed, nn


@contextmanager
def joined(device: str) -> Iterator[str]:
    """Join the processes that `torchrun` started, and give this one's device; alone, give the device as it is."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield device
        return
    if device.startswith("cuda"):
        device = f"cuda:{os.environ['LOCAL_RANK']}"
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    try:
        yield device
        distributed.barrier()
    finally:
        distributed.destroy_process_group()


def processes() -> int:
    """How many train together; 1 alone."""
    return distributed.get_world_size() if distributed.is_initialized() else 1


def number() -> int:
    """Which of them this one is, from 0; the first alone writes and speaks."""
    return distributed.get_rank() if distributed.is_initialized() else 0


def divide(items: Sequence[int], parts: int) -> list[Sequence[int]]:
    """Divide into at most so many parts of like size."""
    size = -(-len(items) // parts)
    return [items[start : start + size] for start in range(0, len(items), size)]


def add(value: torch.Tensor) -> torch.Tensor:
    """Sum a number over the processes."""
    if processes() > 1:
        distributed.all_reduce(value)
    return value


def add_gradients(parameters: Iterable[nn.Parameter]) -> None:
    """Sum each gradient over the processes; one that had no part of the batch adds nothing."""
    if processes() == 1:
        return
    for parameter in parameters:
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
        distributed.all_reduce(parameter.grad)
