"""Train a model on conversations."""

from __future__ import annotations

import datetime
import hashlib
import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from sentemo.artifacts.hub import is_model
from sentemo.artifacts.trained import trained_reader
from sentemo.encoders.encoder import OnProgress
from sentemo.encoders.reader import AnyEncoder, DialogueReader
from sentemo.encoders.sentence import find_folder, load_encoder
from sentemo.errors import BadInput, UsageError
from sentemo.heads import OtherLabels
from sentemo.inference.modules import Modules
from sentemo.judgement import Rule
from sentemo.model import SentEmoContext
from sentemo.network.reader import ReadingNetwork
from sentemo.training.dialogues import (
    EncodedDialogues,
    LabelledDialogues,
    encode_dialogues,
    tokenise_dialogues,
)
from sentemo.training.heads import fit_decision, fit_heads, fit_label_head, own_features, stated_decision
from sentemo.training.mixture import MappedCorpus, mix
from sentemo.training.recipe import EncoderChoice, Recipe
from sentemo.training.run_folder import RunFolder
from sentemo.training.trainer import OnEpoch, OnStep, Trainer
from sentemo.types import Conversation, LabelSet

STORED_DIALOGUES = 6000  # of several corpora, from which prototypes and stored examples are taken


@dataclass(frozen=True)
class Watchers:
    """Callbacks for progress."""

    on_encode: OnProgress | None = None
    on_step: OnStep | None = None
    on_epoch: OnEpoch | None = None


@dataclass(frozen=True)
class Split:
    """Named conversations."""

    name: str
    conversations: Sequence[Conversation] = field(repr=False)


@dataclass(frozen=True)
class _Run:
    """The folder to train in, and the progress callbacks."""

    seed: int
    device: str
    folder: Path | None
    watchers: Watchers

    def trainer(
        self,
        recipe: Recipe,
        labels: LabelSet,
        data: LabelledDialogues,
        held_out: LabelledDialogues | None,
        decision: Rule | None,
        encoder: AnyEncoder,
        splits: Sequence[Split | None],
    ) -> Trainer:
        """Make the trainer of the given data."""
        digest = fingerprint(recipe, labels, self.seed, splits, encoder)
        return Trainer(
            recipe,
            labels,
            data,
            held_out,
            seed=self.seed,
            device=self.device,
            folder=RunFolder(self.folder, digest) if self.folder else None,
            start=encoder if isinstance(encoder, DialogueReader) else None,
            decision=decision,
            on_step=self.watchers.on_step,
            on_epoch=self.watchers.on_epoch,
        )


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
    encoder: AnyEncoder | None = None,
    watchers: Watchers | None = None,
) -> SentEmoContext:
    """Encode, train, and fit the prototype and nearest-neighbour heads.

    With a folder, log and checkpoints are written there and an interrupted training is resumed; the caller holds its
    lock. Raises `BadInput` for a training split without labels, `UsageError` for a folder of another training.
    """
    watchers = watchers or Watchers()
    encoder = encoder or choose_encoder(recipe.encoder)
    dropped = labels.neutral if recipe.batches.drop_neutral else None
    labels = LabelSet(labels.emotions) if dropped else labels
    data = _encode(train, encoder, recipe.encoder, labels, dropped, watchers.on_encode)
    if recipe.batches.isolated:
        data = isolated(data)
    decision = fit_decision(recipe, data, None if labels.neutral is None else labels.index(labels.neutral))
    held_out = None
    if validation is not None:
        held_out = _encode(validation, encoder, recipe.encoder, labels, dropped, watchers.on_encode)
    run = _Run(seed, device, folder, watchers)
    trainer = run.trainer(recipe, labels, data, held_out, decision, encoder, [train, validation])
    network = trainer.train()
    with trainer.arithmetic():
        prototypes, neighbours = fit_heads(network, data, seed)
    utterances = f"{data.label_counts().sum():,.0f} labelled utterances"
    facts = {
        "corpus": corpus,
        "split": f"{train.name}: {len(train.conversations):,} dialogues, {utterances}",
        **_facts(recipe, seed, trainer),
    }
    if isinstance(network, ReadingNetwork):
        tuned = encoder.tuned(network.reader) if isinstance(encoder, DialogueReader) else encoder
        runner = Modules(tuned, network.network)
    else:
        runner = Modules(encoder, network)
    return SentEmoContext(runner, labels, prototypes, neighbours, facts, decision)


def fit_mixture(
    recipe: Recipe,
    labels: LabelSet,
    corpora: Sequence[MappedCorpus],
    validation: Split | None = None,
    *,
    own_validation: Sequence[MappedCorpus] = (),
    seed: int = 0,
    device: str = "cpu",
    folder: Path | None = None,
    encoder: AnyEncoder | None = None,
    watchers: Watchers | None = None,
) -> SentEmoContext:
    """Train on several corpora at once, with a common label set (`mixture.py`).

    `validation` has labels of that set; `own_validation` is from the corpora whose own labels are learnt too, and is
    used to choose their thresholds. Folder, resuming and errors are as in `fit`; also raises `UsageError` if the recipe
    doesn't tune its encoder or has no label shares.
    """
    watchers = watchers or Watchers()
    encoder = encoder or choose_encoder(recipe.encoder)
    if not isinstance(encoder, DialogueReader):
        raise UsageError("Several corpora are for a tuned encoder", "Use --recipe everyday, or encoder.tuned = true")
    decision = stated_decision(recipe, len(labels))
    data = mix(corpora, labels, encoder, recipe.mixture)
    if is_frozen_below(recipe.encoder, encoder):
        data = data.read_alone(encoder.module)
    held_out = None
    if validation is not None:
        held_out = _encode(validation, encoder, recipe.encoder, labels, None, None)
    splits = [*(Split(each.name, each.conversations) for each in corpora), validation]
    trainer = _Run(seed, device, folder, watchers).trainer(recipe, labels, data, held_out, decision, encoder, splits)
    network = trainer.train()
    if not isinstance(network, ReadingNetwork):
        raise TypeError("a tuned encoder makes a reading network")
    with trainer.arithmetic():
        prototypes, neighbours = fit_heads(network, data.hard(STORED_DIALOGUES, seed), seed)
    facts = {
        "corpora": [each.name for each in corpora],
        "split": ", ".join(f"{each.name} {sum(map(len, each.conversations)):,} turns" for each in corpora),
        **_facts(recipe, seed, trainer),
        "label shares": dict(zip(labels.names, recipe.decision.shares, strict=True)),
    }
    held = {each.name: mix([each], labels, encoder, recipe.mixture) for each in own_validation}
    heads: dict[str, OtherLabels] = {}
    for each in corpora:
        if each.own_labels is not None and each.name in data.own_sets:
            dev = own_features(network, held[each.name], each.name) if each.name in held else None
            heads[each.name] = fit_label_head(each.own_labels, *own_features(network, data, each.name), dev)
    runner = Modules(encoder.tuned(network.reader), network.network)
    return SentEmoContext(runner, labels, prototypes, neighbours, facts, decision, heads=heads)


def _facts(recipe: Recipe, seed: int, trainer: Trainer) -> dict[str, Any]:
    return {
        "recipe": recipe.name,
        "seed": seed,
        "epochs": trainer.progress.epoch,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": f"{platform.machine()}, torch {torch.__version__}, {torch.get_num_threads()} threads",
    }


def is_frozen_below(choice: EncoderChoice, encoder: DialogueReader) -> bool:
    """Return whether the layers that read each utterance alone are frozen, so that they can be run once."""
    return choice.frozen_layers >= max(encoder.module.shape.alone, 1) and not choice.word_dropout


def choose_encoder(choice: EncoderChoice) -> AnyEncoder:
    """Load the encoder of a recipe, or the model that training starts from; raise `UsageError` for bad settings."""
    if not choice.tuned:
        return load_encoder(choice.name, choice.layers)
    if choice.layers:
        raise UsageError("A tuned encoder only returns its last layer", "Set encoder.layers = []")
    if is_model(choice.name):
        return trained_reader(choice.name)
    return DialogueReader.start_from(
        find_folder(choice.name),
        choice.name,
        alone=choice.alone,
        window=choice.window,
        max_tokens=choice.max_tokens,
        spelt=choice.spell_out,
    )


def isolated(data: LabelledDialogues) -> LabelledDialogues:
    """Make every labelled utterance a dialogue of its own."""
    if not isinstance(data, EncodedDialogues):
        raise UsageError("Isolated utterances need a frozen encoder", "Set encoder.tuned = false")
    return data.isolated()


def fingerprint(
    recipe: Recipe, labels: LabelSet, seed: int, splits: Sequence[Split | None], encoder: AnyEncoder
) -> str:
    """Hash everything that determines a training's result."""
    settings = [recipe.to_toml(), labels.names, labels.neutral, seed, encoder.identity.key]
    digests = [digest_of(split) for split in splits if split]
    return hashlib.sha256(json.dumps([*settings, *digests]).encode()).hexdigest()


def digest_of(split: Split) -> str:
    """Hash the contents of a split: texts, labels and speakers."""
    digest = hashlib.sha256()
    for conversation in split.conversations:
        turns = [[turn.text, turn.label, *turn.labels] for turn in conversation]
        digest.update(json.dumps([turns, conversation.speaker_numbers()]).encode())
    return digest.hexdigest()


def _encode(
    split: Split,
    encoder: AnyEncoder,
    choice: EncoderChoice,
    labels: LabelSet,
    dropped: str | None,
    on_progress: OnProgress | None,
) -> LabelledDialogues:
    data: LabelledDialogues
    if isinstance(encoder, DialogueReader):
        data = tokens = tokenise_dialogues(split.conversations, encoder, labels, drop=dropped)
        if is_frozen_below(choice, encoder):
            data = tokens.read_alone(encoder.module)
    else:
        data = encode_dialogues(split.conversations, encoder, labels, drop=dropped, on_progress=on_progress)
    if not len(data) or not data.label_counts().sum():
        raise BadInput(f"The split {split.name} has no labelled utterance", "Give one with labels")
    return data
