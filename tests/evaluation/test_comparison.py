from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from sentemo.errors import BadInput, UsageError
from sentemo.evaluation.baselines import MajorityLabeler, UniformLabeler
from sentemo.evaluation.bootstrap import paired_bootstrap
from sentemo.evaluation.comparison import Effort, compare
from sentemo.evaluation.evaluate import evaluate
from sentemo.evaluation.protocols import read_predictions, select
from sentemo.evaluation.repeats import sample_dialogues
from sentemo.types import Conversation, Prediction

from .talks import THREE, random_talks

TALKS = random_talks([60, 30, 30], THREE)


class Priced(UniformLabeler):
    effort = Effort(500, 10.0, 0.02)


def test_each_contender_has_its_own_report_and_its_lead_over_the_first() -> None:
    pair = [("one", UniformLabeler(THREE, 1)), ("two", UniformLabeler(THREE, 2))]
    found = compare(pair, TALKS, THREE, corpus="mine", split="held-out", resamples=50, seed=3)
    for (name, labeler), contender in zip(pair, found.contenders, strict=True):
        names = {"corpus": "mine", "split": "held-out", "model_name": name}
        assert contender.report == evaluate(labeler, TALKS, resamples=50, seed=3, **names)
        assert contender.effort.utterances == 120 and contender.effort.cost is None
    selection = select(TALKS, THREE, "standard")
    a, b = (read_predictions(selection, TALKS, labeler.predict(TALKS))[0] for _, labeler in pair)
    lead = paired_bootstrap(selection.gold, a, b, selection.dialogues, THREE, resamples=50, seed=3)
    assert found.contenders[0].lead == {} and found.contenders[1].lead == lead


def test_json_and_markdown_tell_it_all() -> None:
    labelers = [("majority", MajorityLabeler(THREE, "calm")), ("a|b", Priced(THREE))]
    heard: list[str] = []
    found = compare(labelers, TALKS, THREE, protocol="last-utterance", resamples=20, on_each=heard.append)
    assert heard == ["majority", "a|b"]
    raw = found.to_json()
    assert json.loads(json.dumps(raw, allow_nan=False)) == raw
    first, second = raw["labelers"]
    assert raw["first"] == first["model"] == "majority" and first["lead"] == {}
    assert second["effort"] == {
        "utterances": 500,
        "seconds": 10.0,
        "cost": 0.02,
        "seconds_per_1000": 20.0,
        "cost_per_1000": 0.04,
    }
    assert second["lead"]["mcc"].keys() == {"value", "low", "high", "is_clear"}
    text = found.to_markdown()
    assert "Protocol: **last-utterance**" in text and "## Lead over majority" in text
    for lines in (block.splitlines() for block in text.split("\n\n") if block.startswith("|")):
        assert len({line.count("|") - line.count("\\|") for line in lines}) == 1
    assert "| 20.0 | 0.0400 |" in text and "| – |" in text
    assert "Lead" not in compare(labelers[:1], TALKS, THREE, resamples=5).to_markdown()


def test_bad_calls_are_refused_before_a_labeler_runs() -> None:
    class Never(UniformLabeler):
        def predict(self, conversations: Sequence[Conversation]) -> list[Prediction]:  # type: ignore[override]
            raise AssertionError

    with pytest.raises(UsageError, match="Nothing to compare"):
        compare([], TALKS, THREE)
    with pytest.raises(BadInput, match="no utterance to score"):
        compare([("x", Never(THREE))], [], THREE)


def test_samples_are_whole_dialogues_in_order_fixed_by_the_seed() -> None:
    drawn = [sample_dialogues(TALKS, 5, seed) for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2] and len(drawn[0]) == 5
    places = [TALKS.index(talk) for talk in drawn[0]]
    assert places == sorted(set(places))
    for count in range(1, len(TALKS)):
        smaller, larger = (sample_dialogues(TALKS, x, 7) for x in (count, count + 1))
        assert len(smaller) == count and all(talk in larger for talk in smaller)
    assert sample_dialogues(TALKS, 0) == sample_dialogues(TALKS, len(TALKS)) == TALKS
    for count in (-1, len(TALKS) + 1):
        with pytest.raises(UsageError, match="can't be drawn"):
            sample_dialogues(TALKS, count)
