"""Whether context helps: contextual systems against those that read an utterance alone, on the same utterances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reproduction.exhibit import Exhibit
from reproduction.lab import Lab, System
from sentemo.evaluation.bootstrap import Difference, paired_bootstrap
from sentemo.evaluation.protocols import read_predictions, select
from sentemo.evaluation.report import figure_cell

SHOWN = ("macro_f1_no_neutral", "micro_f1_no_neutral", "mcc")


def comparison(lab: Lab, contextual: Sequence[System], isolated: Sequence[System]) -> Exhibit:
    """Take the difference of each pair, with an interval of a paired bootstrap over dialogues."""
    rows: list[tuple[str, ...]] = []
    data: list[dict[str, Any]] = []
    for ours in contextual:
        for rival in isolated:
            if reason := lab.why_not(rival) or lab.why_not(ours):
                rows.append((ours.title, rival.title, *["not run"] * len(SHOWN), "–"))
                data.append({"system": ours.title, "against": rival.title, "not_run": reason})
                continue
            seeds, gains = _gains(lab, ours, rival)
            rows.append((ours.title, rival.title, *(_cell(name, gains[name]) for name in SHOWN), str(seeds)))
            data.append({"system": ours.title, "against": rival.title, "seeds": seeds, **_numbers(gains)})
    note = (
        f"Protocol `standard` on {lab.ground.measured.name}; difference (contextual minus isolated) of the figures "
        "over the pooled predictions of the seeds, and its 95 % interval by a bootstrap over dialogues in which both "
        "systems see the same resample (1,000 resamples, seed 0). **Bold**: the interval leaves out zero."
    )
    columns = ("contextual", "isolated", "macro-F1*", "micro-F1*", "MCC", "seeds of each")
    return Exhibit("context", "Does context help?", columns, tuple(rows), data, (note,))


def _gains(lab: Lab, ours: System, rival: System) -> tuple[int, dict[str, Difference]]:
    """Compare as many seeds as both have; a dialogue is resampled with all its seeds."""
    conversations, labels = lab.ground.measured.conversations, lab.ground.labels
    selection = select(conversations, labels, "standard")
    seeds = min(lab.runs(ours.name), lab.runs(rival.name))

    def predicted(system: System) -> Any:
        chosen = (lab.predictions(system, seed) for seed in range(seeds))
        return np.concatenate([read_predictions(selection, conversations, x)[0] for x in chosen])

    gold, dialogues = np.tile(selection.gold, seeds), np.tile(selection.dialogues, seeds)
    return seeds, paired_bootstrap(gold, predicted(rival), predicted(ours), dialogues, labels)


def _cell(name: str, gain: Difference) -> str:
    low, high = figure_cell(name, gain.low), figure_cell(name, gain.high)
    text = f"{'+' if gain.value > 0 else ''}{figure_cell(name, gain.value)} [{low}, {high}]"
    return f"**{text}**" if gain.is_clear else text


def _numbers(gains: dict[str, Difference]) -> dict[str, Any]:
    return {name: {"difference": gain.value, "interval": [gain.low, gain.high]} for name, gain in gains.items()}
