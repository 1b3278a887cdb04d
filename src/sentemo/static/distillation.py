"""Distil a trained model to a static one."""

from __future__ import annotations

import datetime
import platform
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor

from sentemo import __version__
from sentemo.encoders.reader import DialogueReader
from sentemo.errors import BadInput, UsageError
from sentemo.inference.modules import modules_of
from sentemo.judgement import Rule
from sentemo.model import SentEmoContext
from sentemo.static.folder import FORMAT, Static
from sentemo.static.module import StaticModule, TurnBatch, Turns, start_table, token_outputs
from sentemo.training.dialogues import UNLABELLED
from sentemo.types import Conversation, Prediction


@dataclass(frozen=True)
class Distillation:
    """Sizes and schedule; docs/fast.md has the measurements behind them."""

    width: int = 256
    """D, dimension of a token vector; at most that of the encoder."""
    hidden: int = 256
    """H, width of the hidden layer."""
    reach: int = 8
    """W, turns on either side that are read as context; a power of 2."""
    gold: float = 0.2
    """The weight of gold labels in the loss; the rest is that of the model's probabilities."""
    epochs: int = 10
    dialogues: int = 64
    """Dialogues in a batch."""
    table_rate: float = 2e-3
    """Adam's peak learning rate for the token vectors; it decays to 0."""
    rate: float = 2e-3
    """The peak learning rate for the network."""
    dropout: float = 0.3
    word_dropout: float = 0.1
    """The share of tokens to mask."""
    causal_share: float = 0.3
    """The share of batches read without later turns."""


OnStep = Callable[[int, int], None]
"""Called after each step with its number and the total."""


@dataclass(frozen=True)
class Distilled:
    """The parts of a static model to be written."""

    static: Static
    module: StaticModule
    tokenizer: Tokenizer


def distil(
    model: SentEmoContext,
    conversations: Sequence[Conversation],
    answers: Sequence[Prediction],
    settings: Distillation | None = None,
    *,
    corpora: Sequence[str] = (),
    seed: int = 0,
    source: str = "",
    on_step: OnStep = lambda step, steps: None,
) -> Distilled:
    """Train a static model on labelled conversations and the predictions of a model (or its export) for them.

    `corpora` are the names of the corpora, `source` is the SHA-256 of the model's manifest. Raises `UsageError` if
    the model's encoder was not tuned, `BadInput` if no turn has a label.
    """
    settings = settings or Distillation()
    reader = modules_of(model.runner).encoder
    if not isinstance(reader, DialogueReader):
        raise UsageError("Only a model that was tuned as a whole can be distilled", "Train one with --recipe best")
    turns = Turns.of(conversations, answers, reader.pieces, model.labels)
    if not turns.labelled:
        raise BadInput("No turn of the conversations has a label", "Give a labelled split")
    torch.manual_seed(seed)
    outputs = token_outputs(reader)
    table = start_table(outputs, turns.counts(len(outputs)), settings.width)
    module = StaticModule(table, settings.hidden, settings.reach, len(model.labels), settings.dropout)
    rule = _rule(model)
    _train(module, turns, settings, rule, reader.mask, seed, on_step)
    static = Static(
        format=FORMAT,
        sentemo=__version__,
        source=source,
        labels=list(model.labels.names),
        neutral=model.labels.neutral,
        max_tokens=reader.module.shape.max_tokens,
        vocabulary=len(table),
        width=table.shape[1],
        hidden=settings.hidden,
        reach=settings.reach,
        prior=[*rule.prior],
        temperature=rule.temperature,
        facts=_facts(model, corpora, seed, settings.epochs),
    )
    return Distilled(static, module.eval(), reader.tokenizer)


def _rule(model: SentEmoContext) -> Rule:
    """Return the model's rule; the plain one if its labels were learnt from examples or renamed."""
    own = model.decision is not None and model.adapted is None and not model.label_of
    return model.decision if own and model.decision is not None else Rule((0.0,) * len(model.labels), 1.0)


def _train(
    module: StaticModule,
    turns: Turns,
    settings: Distillation,
    rule: Rule,
    mask: int,
    seed: int,
    on_step: OnStep,
) -> None:
    others = [parameter for name, parameter in module.named_parameters() if name != "table"]
    steps = settings.epochs * -(-len(turns) // settings.dialogues)
    optimisers: list[torch.optim.Optimizer] = [
        torch.optim.SparseAdam([module.table], settings.table_rate),  # a batch uses few of its rows
        torch.optim.Adam(others, settings.rate),
    ]
    trained = [(each, torch.optim.lr_scheduler.LambdaLR(each, lambda step: pace(step, steps))) for each in optimisers]
    rng = torch.Generator().manual_seed(seed)
    module.train()
    for step, batch in enumerate(_batches(turns, settings, mask, rng), 1):
        loss = loss_of(module(batch.tokens, batch.lengths, batch.around), batch, rule, settings.gold)
        module.zero_grad()
        loss.backward()
        for optimiser, schedule in trained:
            optimiser.step()
            schedule.step()
        on_step(step, steps)


def pace(step: int, steps: int) -> float:
    """Return the share of the peak rate at a step, from 0: it rises for a tenth of the steps, then decays to 0."""
    rising = max(1.0, steps / 10)
    return min((step + 1) / rising, (steps - step) / (steps - rising + 1))


def _batches(turns: Turns, settings: Distillation, mask: int, rng: torch.Generator) -> Iterator[TurnBatch]:
    """Yield every dialogue once per epoch, with some tokens masked and some batches without later turns."""
    for _ in range(settings.epochs):
        for dialogues in torch.randperm(len(turns), generator=rng).split(settings.dialogues):
            batch = turns.batch(dialogues.tolist(), settings.reach)
            masked = torch.rand(len(batch.tokens), generator=rng) < settings.word_dropout
            batch = batch._replace(tokens=batch.tokens.masked_fill(masked, mask))
            if torch.rand((), generator=rng) < settings.causal_share:
                batch.around[:, settings.reach :] = len(batch.gold)
            yield batch


def loss_of(scores: Tensor, batch: TurnBatch, rule: Rule, gold: float) -> Tensor:
    """(N,C) scores -> scalar: cross-entropy of the calibrated probabilities with gold labels and the model's."""
    logs = ((scores + torch.tensor(rule.prior)) / rule.temperature).log_softmax(-1)
    taught = -(batch.taught * logs).sum(-1).mean()
    if not gold or not (batch.gold != UNLABELLED).any():
        return taught
    return gold * F.nll_loss(logs, batch.gold, ignore_index=UNLABELLED) + (1 - gold) * taught


def _facts(model: SentEmoContext, corpora: Sequence[str], seed: int, epochs: int) -> dict[str, Any]:
    known = model.facts.get
    return {
        "distilled from": f"a model of recipe {known('recipe', 'unknown')}, seed {known('seed', 'unknown')}",
        "corpora": [*dict.fromkeys([*(known("corpora") or [known("corpus", "")]), *corpora])],
        **({"label shares": known("label shares")} if known("label shares") else {}),
        "seed": seed,
        "epochs": epochs,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": f"{platform.machine()}, torch {torch.__version__}, {torch.get_num_threads()} threads",
    }
