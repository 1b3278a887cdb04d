"""A labeler on a set: plain, and with label shares that are estimated from the set's texts alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from general.sets import Gold
from sentemo.errors import UsageError
from sentemo.evaluation.bootstrap import dialogue_counts, draw_weights, interval
from sentemo.evaluation.evaluate import evaluate_predictions
from sentemo.evaluation.mapped import meanings, translate
from sentemo.evaluation.protocols import read_predictions, select
from sentemo.evaluation.report import Report
from sentemo.shares import fit_shares, reweigh
from sentemo.types import Labeler, Prediction

LEFT_OUT = ("scored", "convention", "interval_method", "calibration_bins", "model", "corpus", "split")
NEVER = 1e-12
"""The factor of a label that a training never had."""
COMPLAINT = "negative"


def score(
    labeler: Labeler,
    gold: Gold,
    *,
    shares: Mapping[str, float] | None = None,
    known: Sequence[str] = (),
    resamples: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """Measure under the set's map: `plain`, and `fitted` where `shares` says what the probabilities are made for.

    `known` are the labels that a training had, where it hadn't all: others are never told.
    """
    predictions = labeler.predict(gold.gold.conversations)
    names = known or labeler.labels.names
    if len(names) < len(labeler.labels):
        never = {name: NEVER for name in labeler.labels.names if name not in names}
        predictions = [reweigh(each, never) for each in predictions]
    found: dict[str, Any] = {"dropped": gold.dropped, "plain": figures(labeler, predictions, gold, resamples, seed)}
    found["fitted"] = None
    if shares:
        try:
            fitted = fit_shares(predictions, {name: shares[name] for name in names}, seed=seed)
        except UsageError:  # too few turns to estimate shares from
            return found
        again = [reweigh(each, fitted.factors) for each in predictions]
        found["fitted"] = figures(labeler, again, gold, resamples, seed) | {"shares": fitted.shares}
    return found


def figures(
    labeler: Labeler, predictions: Sequence[Prediction], gold: Gold, resamples: int, seed: int
) -> dict[str, Any]:
    """Return a report's figures as JSON values; of polarity also how many complaints are found."""
    table, common = meanings(gold.chosen, labeler.labels), gold.chosen.labels
    told = [translate(each, table, common) for each in predictions]
    mapped = gold.gold
    report = evaluate_predictions(
        mapped.conversations,
        told,
        mapped.labels,
        protocol="map",
        resamples=resamples,
        seed=seed,
        note=mapped.note,
    )
    raw = {name: value for name, value in report.to_json().items() if name not in LEFT_OUT}
    return raw | (complaints(told, gold, report, resamples, seed) if COMPLAINT in report.metrics.per_label else {})


def complaints(told: Sequence[Prediction], gold: Gold, report: Report, resamples: int, seed: int) -> dict[str, Any]:
    """How many negative turns are found, and how many that are told negative are: percent, with intervals."""
    mapped = gold.gold
    selection = select(mapped.conversations, mapped.labels, "map")
    predicted, _ = read_predictions(selection, mapped.conversations, told)
    counts = dialogue_counts(selection.gold_for(predicted), predicted, selection.dialogues, mapped.labels)
    place, row = mapped.labels.index(COMPLAINT), report.metrics.per_label[COMPLAINT]
    hits, are, said = counts[:, place, place], counts[:, place].sum(axis=1), counts[:, :, place].sum(axis=1)
    found: dict[str, Any] = {"complaints_found": row.recall, "complaints_precision": row.precision}
    for name, of in (("found", are), ("precision", said)):
        drawn = [100 * (w @ hits) / np.maximum(w @ of, 1) for w in draw_weights(len(counts), resamples, seed)]
        found[f"complaints_{name}_interval"] = list(interval(np.concatenate(drawn)))
    return found
