from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reproduction.comparison import comparison
from reproduction.systems import NetworkSystem, direct
from reproduction.tests.small import VALIDATION, small_lab, small_system
from sentemo.evaluation.evaluate import evaluate_predictions


def short(system: NetworkSystem) -> NetworkSystem:
    return replace(system, recipe=system.recipe.override("schedule.epochs", "1"))


CONTEXT, ALONE = small_system(), short(direct("minilm", neutral=True))


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("comparison")


def test_the_difference_is_that_of_the_pooled_seeds(out: Path) -> None:
    lab = small_lab(out, runs=2)
    [row] = comparison(lab, [CONTEXT], [ALONE]).data

    def pooled(system: NetworkSystem) -> float:
        predictions = [talk for seed in (0, 1) for talk in lab.predictions(system, seed)]
        talks = [*VALIDATION.conversations] * 2
        return evaluate_predictions(talks, predictions, lab.ground.labels).metrics.figures["mcc"]

    assert row["seeds"] == 2
    assert row["mcc"]["difference"] == pytest.approx(pooled(CONTEXT) - pooled(ALONE))
    low, high = row["mcc"]["interval"]
    assert low <= row["mcc"]["difference"] <= high


def test_a_system_against_itself_gains_nothing(out: Path) -> None:
    exhibit = comparison(small_lab(out), [CONTEXT], [CONTEXT])
    assert exhibit.data[0]["mcc"] == {"difference": 0.0, "interval": [0.0, 0.0]}
    assert not any("**" in cell for cell in exhibit.rows[0])


def test_a_resample_takes_a_dialogue_with_all_its_seeds(out: Path) -> None:
    """Seeds of the same dialogues are no further dialogues: doubling them must not narrow the interval."""
    lab = small_lab(out)
    lab._found |= {(name, 1): trial for (name, _), trial in list(lab._found.items())}
    widths = []
    for runs in (1, 2):
        same = small_lab(out, runs=runs)
        same.folder = lambda system, _seed: lab.folder(system, 0)  # type: ignore[method-assign]
        same._found = {(x.name, seed): lab.trials(x)[0] for x in (CONTEXT, ALONE) for seed in range(runs)}
        low, high = comparison(same, [CONTEXT], [ALONE]).data[0]["mcc"]["interval"]
        widths.append(high - low)
    assert widths[1] == pytest.approx(widths[0], rel=1e-6) and np.isfinite(widths[0])


def test_a_rival_that_was_not_run_says_why(out: Path) -> None:
    exhibit = comparison(small_lab(out), [CONTEXT], [direct("mpnet", neutral=True)])
    assert "nowhere/nothing" in exhibit.data[0]["not_run"] and "not run" in exhibit.rows[0]
