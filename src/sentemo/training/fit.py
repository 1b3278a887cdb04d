"""From conversations to a model."""

from __future__ import annotations

import datetime
import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from sentemo.artifacts.atomic import cannot_write
from sentemo.encoders.encoder import Encoder, load_encoder
from sentemo.encoders.identity import OnProgress
from sentemo.encoders.reader import DialogueReader
from sentemo.encoders.sentence import find_folder
from sentemo.errors import BadInput, UsageError
from sentemo.model import SentEmoContext
from sentemo.network.heads import Neighbours, Prototypes
from sentemo.network.reading import ReadingNetwork
from sentemo.training.decision import fit_decision
from sentemo.training.dialogues import (
    UNLABELLED,
    EncodedDialogues,
    LabelledDialogues,
    acts_of,
    encode_dialogues,
    tokenise_dialogues,
)
from sentemo.training.rates import Trainable
from sentemo.training.recipe import EncoderChoice, Recipe
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


@dataclass(frozen=True)
class Source:
    """Another corpus to train on first, with labels of its own."""

    labels: LabelSet
    split: Split


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
    sources: Mapping[str, Source] | None = None,
    watchers: Watchers | None = None,
) -> SentEmoContext:
    """Encode, train, and fit the prototype and nearest-neighbour heads.

    With a folder, log and checkpoints go there and a stopped training goes on; the caller holds its lock. `sources`
    holds the corpora that the recipe names to train on first. Raises `BadInput` for a training split without labels,
    `UsageError` for a folder of another training, or a source that is not given.
    """
    watchers = watchers or Watchers()
    encoder = encoder or choose_encoder(recipe.encoder)
    start = _train_on_sources(recipe, sources or {}, encoder, seed, device, folder, watchers)
    dropped = labels.neutral if recipe.batches.drop_neutral else None
    labels = LabelSet(labels.emotions) if dropped else labels
    data = _encode(train, encoder, recipe.encoder, labels, dropped, watchers.on_encode)
    if recipe.batches.isolated:
        data = isolated(data)
    decision = fit_decision(recipe, data, None if labels.neutral is None else labels.index(labels.neutral))
    held_out = None
    if validation is not None:
        held_out = _encode(validation, encoder, recipe.encoder, labels, dropped, watchers.on_encode)
    splits = [*(sources or {}).values()]
    digest = fingerprint(recipe, labels, seed, train, validation, encoder, [each.split for each in splits])
    trainer = Trainer(
        recipe,
        labels,
        data,
        held_out,
        seed=seed,
        device=device,
        folder=RunFolder(folder, digest) if folder else None,
        reader=encoder.module if isinstance(encoder, DialogueReader) else None,
        start=start,
        decision=decision,
        on_step=watchers.on_step,
        on_epoch=watchers.on_epoch,
    )
    network = trainer.train()
    with trainer.arithmetic():
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
    if trainer.act_loss is not None:
        facts["second task"] = f"dialogue acts: {', '.join(acts_of(train.conversations))}"
    if recipe.sources.corpora:
        facts["trained first on"] = ", ".join(recipe.sources.corpora)
    if isinstance(network, ReadingNetwork):
        tuned = encoder.tuned(network.reader) if isinstance(encoder, DialogueReader) else encoder
        return SentEmoContext(tuned, network.network, labels, prototypes, neighbours, facts, decision)
    return SentEmoContext(encoder, network, labels, prototypes, neighbours, facts, decision)


def choose_encoder(choice: EncoderChoice) -> Encoder:
    """Load the encoder that a recipe names; raise `UsageError` for settings that don't go together."""
    if not choice.tuned:
        return load_encoder(choice.name, choice.layers)
    if choice.layers:
        raise UsageError("A tuned encoder gives its last layer alone", "Set encoder.layers = []")
    window, max_tokens = choice.window, choice.max_tokens
    folder = find_folder(choice.name)
    return DialogueReader.start_from(folder, choice.name, alone=choice.alone, window=window, max_tokens=max_tokens)


def isolated(data: LabelledDialogues) -> LabelledDialogues:
    """Make every labelled utterance a dialogue of its own."""
    if not isinstance(data, EncodedDialogues):
        raise UsageError("Isolated utterances need a frozen encoder", "Set encoder.tuned = false")
    return data.isolated()


def _train_on_sources(
    recipe: Recipe,
    sources: Mapping[str, Source],
    encoder: Encoder,
    seed: int,
    device: str,
    folder: Path | None,
    watchers: Watchers,
) -> Trainable | None:
    """Train on each source in turn; each in a folder of its own, which a stopped training goes on with."""
    trained: Trainable | None = None
    for name in recipe.sources.corpora:
        if not isinstance(encoder, DialogueReader):
            raise UsageError(
                "Other corpora are for a tuned encoder", "Set encoder.tuned = true, or sources.corpora = []"
            )
        if name not in sources:
            raise UsageError(f"The recipe trains on {name} first, which is not there", f"Give its folder: {name}=DIR")
        source = sources[name]
        data = _encode(source.split, encoder, recipe.encoder, source.labels, None, watchers.on_encode)
        turns = sum(map(len, source.split.conversations)) / len(data)
        own = recipe.for_source(dialogues=max(1, round(recipe.sources.utterances / turns)))
        if folder:
            with cannot_write(folder):
                (folder / name).mkdir(exist_ok=True)
        digest = fingerprint(own, source.labels, seed, source.split, None, encoder, [])
        trainer = Trainer(
            own,
            source.labels,
            data,
            seed=seed,
            device=device,
            folder=RunFolder(folder / name, digest) if folder else None,
            reader=encoder.module,
            start=trained,
            on_step=watchers.on_step,
            on_epoch=watchers.on_epoch,
        )
        trained = trainer.train()
    return trained


def fit_heads(network: Trainable, data: LabelledDialogues, seed: int) -> tuple[Prototypes, Neighbours]:
    """Fit prototypes on all training points, and neighbours on a seeded, balanced sample of them."""
    network.eval()
    gold = torch.cat(data.gold)
    [labelled] = torch.where(gold != UNLABELLED)
    order = labelled[torch.randperm(len(labelled), generator=torch.Generator().manual_seed(seed))]
    chosen = torch.cat([order[gold[order] == label][:STORED_PER_LABEL] for label in range(data.n_labels)])
    means, features = _passed_through(network, data, chosen)
    prototypes = Prototypes(data.n_labels, means.shape[1])
    prototypes.fit(means, torch.arange(data.n_labels))
    neighbours = Neighbours(len(chosen), features.shape[1], data.n_labels)
    neighbours.fit(features, gold[chosen])
    return prototypes, neighbours


def _passed_through(network: Trainable, data: LabelledDialogues, chosen: Tensor) -> tuple[Tensor, Tensor]:
    """The labels' mean points (C,Z), and the features (N,F) of the chosen turns of all; holds a part at a time."""
    sums = torch.zeros(data.n_labels, network.shape.space_dim, dtype=torch.double)
    features = torch.empty(len(chosen), data.embedding_dim + network.shape.space_dim)
    in_order, places = chosen.sort()
    first = 0
    for output, gold in zip(data.outputs(network), data.gold, strict=True):
        is_labelled = gold != UNLABELLED
        sums.index_add_(0, gold[is_labelled], output.points[is_labelled].double())
        low, high = torch.searchsorted(in_order, torch.tensor([first, first + len(gold)])).tolist()
        features[places[low:high]] = output.features[in_order[low:high] - first].float()
        first += len(gold)
    means = sums / torch.from_numpy(data.label_counts()).clamp_min(1)[:, None]
    return means.float(), features


def fingerprint(
    recipe: Recipe,
    labels: LabelSet,
    seed: int,
    train: Split,
    validation: Split | None,
    encoder: Encoder,
    sources: Sequence[Split] = (),
) -> str:
    """Digest all that decides a training's result."""
    acts = [[turn.act for turn in talk] for talk in train.conversations] if recipe.objective.act_weight else []
    settings = [recipe.to_toml(), labels.names, labels.neutral, seed, encoder.identity.key, acts]
    splits = [digest_of(split) for split in (train, validation, *sources) if split]
    return hashlib.sha256(json.dumps([*settings, *splits]).encode()).hexdigest()


def digest_of(split: Split) -> str:
    """Digest what a split holds: texts, labels, and who speaks when."""
    digest = hashlib.sha256()
    for conversation in split.conversations:
        turns = [[turn.text, turn.label] for turn in conversation]
        digest.update(json.dumps([turns, conversation.speaker_numbers()]).encode())
    return digest.hexdigest()


def _encode(
    split: Split,
    encoder: Encoder,
    choice: EncoderChoice,
    labels: LabelSet,
    dropped: str | None,
    on_progress: OnProgress | None,
) -> LabelledDialogues:
    data: LabelledDialogues
    if isinstance(encoder, DialogueReader):
        data = tokens = tokenise_dialogues(split.conversations, encoder, labels, drop=dropped)
        if choice.frozen_layers >= max(encoder.module.shape.alone, 1) and not choice.word_dropout:
            data = tokens.read_alone(encoder.module)
    else:
        data = encode_dialogues(split.conversations, encoder, labels, drop=dropped, on_progress=on_progress)
    if not len(data) or not data.label_counts().sum():
        raise BadInput(f"The split {split.name} has no labelled utterance", "Give one with labels")
    return data
