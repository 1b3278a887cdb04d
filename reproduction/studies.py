"""The paper's ablations: the imbalance study of section 5.3, the comparison of section 5.1."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from pathlib import Path

from reproduction.exhibit import Exhibit
from reproduction.figures.pictures import ForestRow, plot_forest
from reproduction.lab import Lab
from reproduction.measured import Measured
from reproduction.systems import STANDARD, TRIPLET, imbalance_study, section_5_1
from reproduction.trial import RECORD

FIGURES = ("macro_f1_no_neutral", "micro_f1_no_neutral", "mcc", "precision", "recall")
COLUMNS = ("macro-F1*", "micro-F1*", "MCC", "precision*", "recall*", "`triplet` macro-F1*", "seeds")


def imbalance(lab: Lab, folder: Path, epochs: int) -> Exhibit:
    """Switch the balanced sampler, the weighted loss and the triplets on and off in all eight ways."""
    rows, data, lines = [], [], []
    for (sampler, weights, triplets), system in imbalance_study(epochs).items():
        standard, triplet = lab.measured(system, STANDARD), lab.measured(system, TRIPLET)
        marks = tuple("on" if is_on else "off" for is_on in (sampler, weights, triplets))
        rows.append((*marks, *_cells(standard, triplet)))
        lines.append(ForestRow.of(system.title, standard.figures))
        switches = {"sampler": sampler, "weights": weights, "triplets": triplets}
        data.append({**switches, "standard": standard.to_json(), "triplet": triplet.to_json()})
    plot_forest(lines[::-1], folder / "imbalance.png")
    columns = ("balanced sampler", "weighted loss", "triplets", *COLUMNS)
    title, notes = "Imbalance study (section 5.3)", (_note(lab, epochs, IMBALANCE),)
    return Exhibit("imbalance", title, columns, tuple(reversed(rows)), data[::-1], notes, ("imbalance.png",))


def ablation(lab: Lab, folder: Path, epochs: int) -> Exhibit:
    """Switch context, triplets and pre-training off in turn."""
    rows, data, lines = [], [], []
    for system in section_5_1(epochs):
        standard, triplet = lab.measured(system, STANDARD), lab.measured(system, TRIPLET)
        rows.append((system.title, *_cells(standard, triplet)))
        lines.append(ForestRow.of(system.title, standard.figures))
        data.append({"system": system.title, "standard": standard.to_json(), "triplet": triplet.to_json()})
    plot_forest(lines, folder / "ablation.png")
    title, notes = "Ablation of the parts (section 5.1)", (_note(lab, epochs, ABLATION),)
    return Exhibit("ablation", title, ("system", *COLUMNS), tuple(rows), data, notes, ("ablation.png",))


def isolated(lab: Lab, measured: Sequence[Measured]) -> Exhibit:
    """Lay out the baseline on isolated utterances, by the protocol that it was published with and by `standard`."""
    names = ("macro_f1_no_neutral", "micro_f1_no_neutral", "mcc")
    rows = tuple((row.system, f"`{row.protocol}`", *(row.cell(name) for name in names)) for row in measured)
    columns = ("system", "protocol", "macro-F1*", "micro-F1*", "MCC")
    title = "Isolated utterances (section 3)"
    words = (
        f"On {lab.ground.measured.name}, mean ± sd over seeds. An utterance is its first 20 words, as tweets are "
        "split, in FastText vectors of 300 dimensions; one sub-network reads anchor, positive and negative. Chance "
        "under `triplet` is 50 / 50 / 0.417 with seven labels, and the figure is not to be read beside `standard`. "
        "The paper gives no figures for this baseline."
    )
    return Exhibit("isolated", title, columns, rows, [row.to_json() for row in measured], (words,))


def _cells(standard: Measured, triplet: Measured) -> tuple[str, ...]:
    seeds = str(standard.figures["mcc"].n) if standard.figures else "0"
    return (*(standard.cell(name) for name in FIGURES), triplet.cell("macro_f1_no_neutral"), seeds)


def timings(lab: Lab) -> Exhibit:
    """Say how long the trainings took that are there, by system."""
    rows, data = [], []
    for folder in sorted((lab.out / "trials" / lab.ground.corpus).glob("*/")):
        facts = [json.loads(path.read_text(encoding="utf-8"))["facts"] for path in sorted(folder.glob(f"*/{RECORD}"))]
        whole = [fact["seconds"] for fact in facts if fact["seconds"] is not None]
        if whole:
            threads = sorted({fact["threads"] for fact in facts})
            middle = f"{statistics.median(whole):.0f}"
            spread = f"{min(whole):.0f} to {max(whole):.0f}"
            rows.append((folder.name, str(len(whole)), ", ".join(map(str, threads)), middle, spread))
            data.append({"system": folder.name, "seconds": whole, "threads": threads})
    columns = ("system", "trainings", "threads", "seconds, median", "lowest to highest")
    words = (
        "Seconds of a training from cached embeddings: reading them, all epochs, a validation after each. Trainings "
        "that were stopped and went on are left out. Other work on the machine makes them longer: upper bounds."
    )
    return Exhibit("timings", "How long it took", columns, tuple(rows), data, (words,))


IMBALANCE = (
    "The sampler draws dialogues, and in pre-training utterances, by inverse label frequency; the weighted loss counts "
    "the frequencies that remain in each batch; triplets are drawn from at most 16 utterances of each label."
)
ABLATION = (
    "Without context every utterance stands alone, and knows neither its place nor its speaker; without all three, "
    "what is left is a classifier of isolated utterances on dialogue batches."
)


def _note(lab: Lab, epochs: int, words: str) -> str:
    return (
        f"Recipe `paper` on all-MiniLM-L6-v2, {epochs} epochs, mean ± sd over seeds, protocol `standard` on "
        f"{lab.ground.measured.name} but for `triplet`; precision* and recall* are averages over the emotions. " + words
    )
