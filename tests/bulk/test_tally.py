from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from sentemo.bulk.tally import Tally, summary
from sentemo.types import Prediction, TurnPrediction

TURNS = st.tuples(st.sampled_from("abc"), st.floats(0, 1)).map(lambda t: TurnPrediction("", "x", *t, {}))
TALKS = st.lists(st.lists(TURNS, min_size=1).map(lambda turns: Prediction("", tuple(turns))), max_size=8)


@settings(deadline=None)
@given(talks=TALKS, cut=st.integers(0, 8))
def test_parts_add_up_to_the_whole_in_any_order(talks: list[Prediction], cut: int) -> None:
    whole, one, other = Tally(), Tally(), Tally()
    for place, talk in enumerate(talks):
        whole.count(talk)
        (one if place < cut else other).count(talk)
    other.add(Tally(**json.loads(json.dumps(one.to_json()))))
    assert summary(other) | {"labels": None} == summary(whole) | {"labels": None}
    assert summary(other)["labels"] == summary(whole)["labels"]
    scores = [turn.score for talk in talks for turn in talk]
    told = summary(whole)
    if scores:
        assert abs(told["mean_score"] - sum(scores) / len(scores)) < 1e-5
    assert sum(told["score_histogram"].values()) == len(scores)
