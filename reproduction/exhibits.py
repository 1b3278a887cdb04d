"""Every exhibit by its name: what it trains, what it measures, what it writes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reproduction import gallery, studies
from reproduction.comparison import comparison
from reproduction.exhibit import Exhibit
from reproduction.figures.figure4 import figure4
from reproduction.ground import ENCODERS
from reproduction.isolated.system import SiameseSystem
from reproduction.isolated.training import SETTINGS
from reproduction.lab import Lab, System
from reproduction.systems import (
    EMOTIONS,
    LAST,
    NEIGHBOURS,
    PROTOTYPES,
    STANDARD,
    TRIPLET,
    Measurement,
    NetworkSystem,
    contextual,
    direct,
    imbalance_study,
    section_5_1,
    tuned,
)
from reproduction.tables.table1 import table1
from reproduction.tables.table2 import table2
from reproduction.tables.table3 import table3
from reproduction.tables.table4 import table4
from reproduction.tables.table5 import Description, describe_encoder, describe_model, table5
from sentemo.errors import UsageError
from sentemo.files import cannot_write, write_bytes

SIAMESE = (SiameseSystem("linear", SETTINGS["linear"]), SiameseSystem("lstm", SETTINGS["lstm"]))


@dataclass(frozen=True)
class Order:
    """Where exhibits are made, and how long the ablations train."""

    lab: Lab
    ablation_epochs: int = 5

    @property
    def folder(self) -> Path:
        """Where they are written, next to each other."""
        return self.lab.out / self.lab.ground.corpus


def show(name: str, order: Order) -> Exhibit:
    """Make an exhibit, write its Markdown, JSON and pictures, and renew report.md of all that are there."""
    with cannot_write(order.folder):
        order.folder.mkdir(parents=True, exist_ok=True)
    exhibit = EXHIBITS[name](order)
    write_bytes(order.folder / f"{name}.json", (json.dumps(exhibit.to_json(), indent=1) + "\n").encode())
    write_bytes(order.folder / f"{name}.md", exhibit.to_markdown().encode())
    written = [path for known in EXHIBITS if (path := order.folder / f"{known}.md").is_file()]
    pages = [f"# {order.lab.ground.corpus}, measured on {order.lab.ground.measured.name}\n"]
    pages += [path.read_text(encoding="utf-8") for path in written]
    write_bytes(order.folder / "report.md", "\n".join(pages).encode())
    return exhibit


def names_of(asked: Sequence[str], corpus: str) -> tuple[str, ...]:
    """Return the exhibits that are asked for and that a corpus has, in the order in which they are made."""
    known = [name for name in EXHIBITS if corpus == "dailydialog" or name not in DAILYDIALOG_ONLY]
    if unknown := [name for name in asked if name not in known and name != "all"]:
        raise UsageError(f"Unknown exhibit {unknown[0]!r} of {corpus}", f"Use all, or some of: {', '.join(known)}")
    return tuple(name for name in known if "all" in asked or name in asked)


def system_names() -> set[str]:
    """Return the names of all systems, as their folders and `--runs` have them."""
    alone = [direct(encoder, neutral=neutral) for encoder in ("minilm", "mpnet") for neutral in (True, False)]
    parts = (*imbalance_study(1).values(), *section_5_1(1))
    systems: list[System] = [tuned(), *map(contextual, ENCODERS), *alone, *parts, *SIAMESE]
    return {system.name for system in systems}


def _table1(order: Order) -> Exhibit:
    return table1(order.lab.ground.splits, order.lab.ground.labels)


def _figure4(order: Order) -> Exhibit:
    return figure4(order.lab.ground.splits, order.lab.ground.labels, order.folder)


def _isolated(order: Order) -> Exhibit:
    measured = [order.lab.measured(system, x) for system in SIAMESE for x in (TRIPLET, PROTOTYPES, NEIGHBOURS)]
    return studies.isolated(order.lab, measured)


def _table3(order: Order) -> Exhibit:
    asked: list[tuple[NetworkSystem, Measurement]] = []
    for encoder in ("minilm", "mpnet"):
        emotions, every = direct(encoder, neutral=False), direct(encoder, neutral=True)
        asked += [(emotions, EMOTIONS), (every, EMOTIONS), (every, STANDARD)]
    asked += [(system, x) for system in (contextual("minilm"), tuned()) for x in (EMOTIONS, STANDARD)]
    return table3([order.lab.measured(system, measurement) for system, measurement in asked])


def _table2(order: Order) -> Exhibit:
    lab = order.lab
    context: list[System] = [*map(contextual, ENCODERS), tuned()]
    alone = [direct("minilm", neutral=True), direct("mpnet", neutral=True)]
    standard = [lab.measured(system, STANDARD) for system in (*context, *alone)]
    standard += [lab.measured(system, PROTOTYPES) for system in SIAMESE]
    forced = [lab.measured(system, TRIPLET) for system in (*context, *SIAMESE)]
    raw = [lab.raw("minilm"), lab.raw("mpnet")]
    return table2([*standard, *forced, *raw], lab.ground.corpus)


def _table4(order: Order) -> Exhibit:
    return table4([order.lab.measured(system, LAST) for system in (contextual("minilm"), tuned())])


def _table5(order: Order) -> Exhibit:
    return table5([*(_encoder(order.lab, key) for key in ENCODERS), *(_model(order.lab, s) for s in _described())])


def _described() -> tuple[NetworkSystem, ...]:
    return (contextual("minilm"), contextual("mpnet"), tuned())


def _encoder(lab: Lab, key: str) -> Description:
    reason = lab.why_not(contextual(key))
    return (
        Description(ENCODERS[key], why_not=reason)
        if reason
        else describe_encoder(lab.ground.encoder(key), ENCODERS[key])
    )


def _model(lab: Lab, system: NetworkSystem) -> Description:
    if reason := lab.why_not(system):
        return Description(system.title, why_not=reason)
    return describe_model(lab.model(system), system.title, lab.folder(system, 0) / "model")


def _context(order: Order) -> Exhibit:
    rivals = (direct("minilm", neutral=True), direct("mpnet", neutral=True), *SIAMESE)
    return comparison(order.lab, (contextual("minilm"), tuned()), rivals)


EXHIBITS: Mapping[str, Callable[[Order], Exhibit]] = {
    "table-1": _table1,
    "figure-4": _figure4,
    "isolated": _isolated,
    "table-3": _table3,
    "table-2": _table2,
    "context": _context,
    "table-4": _table4,
    "table-5": _table5,
    "imbalance": lambda order: studies.imbalance(order.lab, order.folder, order.ablation_epochs),
    "ablation": lambda order: studies.ablation(order.lab, order.folder, order.ablation_epochs),
    "figure-1": lambda order: gallery.figure1(order.lab, order.folder),
    "pictures": lambda order: gallery.pictures(order.lab, order.folder),
    "dialogues": lambda order: gallery.dialogues(order.lab, order.folder),
    "timings": lambda order: studies.timings(order.lab),
}
"""In the order in which `all` makes them."""

DAILYDIALOG_ONLY = ("table-1", "figure-4", "table-3", "table-4", "table-5")
"""What the paper publishes of DailyDialog alone."""
