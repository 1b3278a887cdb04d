from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from sentemo.errors import BadInput
from sentemo.evaluation.bootstrap import draw_weights
from sentemo.evaluation.neutral import AT_ONCE, measure_neutral

rng = np.random.default_rng(3)
GOLD = rng.random(150) < 0.4
LIKELY = np.round(np.clip(0.3 * GOLD + rng.random(150) * 0.7, 0, 1), 1)  # with ties
TOLD = LIKELY > 0.5
DIALOGUES = np.sort(rng.integers(30, size=150))


def by_loops(weights: np.ndarray, values: np.ndarray, gold: np.ndarray, owners: np.ndarray) -> float | None:  # type: ignore[type-arg]
    taken = [place for place, owner in enumerate(owners) for _ in range(weights[owner])]
    return float(roc_auc_score(gold[taken], values[taken])) if len(set(gold[taken])) == 2 else None


def test_shares_and_area_with_intervals_equal_resampling_utterance_by_utterance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert AT_ONCE > 0
    monkeypatch.setattr("sentemo.evaluation.neutral.AT_ONCE", 1000)  # parts of blocks too
    sure = np.arange(150) % 7 != 0
    found = measure_neutral(
        gold=GOLD, predicted=TOLD, dialogues=DIALOGUES, probability=LIKELY, sure=sure, resamples=40, seed=1
    )
    assert found.predicted == pytest.approx(100 * TOLD.mean()) and found.gold == pytest.approx(100 * GOLD.mean())
    assert found.auroc == pytest.approx(roc_auc_score(GOLD[sure], LIKELY[sure]))
    owners = np.unique(DIALOGUES, return_inverse=True)[1]
    draws = np.concatenate(list(draw_weights(owners.max() + 1, 40, 1)))
    shares = [100 * np.average(TOLD, weights=weights[owners]) for weights in draws]
    assert found.intervals["predicted"] == pytest.approx(tuple(np.percentile(shares, (2.5, 97.5))))
    kept = np.unique(DIALOGUES[sure], return_inverse=True)[1]
    draws = np.concatenate(list(draw_weights(kept.max() + 1, 40, 1)))
    areas = [by_loops(weights, LIKELY[sure], GOLD[sure], kept) for weights in draws]
    assert found.intervals["auroc"] == pytest.approx(tuple(np.percentile(areas, (2.5, 97.5))))  # type: ignore[arg-type]


def test_of_one_kind_alone_there_is_no_area() -> None:
    flags = np.ones(4, dtype=np.bool_)
    found = measure_neutral(gold=flags, predicted=~flags, dialogues=np.arange(4), probability=np.ones(4), resamples=5)
    assert found.auroc is None and found.to_json()["neutral_auroc_interval"] is None
    assert str(found) == "predicted for 0.0 % [0.0, 0.0], true of 100.0 % [100.0, 100.0]"


def test_resamples_of_one_kind_alone_say_nothing() -> None:
    gold = np.array([True, False])
    found = measure_neutral(
        gold=gold, predicted=gold, dialogues=np.arange(2), probability=np.array([0.9, 0.1]), resamples=1, seed=2
    )
    assert found.auroc == 1.0 and found.intervals["auroc"] in ((0.0, 1.0), (1.0, 1.0))
    with pytest.raises(BadInput, match="No labelled utterances"):
        measure_neutral(gold=gold[:0], predicted=gold[:0], dialogues=np.arange(0))
