"""From conversations to the baseline without context: triplets of isolated utterances."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from reproduction.isolated.model import IsolatedModel, Subnetwork, embed_texts
from reproduction.isolated.siamese import LinearSubnetwork, RecurrentSubnetwork, SiameseNetwork
from reproduction.isolated.words import IndexedTexts, WordVectors
from sentemo.errors import BadInput, UsageError
from sentemo.evaluation.metrics import IntArray
from sentemo.evaluation.triplet import Triplets, draw_triplets
from sentemo.heads import Neighbours, Prototypes
from sentemo.training.fitting import Watchers
from sentemo.training.heads import STORED_PER_LABEL
from sentemo.training.objectives import check_finite
from sentemo.training.state import Progress
from sentemo.types import Conversation, LabelSet

Kind = Literal["linear", "lstm"]
SUBNETWORKS: Mapping[str, Callable[[int, int], Subnetwork]] = {
    "linear": LinearSubnetwork,
    "lstm": RecurrentSubnetwork,
}


@dataclass(frozen=True)
class IsolatedSettings:
    """How a sub-network is trained."""

    margin: float = 0.2
    """Margin of the triplet loss."""
    learning_rate: float = 1e-3
    """Learning rate of Adam."""
    batch: int = 256
    """Triplets in a batch."""
    triplets: int = 50_000
    """Triplets drawn for an epoch."""
    epochs: int = 5
    """Epochs."""
    clip: float = 1.0
    """Largest norm of a gradient."""
    space_dim: int = 128
    """Z, dimension of the emotion space."""


SETTINGS: Mapping[str, IsolatedSettings] = {
    "linear": IsolatedSettings(),
    "lstm": IsolatedSettings(learning_rate=3e-3, batch=128, triplets=12_800, epochs=9),
}
"""What suits each kind on DailyDialog, within minutes on one thread."""


@dataclass(frozen=True)
class LabelledTexts:
    """The labelled utterances of a split: distinct texts, and per utterance its text's position and label, (N,)."""

    texts: IndexedTexts
    rows: IntArray
    gold: IntArray


def fit_isolated(
    kind: Kind,
    labels: LabelSet,
    train: Sequence[Conversation],
    vectors: WordVectors,
    *,
    seed: int = 0,
    settings: IsolatedSettings | None = None,
    watchers: Watchers | None = None,
) -> IsolatedModel:
    """Train a siamese network on random triplets, and fit prototypes and nearest neighbours.

    Neutral is a label as any other. Raises `BadInput` for a split that gives no triplet or holds an unknown label,
    `UsageError` for an unknown kind.
    """
    if kind not in SUBNETWORKS:
        raise UsageError(f"Unknown sub-network {kind!r}", f"Use one of: {', '.join(SUBNETWORKS)}")
    settings, watchers = settings or SETTINGS[kind], watchers or Watchers()
    torch.manual_seed(seed)
    subnetwork = SUBNETWORKS[kind](vectors.dimension, settings.space_dim)
    data = read_texts(train, labels, vectors)
    subnetwork.standardize.fit(torch.from_numpy(data.texts.vectors[1:]))
    train_siamese(SiameseNetwork(subnetwork), data, settings, seed, watchers)
    prototypes, neighbours = fit_isolated_heads(subnetwork, data, len(labels), seed)
    return IsolatedModel(vectors, subnetwork, labels, prototypes, neighbours)


def read_texts(conversations: Sequence[Conversation], labels: LabelSet, vectors: WordVectors) -> LabelledTexts:
    """Index the labelled utterances; raise `BadInput` where there is none."""
    turns = [turn for conversation in conversations for turn in conversation if turn.label is not None]
    if not turns:
        raise BadInput("The training split has no labelled utterance", "Give one with labels")
    row: dict[str, int] = {}
    rows = np.array([row.setdefault(turn.text, len(row)) for turn in turns])
    gold = np.array([labels.index(turn.label or "") for turn in turns])
    return LabelledTexts(vectors.index(list(row)), rows, gold)


def train_siamese(
    network: SiameseNetwork, data: LabelledTexts, settings: IsolatedSettings, seed: int, watchers: Watchers
) -> None:
    """Minimise max(d(a,p) - d(a,n) + margin, 0) over random triplets, drawn anew for each epoch (section 3).

    Labels are drawn before utterances, so a rare label anchors as many triplets as neutral (section 4).
    """
    optimiser = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
    steps = -(-settings.triplets // settings.batch)
    network.train()
    for epoch in range(settings.epochs):
        drawn = draw_triplets(data.gold, settings.triplets, np.random.default_rng([seed, epoch]))
        progress = Progress(epoch)
        for batch in _batches(data, drawn, settings.batch):
            progress.loss_sum += _step(network, optimiser, batch, settings, f"epoch {epoch + 1}")
            progress.step += 1
            if watchers.on_step:
                watchers.on_step(progress, steps)
        if watchers.on_epoch:
            watchers.on_epoch({"epoch": epoch + 1, "loss": round(progress.loss_sum / steps, 4)})


def _step(
    network: SiameseNetwork,
    optimiser: torch.optim.Optimizer,
    batch: tuple[Tensor, Tensor],
    settings: IsolatedSettings,
    where: str,
) -> float:
    anchors, positives, negatives = network(*batch)
    loss = F.triplet_margin_loss(anchors, positives, negatives, settings.margin)
    optimiser.zero_grad()
    loss.backward()
    norm = nn.utils.clip_grad_norm_(network.parameters(), settings.clip)
    check_finite(loss, norm, where)
    optimiser.step()
    return loss.item()


def _batches(data: LabelledTexts, drawn: Triplets, size: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield batches of anchors, positives and negatives: words (3,N,W,E) and lengths (3,N)."""
    sides = data.rows[np.stack([drawn.anchors, drawn.positives, drawn.negatives])]
    for start in range(0, sides.shape[1], size):
        words, lengths = data.texts.batch(sides[:, start : start + size])
        yield torch.from_numpy(words), torch.from_numpy(lengths)


def fit_isolated_heads(
    subnetwork: Subnetwork, data: LabelledTexts, n_labels: int, seed: int
) -> tuple[Prototypes, Neighbours]:
    """Fit prototypes on all training points, and neighbours on a seeded, balanced sample of them."""
    points, gold = embed_texts(subnetwork, data.texts)[data.rows], torch.from_numpy(data.gold)
    means = torch.stack(
        [points[gold == label].mean(0) if (gold == label).any() else points[0] * 0 for label in range(n_labels)]
    )
    order = torch.randperm(len(gold), generator=torch.Generator().manual_seed(seed))
    chosen = torch.cat([order[gold[order] == label][:STORED_PER_LABEL] for label in range(n_labels)])
    scores = np.zeros((len(chosen), n_labels), np.float32)  # there is no classifier
    neighbours = Neighbours(points[chosen].numpy(), gold[chosen].numpy(), scores)
    return Prototypes(means.numpy()), neighbours
