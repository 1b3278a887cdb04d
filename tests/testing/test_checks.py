"""Every check passes what is well and finds what is not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sentemo.errors import BadInput
from sentemo.testing import CheckFailed, LabelerCheck, check_labeler, labeler_checks
from sentemo.types import ABSTENTION, Labeler
from tests.testing.broken import BROKEN, GOOD, Broken, certain, each, good, raising

CHECKS = {check.name: check for check in labeler_checks(causal=True)}


@pytest.mark.parametrize("check", labeler_checks(causal=True))
def test_a_good_labeler_passes(check: LabelerCheck) -> None:
    check(GOOD)


@pytest.mark.evidence("predictions.labelers")
@pytest.mark.parametrize("wrong", BROKEN)
def test_a_broken_labeler_is_caught(wrong: str) -> None:
    name, make = BROKEN[wrong]
    with pytest.raises(CheckFailed, match=name) as failed:
        CHECKS[name](make())
    assert failed.value.check == name and failed.value.difference
    with pytest.raises(CheckFailed):
        check_labeler(make(), causal=True)


def test_every_check_has_a_labeler_that_it_catches() -> None:
    assert {name for name, _ in BROKEN.values()} == CHECKS.keys()


def test_a_failure_names_check_conversation_and_difference() -> None:
    with pytest.raises(CheckFailed) as failed:
        check_labeler(Broken(each(lambda turn: certain(turn, "anger")), lambda talk: good([talk])))
    assert str(failed.value) == (
        "one_conversation_gives_one_prediction, conversation 'two people': got list, not a Prediction"
    )
    assert failed.value.talk is not None and len(failed.value.talk) == 4


def test_only_readers_of_the_past_are_asked_to_ignore_the_future() -> None:
    name, make = BROKEN["reads ahead"]
    assert name not in {check.name for check in labeler_checks()}
    check_labeler(make())


def test_abstentions_and_refusals_are_well() -> None:
    share = {**dict.fromkeys(GOOD.labels.names, 0.0), ABSTENTION: 1.0}
    silent = each(lambda turn: type(turn)(turn.speaker, turn.text, ABSTENTION, 1.0, share))
    check_labeler(Broken(silent), causal=True)
    refusing = raising(BadInput("No", "Leave it out"), lambda talk: not len(talk) or "\0" in talk.turns[0].text)
    labeler: Labeler = Broken(refusing)
    check_labeler(labeler, causal=True)


def test_it_needs_neither_torch_nor_pytest() -> None:
    code = "import sys, sentemo.testing; print(*{'torch', 'pytest', 'numpy'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
