"""Small models with random weights, for the tests of this folder and of the model itself."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import torch
from torch import nn

from sentemo.encoders.encoder import Encoder
from sentemo.encoders.hashing import HashingEncoder
from sentemo.model import SentEmoContext
from sentemo.network.features import features
from sentemo.network.heads import Neighbours, Prototypes
from sentemo.network.network import Network
from sentemo.network.shape import NetworkShape
from tests.dialogues import FOUR


def random_model(seed: int = 0, *, encoder: Encoder | None = None, heads: bool = True, **sizes: Any) -> SentEmoContext:
    """Make a model for four labels; `sizes` go over those of its small network."""
    encoder = encoder or HashingEncoder(16)
    small = {"context_dim": 16, "space_dim": 8, "layers": 2, "heads": 2, "window": 3}
    shape = NetworkShape(embedding_dim=encoder.identity.dimension, labels=len(FOUR), **(small | sizes))
    torch.manual_seed(seed)
    network = Network(shape)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.normal_(std=0.4)
    prototypes, neighbours = (
        Prototypes(len(FOUR), shape.space_dim),
        Neighbours(12, shape.embedding_dim + shape.space_dim, len(FOUR)),
    )
    points = nn.functional.normalize(torch.randn(12, shape.space_dim), dim=-1)
    prototypes.fit(points, torch.arange(12) % 4)
    embeddings = torch.randn(12, shape.embedding_dim)
    neighbours.fit(features(embeddings, points), torch.arange(12) % 4)
    facts = {"corpus": "templates", "seed": seed, "figures": "| label | F1 |\n|---|---|\n| anger | 12.3 |"}
    if not heads:
        return SentEmoContext(encoder, network, FOUR, facts=facts)
    return SentEmoContext(encoder, network, FOUR, prototypes, neighbours, facts)


def tensors_of(model: SentEmoContext) -> dict[str, torch.Tensor]:
    """Give every tensor of a model by name."""
    return {
        prefix + name: tensor for prefix, part in model.modules().items() for name, tensor in part.state_dict().items()
    }


def fingerprint_of(model: SentEmoContext) -> str:
    """Digest every tensor of a model."""
    digest = hashlib.sha256()
    for name, tensor in sorted(tensors_of(model).items()):
        digest.update(name.encode() + tensor.numpy().tobytes())
    return digest.hexdigest()


def save_for_ever(folder: Path, seeds: tuple[int, int]) -> None:
    """Save two models in turn until killed; run in a process of its own."""
    models = [random_model(seed) for seed in seeds]
    while True:
        for model in models:
            model.save_pretrained(folder)
