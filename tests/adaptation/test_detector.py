"""A detector against ridge regression written out, and against leaving each example out for real."""

from __future__ import annotations

import numpy as np
import pytest

from sentemo.adaptation.detector import FALSE_SHARE, RIDGE, SHRINKAGE, Background, detect

RNG = np.random.default_rng(0)
ORDINARY = RNG.normal(size=(300, 6)) @ RNG.normal(size=(6, 6))
ROWS = RNG.normal(size=(7, 6)) + 2
IS_TAG = np.array([True, True, True, True, False, False, False])
WEIGHTS = np.array([1, 1, 1, 1, 1, 0.1, 0.1])


def direct(rows: np.ndarray, is_tag: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Minimise the weighted squares in all features at once: (F,)."""
    mean = ORDINARY.mean(0)
    covariance = np.cov(ORDINARY.T, bias=True)
    shrunk = (1 - SHRINKAGE) * covariance + SHRINKAGE * np.trace(covariance) / 6 * np.eye(6)
    shrunk *= np.trace(np.linalg.inv(shrunk) @ covariance)  # the usual turn's kernel is 1
    centred = rows - mean
    return np.linalg.solve(shrunk * RIDGE + centred.T @ (weights[:, None] * centred), centred.T @ (weights * is_tag))


def test_it_is_ridge_regression() -> None:
    found = detect(Background(ORDINARY), ROWS, IS_TAG, WEIGHTS)
    wanted = direct(ROWS, IS_TAG, WEIGHTS)
    factor = found.weight @ wanted / (wanted @ wanted)
    assert factor > 0 and np.allclose(found.weight, factor * wanted)


def test_examples_left_out_score_as_if_they_had_never_been_there() -> None:
    found = detect(Background(ORDINARY), ROWS, IS_TAG, WEIGHTS)
    whole = direct(ROWS, IS_TAG, WEIGHTS)
    factor = found.weight @ whole / (whole @ whole)
    background = Background(ORDINARY)
    threshold = np.quantile(background.centred @ whole / (1 - background.leverage), 1 - FALSE_SHARE)
    for place in range(4):
        rest = np.arange(len(ROWS)) != place
        score = (ROWS[place] - ORDINARY.mean(0)) @ direct(ROWS[rest], IS_TAG[rest], WEIGHTS[rest])
        assert found.found[place] == pytest.approx(factor * (score - threshold))


def test_its_threshold_lets_so_many_ordinary_turns_pass() -> None:
    found = detect(Background(ORDINARY), ROWS, IS_TAG, WEIGHTS)
    assert (found.ordinary >= 0).mean() == pytest.approx(FALSE_SHARE, abs=1 / len(ORDINARY))


def test_further_columns_weigh_as_much_as_the_features() -> None:
    """All of them equally, whatever their units."""
    rows, ordinary = RNG.normal(size=(7, 3)) * [1, 10, 100], RNG.normal(size=(300, 3)) * [1, 10, 100]
    equal = np.sqrt(ORDINARY.var(0).sum() / 3) / ordinary.std(0)
    one = detect(Background(np.hstack([ORDINARY, ordinary]), 6), np.hstack([ROWS, rows]), IS_TAG, WEIGHTS)
    two = detect(Background(np.hstack([ORDINARY, ordinary * equal])), np.hstack([ROWS, rows * equal]), IS_TAG, WEIGHTS)
    assert np.allclose(one.found, two.found) and np.allclose(one.ordinary, two.ordinary)
    assert np.allclose(one.weight, two.weight * np.r_[np.ones(6), equal]) and one.bias == pytest.approx(two.bias)


def test_ordinary_turns_are_left_out_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fresh turns pass as often as the threshold says, though there are hardly more turns than features."""
    monkeypatch.setattr("sentemo.adaptation.detector.SHRINKAGE", 0.0)
    monkeypatch.setattr("sentemo.adaptation.detector.FALSE_SHARE", 0.1)
    rng = np.random.default_rng(1)
    fresh, passing, seen = rng.normal(size=(5000, 40)), [], []
    for _ in range(20):
        background = Background(rng.normal(size=(80, 40)))
        found = detect(background, rng.normal(size=(6, 40)), np.ones(6, np.bool_), np.ones(6))
        passing.append((fresh @ found.weight + found.bias >= 0).mean())
        seen.append((background.centred @ found.weight >= -found.bias - background.mean @ found.weight).mean())
    assert np.mean(passing) == pytest.approx(0.1, abs=0.03) and np.mean(seen) < 0.03
