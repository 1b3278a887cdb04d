"""The training loop: short, seeded, and exact when resumed."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from sentemo.encoders.reader import DialogueReader
from sentemo.errors import UsageError
from sentemo.judgement import Rule
from sentemo.network.batch import TokenBatch, mask_words
from sentemo.network.network import Network
from sentemo.network.reader import ReadingNetwork
from sentemo.network.shape import NetworkShape
from sentemo.training import parallel
from sentemo.training.dialogues import (
    UNLABELLED,
    EncodedDialogues,
    LabelledDialogues,
    TokenisedDialogues,
    TrainingBatch,
    measure_network,
)
from sentemo.training.mixture import MixedDialogues, MixtureLoss, MixtureSampler
from sentemo.training.objectives import ClassLoss, ContrastLoss, TripletLoss, check_finite, flatten
from sentemo.training.parallel import DialogueSampler, pretrain
from sentemo.training.rates import Trainable, freeze, has_bfloat16, parameter_groups, rate
from sentemo.training.recipe import Recipe
from sentemo.training.run_folder import RunFolder
from sentemo.training.state import Progress, pack, unpack
from sentemo.types import LabelSet

OnStep = Callable[[Progress, int], None]
"""Called after each step with the progress and the number of steps per epoch."""
OnEpoch = Callable[[dict[str, Any]], None]
"""Called after each epoch with its log row."""


@dataclass
class Trainer:
    """Train a network on encoded dialogues, or reader and network on tokens (paper, section 3 and figure 2).

    With a validation split, each epoch is evaluated on it; with a run folder, each epoch writes a log row and a
    checkpoint, and an interrupted training resumes to byte-identical weights (on a CPU, with the same number of
    threads).
    """

    recipe: Recipe
    labels: LabelSet
    data: LabelledDialogues
    validation: LabelledDialogues | None = None
    seed: int = 0
    device: str = "cpu"
    folder: RunFolder | None = None
    start: DialogueReader | None = None
    """The initial encoder to fine-tune, with its network if it has one; both are copied, not modified."""
    decision: Rule | None = None
    """How labels are chosen when evaluating the validation split."""
    on_step: OnStep | None = None
    on_epoch: OnEpoch | None = None

    def __post_init__(self) -> None:
        self.parts = self.recipe.batches.accumulate * parallel.processes()
        if self.parts > 1 and self.recipe.objective.two_passes:
            raise UsageError("A batch can't be processed both in parts and in two passes", "Set batches.accumulate = 1")
        if self.recipe.contrast.memory and parallel.processes() > 1:
            raise UsageError("Each process would remember other points", "Set contrast.memory = 0, or train in one")
        if self.recipe.schedule.cycles > self.recipe.schedule.epochs:
            raise UsageError("There are more cycles than epochs", "Raise schedule.epochs")
        torch.manual_seed(self.seed)
        recipe, labels = self.recipe, self.labels
        neutral = None if labels.neutral is None else labels.index(labels.neutral)
        self.network = self._build(replace(recipe.network, embedding_dim=self.data.embedding_dim, labels=len(labels)))
        self.frozen = freeze(self.network, recipe.encoder.frozen_layers)
        self.sampler: DialogueSampler | MixtureSampler
        self.mixture_loss: MixtureLoss | None = None
        if isinstance(self.data, MixedDialogues):
            self.sampler = MixtureSampler(self.data, recipe.mixture, self.seed)
            weight = recipe.mixture.multi_label_weight
            self.mixture_loss = MixtureLoss(self.data, self.sampler.chance, recipe.network.space_dim, weight)
        else:
            self.sampler = DialogueSampler(self.data, recipe.batches, self.seed, neutral)
        self.class_loss = ClassLoss(recipe.objective, self.data.label_counts())
        self.triplet_loss = TripletLoss(recipe.objective)
        self.contrast_loss = ContrastLoss(
            recipe.contrast, len(labels), recipe.network.space_dim, recipe.objective.per_label
        )
        self.beside = nn.ModuleList([self.contrast_loss, *([self.mixture_loss] if self.mixture_loss else [])])
        self.progress = Progress()

    def _build(self, shape: NetworkShape) -> Trainable:
        trained = self.start.network if self.start else None
        if trained is not None:  # the recipe's dropout, the model's sizes
            sizes = {"labels": shape.labels, "dropout": shape.dropout, "input_dropout": shape.input_dropout}
            shape = NetworkShape(**asdict(trained.shape) | sizes)
        try:
            network = Network(shape)
        except ValueError as error:
            raise UsageError(f"The recipe's sizes make no network: {error}", "Change its [network]") from error
        if self.recipe.encoder.standardize and isinstance(self.data, EncodedDialogues):
            network.context.standardize.fit(self.data.embeddings)
        if trained is not None:
            network.context.load_state_dict(trained.context.state_dict())
            network.space.load_state_dict(trained.space.state_dict())
        return ReadingNetwork(copy.deepcopy(self.start.module), network) if self.start is not None else network

    def train(self) -> Trainable:
        """Train to the end of the schedule and return the network that the recipe says to keep."""
        self._begin()
        while self.progress.epoch < self.recipe.schedule.epochs and not self._out_of_patience():
            self._epoch()
        kept = self.best if self.recipe.schedule.keep_best and self.validation is not None else self.averaged
        return kept.cpu().eval()

    def _begin(self) -> None:
        """Start from scratch, or from the run folder's checkpoint."""
        schedule = self.recipe.schedule
        saved = self.folder.load() if self.folder else None
        if saved is None and self.recipe.pretraining.epochs:
            if not isinstance(self.network, Network) or not isinstance(self.data, EncodedDialogues):
                raise UsageError("Pre-training needs a frozen encoder", "Set pretraining.epochs = 0")
            losses = pretrain(self.network, self.data, self.recipe)
            row = {"stage": "pretraining", "losses": [round(loss, 4) for loss in losses]}
            self._log(row)
            self._show(row)
        self.network.to(self.device)
        self.beside.to(self.device)
        self.averaged = copy.deepcopy(self.network)
        self.best = copy.deepcopy(self.network)
        self.optimiser = torch.optim.AdamW(
            parameter_groups(self.network, self.beside, schedule),
            weight_decay=schedule.weight_decay,
            fused=True,
        )
        self.modules: Mapping[str, nn.Module] = {
            "network": self.network,
            "averaged": self.averaged,
            "best": self.best,
            "beside": self.beside,
        }
        if saved is not None:
            tensors, self.progress = saved
            unpack(tensors, self.modules, self.optimiser, self.frozen)

    def _epoch(self) -> None:
        batches = self.sampler.epoch(self.progress.epoch)
        for dialogues in batches[self.progress.step :]:
            self.progress.loss_sum += self._step(dialogues)
            self.progress.step += 1
            if self.on_step and parallel.number() == 0:
                self.on_step(self.progress, len(batches))
            if self.folder and self.folder.is_due():
                self._save()
        if self.recipe.schedule.cycles:
            self._end_cycle()
        row = {"stage": "training", "epoch": self.progress.epoch + 1}
        row["loss"] = round(self.progress.loss_sum / len(batches), 5)
        self.progress = replace(self.progress, epoch=self.progress.epoch + 1, step=0, loss_sum=0.0)
        if self.validation is not None:
            row |= self._validate(self.validation)
        self._log(row)
        self._save()  # before it is shown, so that an epoch that users saw is never lost
        self._show(row)

    def _step(self, dialogues: Sequence[int]) -> float:
        """Take one step on the sum of both losses, or one on each in turn; return the sum."""
        self.network.train()
        self._set_rate()
        rng = np.random.default_rng([self.seed, self.progress.epoch, self.progress.step])
        causal = rng.random() < self.recipe.batches.causal_share
        if self.parts > 1:
            return self._accumulated_step(parallel.divide(dialogues, self.parts), causal)
        total = 0.0
        for losses in self._losses(self.data.batch(dialogues), causal):
            loss = torch.stack(losses).sum()
            if not loss.requires_grad:  # a batch without triplets
                continue
            self.optimiser.zero_grad()
            loss.backward()
            self._descend(loss)
            total += loss.item()
        self._average()
        return total

    def _accumulated_step(self, parts: Sequence[Sequence[int]], causal: bool) -> float:
        """Take one step on the losses of all parts, weighted by labelled turns; processes share the parts."""
        labelled = [sum(int((self.data.gold[i] != UNLABELLED).sum()) for i in part) for part in parts]
        total = torch.zeros((), device=self.device)
        self.optimiser.zero_grad()
        for place in range(parallel.number(), len(parts), parallel.processes()):
            for losses in self._losses(self.data.batch(parts[place]), causal):
                loss = torch.stack(losses).sum() * labelled[place] / max(sum(labelled), 1)
                if loss.requires_grad:
                    loss.backward()
                    total += loss.detach()
        parallel.add_gradients(p for group in self.optimiser.param_groups for p in group["params"])
        self._descend(parallel.add(total))
        self._average()
        return total.item()

    def _descend(self, loss: Tensor) -> None:
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.schedule.clip)
        check_finite(loss, norm, f"epoch {self.progress.epoch + 1}, step {self.progress.step + 1}")
        self.optimiser.step()

    def _losses(self, batch: TrainingBatch, causal: bool) -> Iterator[list[Tensor]]:
        """Yield the losses of each pass; before a second pass the network has already stepped on the first."""
        objective = self.recipe.objective
        gold, points = self._points(batch, causal)
        if not len(gold):
            return
        with self.arithmetic():
            scores = self.network.head(points)
        if self.mixture_loss is not None:
            yield [self.mixture_loss(scores.float(), points, gold)]
            return
        losses = [self.class_loss(scores.float(), gold)]
        if objective.triplet_weight:
            if objective.two_passes:
                yield losses
                losses = []
                gold, points = self._points(batch, causal)
            second = self._points(batch, causal)[-1] if self.triplet_loss.needs_second_view else None
            losses.append(objective.triplet_weight * self.triplet_loss(points, gold, second))
        if self.recipe.contrast.weight:
            losses.append(self.recipe.contrast.weight * self.contrast_loss(points, gold))
        yield losses

    def _points(self, batch: TrainingBatch, causal: bool) -> tuple[Tensor, Tensor]:
        """Return gold labels (N,) and points (N,Z) of a batch's labelled turns, with the current network."""
        inputs, masked = batch.inputs, self.recipe.encoder.word_dropout
        if masked and isinstance(inputs, TokenBatch) and isinstance(self.data, TokenisedDialogues):
            inputs = mask_words(inputs, masked, self.data.mask)
        with self.arithmetic():
            points = self.network.points(*(tensor.to(self.device) for tensor in inputs), causal=causal)
        gold, points = flatten(batch.gold.to(self.device), points.float())
        return gold, points

    def arithmetic(self) -> torch.autocast:
        """Return autocast to bfloat16 if the recipe allows it and the machine supports it."""
        kind = torch.device(self.device).type
        fast = self.recipe.schedule.precision == "auto" and has_bfloat16(kind)
        return torch.autocast(kind, torch.bfloat16, enabled=fast)

    def _set_rate(self) -> None:
        done = min(self.progress.step / self.sampler.batches_per_epoch, 0.999)  # a mixture's epochs differ a little
        epochs = self.progress.epoch + done
        for group in self.optimiser.param_groups:
            group["lr"] = group["peak"] * rate(epochs, self.recipe.schedule)

    def _average(self) -> None:
        """Move the averaged weights towards the current ones, faster in the first steps; not with cycles."""
        if self.recipe.schedule.cycles:
            return
        done = self.progress.epoch * self.sampler.batches_per_epoch + self.progress.step + 1
        self._move_average(1 - min(self.recipe.schedule.average, (1 + done) / (10 + done)))

    def _end_cycle(self) -> None:
        """Average the weights at the ends of cycles; before the first cycle, use the weights themselves."""
        schedule = self.recipe.schedule
        ended = self.progress.epoch + 1 - (schedule.epochs - schedule.cycles)
        self._move_average(1 / max(ended, 1))

    def _move_average(self, share: float) -> None:
        with torch.no_grad():
            for averaged, new in zip(self.averaged.parameters(), self.network.parameters(), strict=True):
                if new.requires_grad:
                    averaged.lerp_(new, share)

    def _validate(self, validation: LabelledDialogues) -> dict[str, float]:
        with self.arithmetic():
            figures = measure_network(self.averaged, validation, self.labels, self.decision)
        if figures["mcc"] > self.progress.best_mcc:
            self.progress.best_mcc, self.progress.best_epoch = figures["mcc"], self.progress.epoch
            self.best.load_state_dict(self.averaged.state_dict())
        names = ("macro_f1_no_neutral", "micro_f1_no_neutral", "mcc")
        return {name: round(figures[name], 4) for name in names}

    def _out_of_patience(self) -> bool:
        waited = self.progress.epoch - self.progress.best_epoch
        return self.validation is not None and waited >= self.recipe.schedule.patience

    def _log(self, row: dict[str, Any]) -> None:
        if self.folder and parallel.number() == 0:
            self.folder.log(row)

    def _show(self, row: dict[str, Any]) -> None:
        if self.on_epoch and parallel.number() == 0:
            self.on_epoch(row)

    def _save(self) -> None:
        if self.folder and parallel.number() == 0:
            tensors = pack(self.modules, self.optimiser, self.frozen)
            self.folder.save(tensors, self.progress)
