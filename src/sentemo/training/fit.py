"""From conversations to a model."""

from __future__ import annotations

import datetime
import hashlib
import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

from sentemo.encoders.encoder import Encoder, load_encoder
from sentemo.encoders.identity import OnProgress
from sentemo.errors import BadInput
from sentemo.model import SentEmoContext
from sentemo.network.heads import Neighbours, Prototypes
from sentemo.network.inference import run
from sentemo.network.network import Network
from sentemo.training.dialogues import UNLABELLED, EncodedDialogues, encode_dialogues
from sentemo.training.recipe import Recipe
from sentemo.training.run_folder import RunFolder
from sentemo.training.trainer import OnEpoch, OnStep, Trainer
from sentemo.types import Conversation, LabelSet

STORED_PER_LABEL = 100  # examples that the nearest-neighbour head keeps of each label


@dataclass(frozen=True)
class Watchers:
    """Who is told how far a training is."""

    on_encode: OnProgress | None = None
    on_step: OnStep | None = None
    on_epoch: OnEpoch | None = None


@dataclass(frozen=True)
class Split:
    """Named conversations."""

    name: str
    conversations: Sequence[Conversation] = field(repr=False)


def fit(
    recipe: Recipe,
    labels: LabelSet,
    train: Split,
    validation: Split | None = None,
    *,
    corpus: str = "",
    seed: int = 0,
    device: str = "cpu",
    folder: Path | None = None,
    encoder: Encoder | None = None,
    watchers: Watchers | None = None,
) -> SentEmoContext:
    """Encode, train, and fit the prototype and nearest-neighbour heads.

    With a folder, log and checkpoints go there and a stopped training goes on; the caller holds its lock. Raises
    `BadInput` for a training split without labels, `UsageError` for a folder of another training.
    """
    watchers = watchers or Watchers()
    encoder = encoder or load_encoder(recipe.encoder.name, recipe.encoder.layers)
    dropped = labels.neutral if recipe.batches.drop_neutral else None
    labels = LabelSet(labels.emotions) if dropped else labels
    data = _encode(train, encoder, labels, dropped, watchers.on_encode)
    data = data.isolated() if recipe.batches.isolated else data
    held_out = None if validation is None else _encode(validation, encoder, labels, dropped, watchers.on_encode)
    trainer = Trainer(
        recipe,
        labels,
        data,
        held_out,
        seed=seed,
        device=device,
        folder=RunFolder(folder, fingerprint(recipe, labels, seed, train, validation, encoder)) if folder else None,
        on_step=watchers.on_step,
        on_epoch=watchers.on_epoch,
    )
    network = trainer.train()
    prototypes, neighbours = fit_heads(network, data, seed)
    utterances = f"{data.label_counts().sum():,.0f} labelled utterances"
    facts = {
        "corpus": corpus,
        "split": f"{train.name}: {len(train.conversations):,} dialogues, {utterances}",
        "recipe": recipe.name,
        "seed": seed,
        "epochs": trainer.progress.epoch,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": f"{platform.machine()}, torch {torch.__version__}, {torch.get_num_threads()} threads",
    }
    return SentEmoContext(encoder, network, labels, prototypes, neighbours, facts)


def fit_heads(network: Network, data: EncodedDialogues, seed: int) -> tuple[Prototypes, Neighbours]:
    """Fit prototypes on all training points, and neighbours on a seeded, balanced sample of them."""
    network.eval()
    outputs = run(network, [data.embeddings[rows] for rows in data.rows], data.speakers)
    points, gold = torch.cat([output.points for output in outputs]), torch.cat(data.gold)
    points, gold = points[gold != UNLABELLED], gold[gold != UNLABELLED]
    prototypes = Prototypes(data.n_labels, points.shape[1])
    prototypes.fit(points, gold)
    order = torch.randperm(len(gold), generator=torch.Generator().manual_seed(seed))
    chosen = torch.cat([order[gold[order] == label][:STORED_PER_LABEL] for label in range(data.n_labels)])
    neighbours = Neighbours(len(chosen), points.shape[1], data.n_labels)
    neighbours.fit(points[chosen], gold[chosen])
    return prototypes, neighbours


def fingerprint(
    recipe: Recipe, labels: LabelSet, seed: int, train: Split, validation: Split | None, encoder: Encoder
) -> str:
    """Digest all that decides a training's result."""
    settings = [recipe.to_toml(), labels.names, labels.neutral, seed, encoder.identity.key]
    splits = [digest_of(split) for split in (train, validation) if split]
    return hashlib.sha256(json.dumps([*settings, *splits]).encode()).hexdigest()


def digest_of(split: Split) -> str:
    """Digest what a split holds: texts, labels, and who speaks when."""
    digest = hashlib.sha256()
    for conversation in split.conversations:
        turns = [[turn.text, turn.label] for turn in conversation]
        digest.update(json.dumps([turns, conversation.speaker_numbers()]).encode())
    return digest.hexdigest()


def _encode(
    split: Split, encoder: Encoder, labels: LabelSet, dropped: str | None, on_progress: OnProgress | None
) -> EncodedDialogues:
    data = encode_dialogues(split.conversations, encoder, labels, drop=dropped, on_progress=on_progress)
    if not len(data) or not data.label_counts().sum():
        raise BadInput(f"The split {split.name} has no labelled utterance", "Give one with labels")
    return data
