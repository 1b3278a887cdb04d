from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from reproduction.trial import RECORD, SCORES, Trial, load_predictions, load_trial, save_trial
from sentemo.errors import BadModel, UsageError
from sentemo.evaluation.baselines import UniformLabeler
from tests.dialogues import FOUR, template_dialogues

TALKS = template_dialogues(5, 0)
TRIAL = Trial("context-minilm", 3, "abc", {"standard": {"mcc": 0.5}}, FOUR.names, {"seconds": 1.5})


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    save_trial(tmp_path, TRIAL, UniformLabeler(FOUR, 0).predict(TALKS))
    return tmp_path


def test_a_trial_comes_back(kept: Path) -> None:
    assert load_trial(kept, "abc") == TRIAL
    wanted = UniformLabeler(FOUR, 0).predict(TALKS)
    found = load_predictions(kept, TRIAL, TALKS)
    assert [[turn.label for turn in talk] for talk in found] == [[turn.label for turn in talk] for talk in wanted]
    for turn, other in zip(found[0], wanted[0], strict=True):
        assert turn.probabilities == pytest.approx(other.probabilities, abs=1e-6)
        assert (turn.text, turn.speaker) == (other.text, other.speaker)


def test_no_record_is_no_trial(kept: Path) -> None:
    (kept / RECORD).unlink()
    assert load_trial(kept, "abc") is None


def test_a_trial_of_other_settings_is_refused(kept: Path) -> None:
    with pytest.raises(UsageError, match="other data or settings"):
        load_trial(kept, "abd")


@pytest.mark.parametrize("damage", ["", "{", json.dumps({"system": "x"}), json.dumps([1])])
def test_a_damaged_record_is_refused(kept: Path, damage: str) -> None:
    (kept / RECORD).write_text(damage)
    with pytest.raises(BadModel, match="damaged"):
        load_trial(kept, "abc")


def test_scores_that_do_not_fit_are_refused(kept: Path) -> None:
    with pytest.raises(BadModel, match="does not fit"):
        load_predictions(kept, TRIAL, TALKS[1:])
    with pytest.raises(BadModel, match="does not fit"):
        load_predictions(kept, replace(TRIAL, labels=FOUR.names[1:]), TALKS)
    (kept / SCORES).write_bytes(b"no tensors")
    with pytest.raises(BadModel, match="not a valid"):
        load_predictions(kept, TRIAL, TALKS)
