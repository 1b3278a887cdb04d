"""Exhibits that are looked at: Figure 1, emotion spaces, confusions, learning curves, and the page of dialogues."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from reproduction.exhibit import Exhibit
from reproduction.figures.confusions import plot_confusions
from reproduction.figures.figure1 import plot_triplets
from reproduction.figures.pictures import plot_curves
from reproduction.figures.spaces import plot_spaces
from reproduction.lab import Lab
from reproduction.page.page import write_page
from reproduction.systems import contextual, direct, tuned
from sentemo.evaluation.protocols import select
from sentemo.evaluation.triplet import embed_selected
from sentemo.inference.modules import Modules, modules_of
from sentemo.model import SentEmoContext
from sentemo.network.network import Network

BY_TRIPLETS, ALONE, BEST = contextual("minilm"), direct("minilm", neutral=True), tuned()


def figure1(lab: Lab, folder: Path) -> Exhibit:
    """Draw real triplets before and after the training of recipe `paper`."""
    before, after, gold = _points(lab)
    margin = BY_TRIPLETS.recipe.objective.margin
    numbers = plot_triplets(before, after, gold, lab.ground.labels, folder / "figure-1.png", margin=margin)
    note = f"{BY_TRIPLETS.title}, seed 0, on {lab.ground.measured.name}; before: the same network as it was drawn."
    return Exhibit("figure-1", "Figure 1. What the triplet loss does", (), (), numbers, (note,), ("figure-1.png",))


def pictures(lab: Lab, folder: Path) -> Exhibit:
    """Draw emotion space, learning curves and confusion matrices."""
    before, after, gold = _points(lab)
    space = plot_spaces(before, after, gold, lab.ground.labels, folder / "space.png")
    shown = (BY_TRIPLETS, BEST, ALONE)
    plot_curves({x.title: [lab.log(x, seed) for seed in range(lab.runs(x.name))] for x in shown}, folder / "curves.png")
    alone, together = ([trial.reports["standard"] for trial in lab.trials(x)] for x in (ALONE, BY_TRIPLETS))
    plot_confusions(alone, together, ("isolated", "contextual"), folder / "confusion.png")
    notes = (
        f"The emotion space of {BY_TRIPLETS.title}, seed 0, before and after training ({space['method']}).",
        f"Learning curves on validation. Confusion on {lab.ground.measured.name}: {ALONE.title} against "
        f"{BY_TRIPLETS.title}.",
    )
    names = ("space.png", "curves.png", "confusion.png")
    return Exhibit("pictures", "Emotion space, learning curves, confusion", (), (), {"space": space}, notes, names)


def dialogues(lab: Lab, folder: Path) -> Exhibit:
    """Write the page on which one sees where context helped and where it hurt."""
    ground = lab.ground
    notes = (
        f"{ground.corpus}, split {ground.measured.name}",
        f"contextual: {BEST.title}, seed 0",
        f"isolated: {ALONE.title}, seed 0",
    )
    write_page(
        folder / "dialogues.html",
        ground.measured.conversations,
        lab.predictions(BEST),
        lab.predictions(ALONE),
        ground.labels,
        title="Where context helped, and where it hurt",
        notes=notes,
    )
    words = (
        f"[dialogues.html](dialogues.html) shows every dialogue of {ground.measured.name} with the labels of both, "
        f"{BEST.title} and {ALONE.title}. It holds the corpus's text: pass it on as the corpus may be."
    )
    return Exhibit("dialogues", "Dialogues, with and without context", (), (), {"page": "dialogues.html"}, (words,))


def _points(lab: Lab) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.int64]]:
    """Points (N,Z) of the measured utterances before and after training, and their gold labels (N,)."""
    conversations, labels = lab.ground.measured.conversations, lab.ground.labels
    selection = select(conversations, labels, "triplet")
    model = lab.model(BY_TRIPLETS)
    spaces = [embed_selected(x, conversations, selection) for x in (_untrained(model), model)]
    return spaces[0], spaces[1], selection.gold


def _untrained(model: SentEmoContext) -> SentEmoContext:
    """Return the same network as seed 0 drew it; only the statistics of its input are kept."""
    torch.manual_seed(0)
    trained = modules_of(model.runner)
    network = Network(trained.network.shape)
    network.context.standardize.load_state_dict(trained.network.context.standardize.state_dict())
    return SentEmoContext(Modules(trained.encoder, network), model.labels)
