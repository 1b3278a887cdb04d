from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reproduction.lab import figures_of
from reproduction.systems import LAST, STANDARD, TRIPLET
from reproduction.tests.small import TRAIN, VALIDATION, small_ground, small_lab, small_system
from reproduction.trial import RECORD
from sentemo.errors import UsageError
from sentemo.evaluation.evaluate import evaluate
from sentemo.training.fitting import Split
from tests.dialogues import FOUR


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a lab with two trials done."""
    folder = tmp_path_factory.mktemp("lab")
    small_lab(folder, runs=2).trials(small_system())
    return folder


def test_a_trial_is_run_once(out: Path) -> None:
    trained: list[str] = []
    lab = small_lab(out, runs=2, trained=trained)
    for measurement in (STANDARD, TRIPLET, LAST):
        lab.measured(small_system(), measurement)
    assert trained == []
    small_lab(out, runs=3, trained=trained).trials(small_system())
    assert trained == ["context-minilm, seed 2"]


def test_what_is_measured_is_what_the_model_reaches(out: Path) -> None:
    lab, system = small_lab(out), small_system()
    report = evaluate(lab.model(system), VALIDATION.conversations)
    found = lab.measured(system, STANDARD)
    assert found.figures["mcc"].mean == pytest.approx(report.metrics.figures["mcc"])
    assert found.figures["mcc"].sd is None and found.figures["mcc"].n == 1
    rows = [report.metrics.per_label[name] for name in FOUR.emotions]
    assert found.figures["recall"].mean == pytest.approx(np.mean([row.recall for row in rows if row.support]))


def test_kept_predictions_are_the_models(out: Path) -> None:
    lab, system = small_lab(out), small_system()
    wanted = lab.model(system).predict(VALIDATION.conversations)
    found = lab.predictions(system)
    assert [[t.label for t in talk] for talk in found] == [[t.label for t in talk] for talk in wanted]


def test_seeds_are_summed_up(out: Path) -> None:
    lab, system = small_lab(out, runs=2), small_system()
    figures = [figures_of(trial.reports["standard"], lab.ground.labels.emotions) for trial in lab.trials(system)]
    spread = lab.measured(system, STANDARD).figures["micro_f1_no_neutral"]
    values = [x["micro_f1_no_neutral"] for x in figures]
    assert spread.n == 2 and spread.mean == pytest.approx(sum(values) / 2)


def test_learning_curves_are_kept_and_checkpoints_are_not(out: Path) -> None:
    lab, system = small_lab(out), small_system()
    assert [row["epoch"] for row in lab.log(system, 1) if row["stage"] == "training"] == [1, 2]
    assert not list(out.rglob("checkpoint*"))


def test_a_label_without_support_is_left_out_of_precision_and_recall() -> None:
    row = {"precision": 40.0, "recall": 20.0, "f1": 30.0, "support": 2}
    report = {"per_label": {"anger": row, "fear": dict.fromkeys(row, 0.0)}}
    figures = dict.fromkeys(("macro_f1_no_neutral", "micro_f1_no_neutral", "macro_f1", "weighted_f1", "mcc"), 1.0)
    found = figures_of({**report, **figures, "accuracy": 1.0}, ("anger", "fear"))
    assert found["precision"] == 40.0 and found["recall"] == 20.0


def test_a_system_without_weights_says_why(tmp_path: Path) -> None:
    found = small_lab(tmp_path).measured(small_system("mpnet"), STANDARD)
    assert "nowhere/nothing" in found.why_not and not found.figures
    assert found.cell("mcc") == "not run"


def test_other_data_need_another_folder(out: Path) -> None:
    ground = small_ground(train=Split("train", TRAIN.conversations[1:]))
    with pytest.raises(UsageError, match="other data or settings"):
        small_lab(out, ground=ground).trials(small_system())


def test_a_stopped_trial_goes_on(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopped(Exception):
        pass

    def stop(*_: object, **__: object) -> None:
        raise Stopped

    lab, system = small_lab(tmp_path), replace(small_system())
    with monkeypatch.context() as patch:
        patch.setattr("reproduction.lab.evaluate", stop)
        with pytest.raises(Stopped):
            lab.trials(system)
    folder = lab.folder(system, 0)
    assert (folder / "checkpoint.json").is_file() and not (folder / RECORD).is_file()
    [trial] = lab.trials(system)
    [undisturbed] = small_lab(out).trials(system)
    assert trial.reports == undisturbed.reports
    assert trial.facts["seconds"] is None


def test_the_tiny_roberta_is_trained_like_the_others(tmp_path: Path, tiny_roberta: Path) -> None:
    ground = small_ground(encoders={"roberta": str(tiny_roberta)})
    width = ground.encoder("roberta").identity.dimension
    system = small_system("roberta")
    for setting in ("network.context_dim", "network.space_dim"):
        system = replace(system, recipe=system.recipe.override(setting, str(width)))
    found = small_lab(tmp_path, ground=ground).measured(system, STANDARD)
    assert found.figures["mcc"].n == 1
