"""Where systems are trained and measured, once each; what is done is kept and taken up again."""

from __future__ import annotations

import datetime
import json
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch

from reproduction.ground import ENCODERS, Ground
from reproduction.measured import Measured
from reproduction.raw import RawSpace
from reproduction.systems import Measurement, NetworkSystem
from reproduction.trial import Trial, load_predictions, load_trial, save_trial
from sentemo import __version__
from sentemo.errors import BadModel, MissingExtra
from sentemo.evaluation.evaluate import evaluate
from sentemo.evaluation.metrics import FIGURES
from sentemo.evaluation.seeds import POOLED, Spread
from sentemo.files import cannot_write, locked
from sentemo.model import SentEmoContext
from sentemo.training.fitting import Watchers
from sentemo.types import Prediction

Watch = Callable[[str], AbstractContextManager[Watchers]]
"""Given what is trained, who is told how far it is."""


class System(Protocol):
    """Anything that can be trained and measured."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def measurements(self) -> tuple[Measurement, ...]: ...
    def prepare(self, ground: Ground) -> None: ...
    def fingerprint(self, ground: Ground, seed: int) -> str: ...
    def train(self, ground: Ground, seed: int, folder: Path, watchers: Watchers) -> Any:
        """Return a labeler and embedder whose `head` can be set."""
        ...


@dataclass
class Lab:
    """Train and measure systems on one corpus; every trial has its folder under `out`."""

    ground: Ground
    out: Path
    runs: Callable[[str], int]
    """How many seeds a system, by its name, is trained with."""
    watch: Watch
    _found: dict[tuple[str, int], Trial] = field(default_factory=dict, repr=False)

    def why_not(self, system: System) -> str:
        """Say why a system can't be run here; empty where it can."""
        try:
            system.prepare(self.ground)
        except (BadModel, MissingExtra) as error:
            return error.cause
        return ""

    def trials(self, system: System) -> list[Trial]:
        """Return the trials of a system, one a seed; those that aren't there yet are run."""
        return [self._trial(system, seed) for seed in range(self.runs(system.name))]

    def measured(self, system: System, measurement: Measurement) -> Measured:
        """Sum up a system's trials under one measurement."""
        named = system.title if measurement.head == "classifier" else f"{system.title}, {measurement.head}"
        row = named, measurement.protocol, self.ground.measured.name
        if reason := self.why_not(system):
            return Measured(*row, why_not=reason)
        emotions = self.ground.labels.emotions
        figures = [figures_of(trial.reports[measurement.key], emotions) for trial in self.trials(system)]
        names = [name for name in figures[0] if all(name in x for x in figures)]
        return Measured(*row, figures={name: Spread.of([x[name] for x in figures]) for name in names})

    def predictions(self, system: System, seed: int = 0) -> list[Prediction]:
        """Return the predictions of a trial for the measured split."""
        trial = self._trial(system, seed)
        return load_predictions(self.folder(system, seed), trial, self.ground.measured.conversations)

    def model(self, system: NetworkSystem) -> SentEmoContext:
        """Return the trained network of a system's first seed."""
        self._trial(system, 0)
        encoder = self.ground.encoder(system.encoder, system.recipe.encoder.layers)
        return SentEmoContext.from_pretrained(self.folder(system, 0) / "model", encoder=encoder)

    def log(self, system: NetworkSystem, seed: int) -> list[dict[str, Any]]:
        """Return the log rows of a trial's training."""
        self._trial(system, seed)
        lines = (self.folder(system, seed) / "log.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def raw(self, encoder: str, layers: tuple[int, ...] = ()) -> Measured:
        """Measure an encoder's own space, without any training, under `triplet`."""
        name, split = ENCODERS[encoder], self.ground.measured
        row = f"{name}, its own space", "triplet", split.name
        try:
            space = RawSpace(self.ground.encoder(encoder, layers).encode)
        except BadModel as error:
            return Measured(*row, why_not=error.cause)
        figures = evaluate(space, split.conversations, protocol="triplet", labels=self.ground.labels).metrics.figures
        return Measured(*row, figures={name: Spread.of([value]) for name, value in figures.items()})

    def folder(self, system: System, seed: int) -> Path:
        """Return the folder of a trial."""
        return self.out / "trials" / self.ground.corpus / system.name / f"seed-{seed}"

    def _trial(self, system: System, seed: int) -> Trial:
        if (system.name, seed) not in self._found:
            self._found[system.name, seed] = self._find_or_run(system, seed)
        return self._found[system.name, seed]

    def _find_or_run(self, system: System, seed: int) -> Trial:
        folder = self.folder(system, seed)
        fingerprint = system.fingerprint(self.ground, seed)
        found = load_trial(folder, fingerprint)
        if found is not None:
            return found
        with cannot_write(folder):
            folder.mkdir(parents=True, exist_ok=True)
        with locked(folder), self.watch(f"{system.name}, seed {seed}") as watchers:
            return load_trial(folder, fingerprint) or self._run(system, seed, folder, fingerprint, watchers)

    def _run(self, system: System, seed: int, folder: Path, fingerprint: str, watchers: Watchers) -> Trial:
        resumed = any(folder.glob("checkpoint*"))
        start = time.monotonic()
        model = system.train(self.ground, seed, folder, watchers)
        seconds = time.monotonic() - start
        if seed == 0 and isinstance(model, SentEmoContext):
            model.save_pretrained(folder / "model")
        reports = {x.key: self._measure(model, x) for x in system.measurements}
        facts = {
            "seconds": None if resumed else round(seconds, 1),
            "threads": torch.get_num_threads(),
            "machine": platform.machine(),
            "torch": torch.__version__,
            "sentemo": __version__,
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        }
        model.head = next(x.head for x in system.measurements if x.protocol != "triplet")
        trial = Trial(system.name, seed, fingerprint, reports, model.labels.names, facts)
        save_trial(folder, trial, model.predict(self.ground.measured.conversations))
        for path in sorted(folder.glob("checkpoint*")):  # the pointer, then what it points to
            path.unlink()
        return trial

    def _measure(self, model: Any, measurement: Measurement) -> dict[str, Any]:
        if measurement.protocol != "triplet":
            model.head = measurement.head
        report = evaluate(
            model,
            self.ground.measured.conversations,
            protocol=measurement.protocol,
            labels=self.ground.labels,
            corpus=self.ground.corpus,
            split=self.ground.measured.name,
        )
        return report.to_json()


def figures_of(report: Mapping[str, Any], emotions: Sequence[str]) -> dict[str, float]:
    """Read the figures of a report, and precision and recall: averaged over the emotions that are present, and pooled.

    Reports of older trials don't have the latter.
    """
    rows = [report["per_label"][name] for name in emotions if report["per_label"][name]["support"]]
    averages = {name: float(np.mean([row[name] for row in rows])) for name in ("precision", "recall")}
    pooled = {name: report[name] for name in POOLED if name in report}
    return {**{name: report[name] for name in FIGURES}, **averages, **pooled}
