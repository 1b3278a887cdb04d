"""Near examples and prototypes, every distance by hand."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sentemo.corpora.registry import get_corpus
from sentemo.errors import BadInput, UsageError
from sentemo.explanation.bank import shipped
from sentemo.explanation.explanation import Explanation
from sentemo.model import SentEmoContext
from sentemo.types import Conversation, LabelSet, Utterance
from tests.artifacts.models import random_model
from tests.dialogues import FOUR
from tests.explanation.explained import BANK, CAUSAL, KINDS, MODEL, TALKS, THREE, assert_close, changes, told


def brute_nearest(
    model: SentEmoContext, talk: Conversation, bank: list[tuple[str, str, np.ndarray]], count: int
) -> list[list[tuple[str, str, float]]]:
    features = model.features([talk])[0]
    ranked = []
    for row in features:
        far = [(text, label, float(((row - other) ** 2).sum() ** 0.5)) for text, label, other in bank]
        ranked.append(sorted(far, key=lambda each: each[2])[:count])
    return ranked


def featurised(model: SentEmoContext, talks: list[Conversation]) -> list[tuple[str, str, np.ndarray]]:
    return [
        (turn.text, turn.label, row)
        for talk, rows in zip(talks, model.features(talks), strict=True)
        for turn, row in zip(talk, rows, strict=True)
        if turn.label is not None
    ]


def assert_nearest(explanation: Explanation, theirs: list[list[tuple[str, str, float]]]) -> None:
    for turn, wanted in zip(explanation, theirs, strict=True):
        np.testing.assert_allclose([n.distance for n in turn.nearest], [far for *_, far in wanted], atol=1e-5)
        ties = len({round(far, 5) for *_, far in wanted}) < len(wanted)
        assert ties or [(n.text, n.label) for n in turn.nearest] == [(text, label) for text, label, _ in wanted]


@KINDS
@CAUSAL
def test_nearest_examples_come_from_the_bank_that_is_given(base: SentEmoContext, causal: bool) -> None:
    model = replace(base, causal=causal)
    bank = [Conversation(t.id, (replace(t.turns[0], label=None), *t.turns[1:])) for t in BANK]  # the first is context
    for count in (0, 3, 1000):
        explanation = model.explain(THREE, bank=bank, neighbours=count)
        assert_nearest(explanation, brute_nearest(model, THREE, featurised(model, bank), count))
        assert {len(turn.nearest) for turn in explanation} == {min(count, sum(len(talk) - 1 for talk in bank))}


def test_an_example_that_is_the_turn_itself_is_at_distance_0() -> None:
    for turn in MODEL.explain(TALKS[0], bank=TALKS):
        assert turn.nearest[0].distance == pytest.approx(0, abs=1e-5)


def test_a_bank_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    model = random_model()
    seen: list[int] = []
    monkeypatch.setattr(model, "features", lambda talks: (seen.append(len(talks)), MODEL.features(talks))[1])
    first = model.explain(THREE)
    assert model.explain(THREE) == first and len(seen) == 1
    assert first == MODEL.explain(THREE)
    given = [model.explain(THREE, bank=bank) for bank in (BANK, list(BANK), BANK[:9])]
    assert given[0] == given[1] and seen[1:] == [20, 9]
    model.causal = True
    model.explain(THREE, bank=BANK[:9])
    assert seen[1:] == [20, 9, 9]


def test_without_a_bank_they_come_from_the_package() -> None:
    model = replace(MODEL, labels=LabelSet(("neutral", "anger", "joy", "sadness")))
    own = [turn for talk in shipped() for turn in talk]
    for turn in model.explain(THREE, neighbours=1000).turns:
        assert {near.label for near in turn.nearest} == {"neutral", "anger", "sadness"}
        assert len(turn.nearest) == sum(each.label in model.labels.names for each in own)
    strange = replace(MODEL, labels=LabelSet(("a", "b", "c", "d")))
    assert all(turn.nearest == () and turn.prototypes for turn in strange.explain(THREE))


def test_prototypes_lie_where_the_mean_does() -> None:
    assert MODEL.prototypes is not None
    (points,) = MODEL.embed([THREE])
    for point, turn in zip(points, MODEL.explain(THREE), strict=True):
        far = np.sqrt(((point - MODEL.prototypes.points) ** 2).sum(1))
        assert_close(dict(turn.prototypes), dict(zip(FOUR.names, far.tolist(), strict=True)))


def test_a_label_without_examples_has_no_prototype() -> None:
    model = random_model()
    assert model.prototypes is not None
    model.prototypes.points[2] = 0
    assert all(set(turn.prototypes) == {"neutral", "anger", "sadness"} for turn in model.explain(THREE))
    assert all(turn.prototypes == {} for turn in random_model(heads=False).explain(THREE))


def test_merged_labels_are_as_near_as_their_nearest_part() -> None:
    merged = MODEL.rename({"anger": "bad", "sadness": "bad", "happiness": "good"})
    for ours, theirs in zip(merged.explain(THREE), MODEL.explain(THREE), strict=True):
        parts = theirs.prototypes
        bad = min(parts["anger"], parts["sadness"])
        assert_close(dict(ours.prototypes), {"neutral": parts["neutral"], "bad": bad, "good": parts["happiness"]})
        assert ours.prediction.label in ("neutral", "bad", "good")
        assert {near.label for near in ours.nearest} == {"neutral"}


TOPICS = [
    Conversation(
        f"e{number}",
        tuple(
            Utterance(text, "", label)
            for text, label in (
                (f"the {('train', 'bus', 'tram')[number]} is late", "travel"),
                (f"I cook {('soup', 'rice', 'beans')[number]} tonight", "food"),
                ("mhm, and then?", None),
            )
        ),
    )
    for number in range(3)
]


@KINDS
@pytest.mark.parametrize("method", ["prototypes", "neighbours", "linear"])
def test_an_adapted_model_shows_what_it_learnt_from(base: SentEmoContext, method: Any) -> None:
    model = base.adapt(TOPICS, method=method)
    learnt = featurised(model, TOPICS)
    explanation = model.explain(THREE, neighbours=4)
    assert_nearest(explanation, brute_nearest(model, THREE, learnt, 4))
    features = model.features([THREE])[0]
    means = {name: np.stack([row for _, label, row in learnt if label == name]).mean(0) for name in ("food", "travel")}
    for row, turn in zip(features, explanation, strict=True):
        far = {name: float(((row - mean) ** 2).sum() ** 0.5) for name, mean in means.items()}
        assert_close(dict(turn.prototypes), far)
    for gone in range(len(THREE)):
        assert_close(told(explanation, gone), changes(model, THREE, gone, 8))
    given = model.explain(THREE, bank=BANK)
    assert {near.label for turn in given for near in turn.nearest} <= {*FOUR.names}
    one = model.rename({"food": "topic", "travel": "topic"}).explain(THREE)
    for ours, theirs in zip(one, explanation, strict=True):
        assert_close(dict(ours.prototypes), {"topic": min(theirs.prototypes.values())})
        assert {near.label for near in ours.nearest} == {"topic"}


def test_json_holds_it_all() -> None:
    explanation = MODEL.explain(THREE, bank=BANK)
    record = json.loads(json.dumps(explanation.to_json()))
    assert record["id"] == "three" and len(record["turns"]) == len(THREE) == len(explanation)
    for turn, ours in zip(record["turns"], explanation, strict=True):
        assert set(turn) == {
            "speaker", "text", "label", "score", "probabilities", "nearest", "prototypes", "influences",
        }  # fmt: skip
        assert turn["score"] == pytest.approx(ours.prediction.score, abs=1e-6)
        assert turn["nearest"][0]["text"] == ours.nearest[0].text
        assert [other["turn"] for other in turn["influences"]] == [other.turn for other in ours.influences]


def test_what_can_not_be_explained_is_refused() -> None:
    with pytest.raises(BadInput, match="'empty' has no turn"):
        MODEL.explain(Conversation("empty", ()))
    with pytest.raises(BadInput, match=r"Turn 2 .* is empty"):
        MODEL.explain(Conversation.of("Hello", " "))
    for bank in ([], [Conversation.of("no label", "here")]):
        with pytest.raises(BadInput, match="No turn of the bank has a label"):
            MODEL.explain(THREE, bank=bank)
    with pytest.raises(UsageError, match="-1 neighbours"):
        MODEL.explain(THREE, neighbours=-1)
    for reach in (-1, 257):
        with pytest.raises(UsageError, match=f"{reach} turns away"):
            MODEL.explain(THREE, reach=reach)
    assert all(turn.influences == () for turn in MODEL.explain(THREE, reach=0))


def test_the_shipped_bank_serves_every_label() -> None:
    turns = [turn for talk in shipped() for turn in talk]
    counts = Counter(turn.label for turn in turns)
    assert set(counts) == set(get_corpus("dailydialog").labels.names) and min(counts.values()) >= 8
    assert len({turn.text.casefold() for turn in turns}) == len(turns)
    assert all(turn.text == turn.text.strip() and len(turn.text) < 80 for turn in turns)
    assert {len(talk) for talk in shipped()} == {1, 2}
