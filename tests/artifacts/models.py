"""Small models with random weights, for the tests of this folder and of the model itself."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray
from torch import nn

from sentemo.artifacts.pretrained import heads_of
from sentemo.encoders.hashing import HashingEncoder
from sentemo.encoders.reader import AnyEncoder
from sentemo.heads import Neighbours, Prototypes
from sentemo.inference.modules import Modules
from sentemo.model import SentEmoContext
from sentemo.network.network import Network, features
from sentemo.network.shape import NetworkShape
from tests.dialogues import FOUR


def random_model(
    seed: int = 0, *, encoder: AnyEncoder | None = None, heads: bool = True, **sizes: Any
) -> SentEmoContext:
    """Make a model for four labels; `sizes` go over those of its small network."""
    encoder = encoder or HashingEncoder(16)
    small = {"context_dim": 16, "space_dim": 8, "layers": 2, "heads": 2, "window": 3}
    shape = NetworkShape(embedding_dim=encoder.identity.dimension, labels=len(FOUR), **(small | sizes))
    torch.manual_seed(seed)
    network = Network(shape)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.normal_(std=0.4)
    points = nn.functional.normalize(torch.randn(12, shape.space_dim), dim=-1)
    embeddings = torch.randn(12, shape.embedding_dim)
    gold = torch.arange(12) % 4
    means = torch.stack([points[gold == label].mean(0) for label in range(4)])
    with torch.no_grad():
        scores = network.head(points)
    stored = (features(embeddings, points), gold, scores)
    facts = {"corpus": "templates", "seed": seed, "figures": "| label | F1 |\n|---|---|\n| anger | 12.3 |"}
    runner = Modules(encoder, network)
    if not heads:
        return SentEmoContext(runner, FOUR, facts=facts)
    neighbours = Neighbours(*(tensor.numpy() for tensor in stored))
    return SentEmoContext(runner, FOUR, Prototypes(means.numpy()), neighbours, facts)


def arrays_of(model: SentEmoContext) -> dict[str, NDArray[Any]]:
    """Give every array of a model that runs with torch, by name."""
    trained = {
        prefix + name: tensor.numpy()
        for prefix, part in model.runner.trained.items()
        for name, tensor in part.state_dict().items()
    }
    return trained | heads_of(model)


def fingerprint_of(model: SentEmoContext) -> str:
    """Digest every array of a model, and what decides with them."""
    digest = hashlib.sha256(repr(model.decision).encode())
    for name, array in sorted(arrays_of(model).items()):
        digest.update(name.encode() + array.tobytes())
    return digest.hexdigest()


def save_for_ever(folder: Path, seeds: tuple[int, int]) -> None:
    """Save two models in turn until killed; run in a process of its own."""
    models = [random_model(seed) for seed in seeds]
    while True:
        for model in models:
            model.save_pretrained(folder)
