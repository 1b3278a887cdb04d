"""The training loop: short, seeded, and exact when resumed."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from sentemo.errors import UsageError
from sentemo.evaluation.metrics import measure
from sentemo.network.inference import run
from sentemo.network.network import Network
from sentemo.training.dialogues import UNLABELLED, EncodedDialogues, TrainingBatch
from sentemo.training.objectives import ClassLoss, TripletLoss, check_finite, flatten
from sentemo.training.pretrain import pretrain
from sentemo.training.recipe import Recipe, Schedule
from sentemo.training.run_folder import RunFolder
from sentemo.training.sampler import DialogueSampler
from sentemo.training.state import Progress, pack, unpack
from sentemo.types import LabelSet

OnStep = Callable[[Progress, int], None]
"""Called after each step with the progress and the steps of an epoch."""
OnEpoch = Callable[[dict[str, Any]], None]
"""Called after each epoch with its row of the log."""


@dataclass
class Trainer:
    """Train a network on encoded dialogues (paper, section 3 and figure 2).

    With a validation split, each epoch is measured on it; with a run folder, each epoch leaves a log row and a
    checkpoint, and a training that was stopped goes on from there to the same weights, byte for byte (on a CPU, at the
    same number of threads).
    """

    recipe: Recipe
    labels: LabelSet
    data: EncodedDialogues
    validation: EncodedDialogues | None = None
    seed: int = 0
    device: str = "cpu"
    folder: RunFolder | None = None
    on_step: OnStep | None = None
    on_epoch: OnEpoch | None = None

    def __post_init__(self) -> None:
        torch.manual_seed(self.seed)
        recipe, labels = self.recipe, self.labels
        neutral = None if labels.neutral is None else labels.index(labels.neutral)
        shape = replace(recipe.network, embedding_dim=self.data.embeddings.shape[1], labels=len(labels))
        try:
            self.network = Network(shape)
        except ValueError as error:
            raise UsageError(f"The recipe's sizes make no network: {error}", "Change its [network]") from error
        if recipe.encoder.standardize:
            self.network.context.standardize.fit(self.data.embeddings)
        self.sampler = DialogueSampler(self.data, recipe.batches, self.seed, neutral)
        self.class_loss = ClassLoss(recipe.objective, self.data.label_counts())
        self.triplet_loss = TripletLoss(recipe.objective)
        self.progress = Progress()

    def train(self) -> Network:
        """Train to the end of the schedule and give the network that the recipe says to keep."""
        self._begin()
        while self.progress.epoch < self.recipe.schedule.epochs and not self._out_of_patience():
            self._epoch()
        kept = self.best if self.recipe.schedule.keep_best and self.validation is not None else self.averaged
        return kept.cpu().eval()

    def _begin(self) -> None:
        """Start afresh, or where the run folder's checkpoint stands."""
        schedule = self.recipe.schedule
        saved = self.folder.load() if self.folder else None
        if saved is None and self.recipe.pretraining.epochs:
            losses = pretrain(self.network, self.data, self.recipe)
            row = {"stage": "pretraining", "losses": [round(loss, 4) for loss in losses]}
            self._log(row)
            self._show(row)
        self.network.to(self.device)
        self.averaged = copy.deepcopy(self.network)
        self.best = copy.deepcopy(self.network)
        self.optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=schedule.learning_rate, weight_decay=schedule.weight_decay, fused=True
        )
        if saved is not None:
            tensors, self.progress = saved
            unpack(tensors, self.network, self.averaged, self.best, self.optimiser)

    def _epoch(self) -> None:
        batches = self.sampler.epoch(self.progress.epoch)
        for dialogues in batches[self.progress.step :]:
            self.progress.loss_sum += self._step(self.data.batch(dialogues))
            self.progress.step += 1
            if self.on_step:
                self.on_step(self.progress, len(batches))
            if self.folder and self.folder.is_due():
                self._save()
        row = {"stage": "training", "epoch": self.progress.epoch + 1}
        row["loss"] = round(self.progress.loss_sum / len(batches), 5)
        self.progress = replace(self.progress, epoch=self.progress.epoch + 1, step=0, loss_sum=0.0)
        if self.validation is not None:
            row |= self._validate(self.validation)
        self._log(row)
        self._save()  # before it is shown, so that an epoch that a person saw is never lost
        self._show(row)

    def _step(self, batch: TrainingBatch) -> float:
        """One step on the sum of both losses, or two steps in turn; gives the sum."""
        self.network.train()
        self._set_rate()
        rng = np.random.default_rng([self.seed, self.progress.epoch, self.progress.step])
        causal = rng.random() < self.recipe.batches.causal_share
        total = 0.0
        for losses in self._losses(batch, causal):
            loss = torch.stack(losses).sum()
            if not loss.requires_grad:  # a batch without any triplet
                continue
            self.optimiser.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.schedule.clip)
            check_finite(loss, norm, f"epoch {self.progress.epoch + 1}, step {self.progress.step + 1}")
            self.optimiser.step()
            total += loss.item()
        self._average()
        return total

    def _losses(self, batch: TrainingBatch, causal: bool) -> Iterator[list[Tensor]]:
        """The losses of each pass; in a second pass the network has already stepped on the first."""
        objective = self.recipe.objective
        gold, points = self._points(batch, causal)
        if not len(gold):
            return
        losses = [self.class_loss(self.network.head(points), gold)]
        if objective.triplet_weight:
            if objective.two_passes:
                yield losses
                losses = []
                gold, points = self._points(batch, causal)
            second = self._points(batch, causal)[1] if self.triplet_loss.needs_second_view else None
            losses.append(objective.triplet_weight * self.triplet_loss(points, gold, second))
        yield losses

    def _points(self, batch: TrainingBatch, causal: bool) -> tuple[Tensor, Tensor]:
        """Gold labels (N,) and points (N,Z) of a batch's labelled turns, with the network as it stands now."""
        inputs = (tensor.to(self.device) for tensor in batch.inputs)
        gold, points = flatten(batch.gold.to(self.device), self.network.points(*inputs, causal=causal))
        return gold, points

    def _set_rate(self) -> None:
        schedule, steps = self.recipe.schedule, self.sampler.batches_per_epoch
        done = self.progress.epoch * steps + self.progress.step
        for group in self.optimiser.param_groups:
            group["lr"] = schedule.learning_rate * rate(done / (steps * schedule.epochs), schedule)

    def _average(self) -> None:
        """Move the averaged weights towards the new ones, faster in the first steps."""
        done = self.progress.epoch * self.sampler.batches_per_epoch + self.progress.step + 1
        decay = min(self.recipe.schedule.average, (1 + done) / (10 + done))
        with torch.no_grad():
            for averaged, new in zip(self.averaged.parameters(), self.network.parameters(), strict=True):
                averaged.lerp_(new, 1 - decay)

    def _validate(self, validation: EncodedDialogues) -> dict[str, float]:
        figures = measure_network(self.averaged, validation, self.labels)
        if figures["mcc"] > self.progress.best_mcc:
            self.progress.best_mcc, self.progress.best_epoch = figures["mcc"], self.progress.epoch
            self.best.load_state_dict(self.averaged.state_dict())
        names = ("macro_f1_no_neutral", "micro_f1_no_neutral", "mcc")
        return {name: round(figures[name], 4) for name in names}

    def _out_of_patience(self) -> bool:
        waited = self.progress.epoch - self.progress.best_epoch
        return self.validation is not None and waited >= self.recipe.schedule.patience

    def _log(self, row: dict[str, Any]) -> None:
        if self.folder:
            self.folder.log(row)

    def _show(self, row: dict[str, Any]) -> None:
        if self.on_epoch:
            self.on_epoch(row)

    def _save(self) -> None:
        if self.folder:
            self.folder.save(pack(self.network, self.averaged, self.best, self.optimiser), self.progress)


def rate(done: float, schedule: Schedule) -> float:
    """Share of the peak learning rate after a share of the steps: linear up, then along a cosine to 0."""
    if done < schedule.warmup:
        return 0.04 + 0.96 * done / schedule.warmup
    return 0.5 * (1 + math.cos(math.pi * (done - schedule.warmup) / (1 - schedule.warmup)))


def measure_network(network: Network, data: EncodedDialogues, labels: LabelSet) -> dict[str, float]:
    """Measure a network on the labelled utterances of a split, protocol `standard`."""
    network.eval()
    outputs = run(network, [data.embeddings[rows] for rows in data.rows], data.speakers)
    gold = torch.cat(data.gold)
    predicted = torch.cat([output.scores for output in outputs]).argmax(-1)
    labelled = gold != UNLABELLED
    metrics = measure(gold=gold[labelled].numpy(), predicted=predicted[labelled].numpy(), labels=labels)
    return dict(metrics.figures)
