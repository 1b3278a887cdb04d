from __future__ import annotations

import json
import random

import numpy as np
import pytest
from sklearn.metrics import f1_score

from sentemo.errors import BadInput, BadModel
from sentemo.evaluation.bootstrap import draw_weights
from sentemo.evaluation.multilabel import measure_several
from sentemo.types import Conversation, LabelSet, Prediction, TurnPrediction, Utterance

LABELS = LabelSet(("joy", "relief", "rage", "calm"), "calm")


def turn(*names: str) -> Utterance:
    return Utterance("x", "", names[0] if len(names) == 1 else None, names if len(names) > 1 else ())


def told(*names: str) -> TurnPrediction:
    return TurnPrediction("", "x", "joy", 0.5, {"joy": 0.5}, labels=names)


def drawn(count: int) -> tuple[list[Conversation], list[Prediction]]:
    draw = random.Random(4)
    talks, predictions = [], []
    for number in range(count):
        turns = [tuple(draw.sample(LABELS.names[:3], draw.randint(0, 2))) for _ in range(draw.randint(1, 4))]
        talks.append(Conversation(str(number), tuple(turn(*names) for names in turns)))
        guesses = [
            told(*(name for name in LABELS.names[:3] if (name in names) ^ (draw.random() < 0.2))) for names in turns
        ]
        predictions.append(Prediction(str(number), tuple(guesses)))
    return talks, predictions


def test_figures_and_intervals_equal_counting_by_hand() -> None:
    talks, predictions = drawn(40)
    found = measure_several(talks, predictions, LABELS, resamples=25, seed=6)
    rows = [
        (number, [name in given for name in LABELS.names], [name in guess.labels for name in LABELS.names])
        for number, (talk, prediction) in enumerate(zip(talks, predictions, strict=True))
        for each, guess in zip(talk, prediction, strict=True)
        if (given := each.labels or tuple(filter(None, [each.label])))
    ]
    assert found.n == len(rows)

    def f1(taken: list[int], kind: str) -> float:
        gold, guesses = (np.array([rows[place][side] for place in taken]) for side in (1, 2))
        return 100 * float(f1_score(gold, guesses, average=kind, zero_division=0))

    every = [*range(len(rows))]
    assert (found.macro_f1, found.micro_f1) == pytest.approx((f1(every, "macro"), f1(every, "micro")))
    owners = np.unique([row[0] for row in rows], return_inverse=True)[1]
    values = [
        f1([place for place in every for _ in range(weights[owners[place]])], "macro")
        for weights in np.concatenate(list(draw_weights(owners.max() + 1, 25, 6)))
    ]
    assert found.intervals["macro_f1"] == pytest.approx(tuple(np.percentile(values, (2.5, 97.5))))
    assert found.per_label["calm"].support == 0 and found.per_label["calm"].f1 == 0
    raw = found.to_json()
    assert json.loads(json.dumps(raw, allow_nan=False)) == raw


def test_what_does_not_fit_is_refused() -> None:
    talks = [Conversation("", (turn("joy"),))]
    with pytest.raises(BadModel, match="don't fit"):
        measure_several(talks, [], LABELS)
    with pytest.raises(BadInput, match="Unknown label 'bliss'"):
        measure_several(talks, [Prediction("", (told("bliss"),))], LABELS)
    with pytest.raises(BadInput, match="No labelled utterances"):
        measure_several([Conversation("", (turn(),))], [Prediction("", (told(),))], LABELS)
