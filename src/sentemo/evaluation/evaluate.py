"""Run a labeler on conversations and report every figure under the chosen protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sentemo.errors import UsageError
from sentemo.evaluation.baselines import MajorityLabeler, UniformLabeler
from sentemo.evaluation.bootstrap import bootstrap_intervals
from sentemo.evaluation.calibration import Calibration, calibrate, error_interval
from sentemo.evaluation.metrics import (
    FIGURES,
    NONE,
    FloatArray,
    IntArray,
    describe_convention,
    figures_of_counts,
    measure,
    measure_counts,
)
from sentemo.evaluation.neutral import NeutralFigures, measure_neutral
from sentemo.evaluation.protocols import Embedder, Selection, count_abstentions, read_predictions, select
from sentemo.evaluation.report import MapNote, Report
from sentemo.evaluation.triplet import chance_figures, embed_selected, measure_triplets
from sentemo.types import ABSTENTION, Conversation, Labeler, LabelSet, Prediction


def evaluate(
    labeler: Labeler | Embedder,
    conversations: Sequence[Conversation],
    *,
    protocol: str = "standard",
    labels: LabelSet | None = None,
    corpus: str = "",
    split: str = "",
    model_name: str = "",
    resamples: int = 1000,
    seed: int = 0,
    note: MapNote | None = None,
) -> Report:
    """Predict all conversations in one call, and measure the predictions.

    Under `triplet` the labeler needs `embed` instead of `predict`. `labels` defaults to the labeler's own.
    `resamples` is the number of bootstrap resamples; `seed` fixes them and the uniform baseline. Under `map`, gold and
    predicted labels are the map's (`mapped.py`), and `note` describes it.
    Raises `BadInput` if gold labels are not in the label set or nothing can be scored, `BadModel` if predictions don't
    match the conversations, and `UsageError` for an invalid call.
    """
    chosen = labels or getattr(labeler, "labels", None)
    if not isinstance(chosen, LabelSet):
        raise UsageError(f"{type(labeler).__name__} has no label set", "Pass one with labels=")
    selection = select(conversations, chosen, protocol)  # before the model runs, to fail early
    names = {"corpus": corpus, "split": split, "model_name": model_name or type(labeler).__name__}
    if protocol == "triplet":
        if not isinstance(labeler, Embedder):
            raise UsageError(f"{type(labeler).__name__} can't embed", "The protocol triplet needs an embedder")
        return _evaluate_triplets(labeler, conversations, selection, seed=seed, **names)
    if not isinstance(labeler, Labeler):
        raise UsageError(f"{type(labeler).__name__} can't predict", f"The protocol {protocol} needs a labeler")
    predictions = labeler.predict(conversations)
    return evaluate_predictions(
        conversations, predictions, chosen, protocol=protocol, resamples=resamples, seed=seed, note=note, **names
    )


def evaluate_predictions(
    conversations: Sequence[Conversation],
    predictions: Sequence[Prediction],
    labels: LabelSet,
    *,
    protocol: str = "standard",
    corpus: str = "",
    split: str = "",
    model_name: str = "",
    resamples: int = 1000,
    seed: int = 0,
    note: MapNote | None = None,
) -> Report:
    """Measure existing predictions, such as those pooled over held-out folds.

    The majority row predicts the most frequent scored gold label; the uniform row is one seeded draw.
    """
    if protocol == "triplet":
        raise UsageError("The protocol triplet reads points, not predictions", "Call evaluate with an embedder")
    selection = select(conversations, labels, protocol)
    predicted, scores = read_predictions(selection, conversations, predictions)
    gold = selection.gold_for(predicted)
    draws: dict[str, Any] = {"dialogues": selection.dialogues, "resamples": resamples, "seed": seed}
    # emotions-only leaves out neutral's share, so the rest is not the probability of being right. If all scores are 1,
    # the labeler gives only labels.
    is_unsure = protocol != "emotions-only" and bool((scores < 1).any())
    return Report(
        protocol=protocol,
        convention=describe_convention(selection.labels),
        labels=selection.labels,
        n=len(selection),
        dialogues=len(np.unique(selection.dialogues)),
        metrics=measure(gold=gold, predicted=predicted, labels=selection.labels),
        intervals=bootstrap_intervals(gold, predicted, labels=selection.labels, **draws),
        interval_method=f"95 % percentiles of a bootstrap over dialogues, {resamples} resamples, seed {seed}",
        baselines=_baselines(conversations, selection, seed),
        corpus=corpus,
        split=split,
        model=model_name,
        calibration=_calibration(scores, predicted == gold, draws) if is_unsure else None,
        abstained=count_abstentions(selection, predictions),
        neutral=_neutral(selection, predictions, gold, note.neutral if note else labels.neutral, is_unsure, draws),
        note=note,
        sets=0 if selection.among is None else int((selection.among.sum(axis=1) > 1).sum()),
    )


def _calibration(scores: FloatArray, correct: NDArray[np.bool_], draws: Mapping[str, Any]) -> Calibration:
    return replace(calibrate(scores, correct), interval=error_interval(scores, correct, **draws))


def _neutral(
    selection: Selection,
    predictions: Sequence[Prediction],
    gold: IntArray,
    name: str | None,
    is_unsure: bool,
    draws: Mapping[str, Any],
) -> NeutralFigures | None:
    """Measure how well neutral is predicted; None if no label means neutral."""
    if name is None or selection.protocol == "emotions-only":
        return None
    turns = selection.chosen(predictions)
    place = selection.labels.names.index(name) if name in selection.labels.names else NONE
    sure = np.array([turn.label != ABSTENTION for turn in turns])
    if selection.among is not None and place != NONE:
        sure &= ~(selection.among[:, place] & (selection.among.sum(axis=1) > 1))  # may be neutral, or something else
    return measure_neutral(
        gold=gold == place,
        predicted=np.array([turn.label == name for turn in turns]),
        probability=np.array([turn.probabilities.get(name, 0.0) for turn in turns]) if is_unsure else None,
        sure=sure,
        **draws,
    )


def _baselines(conversations: Sequence[Conversation], selection: Selection, seed: int) -> dict[str, dict[str, float]]:
    blind = {
        "majority": MajorityLabeler(selection.labels, selection.majority),
        "uniform": UniformLabeler(selection.labels, seed),
    }
    rows = {}
    for name, labeler in blind.items():
        predicted, _ = read_predictions(selection, conversations, labeler.predict(conversations))
        measured = measure(gold=selection.gold_for(predicted), predicted=predicted, labels=selection.labels)
        rows[name] = dict(measured.figures)
    return rows


def _evaluate_triplets(
    embedder: Embedder,
    conversations: Sequence[Conversation],
    selection: Selection,
    *,
    corpus: str,
    split: str,
    model_name: str,
    seed: int,
) -> Report:
    points = embed_selected(embedder, conversations, selection)
    result = measure_triplets(points, selection.gold, selection.labels, seed=seed)
    drawn = figures_of_counts(result.counts, selection.labels)
    means = {name: float(drawn[name].mean()) for name in FIGURES}
    deviations = {name: float(drawn[name].std(ddof=1)) for name in FIGURES}
    times = len(result.counts)
    half = {name: 1.96 * deviations[name] / times**0.5 for name in FIGURES}
    pooled = measure_counts(result.counts.sum(axis=0), selection.labels)
    return Report(
        protocol="triplet",
        convention=f"{describe_convention(selection.labels)} Per label: all triplets pooled.",
        labels=selection.labels,
        n=len(selection),
        dialogues=len(np.unique(selection.dialogues)),
        metrics=replace(pooled, figures=means),
        intervals={name: (means[name] - half[name], means[name] + half[name]) for name in FIGURES},
        interval_method=(
            f"mean +- 1.96 sd / sqrt({times}) over {times} resamplings of triplets, seed {seed}: "
            "the noise of the draw, not of the choice of dialogues"
        ),
        baselines={"chance": chance_figures(selection.gold, selection.labels)},
        corpus=corpus,
        split=split,
        model=model_name,
        deviations=deviations,
        draw={"triplets": result.triplets, "resamplings": times, "tie_percent": result.tie_percent},
    )
