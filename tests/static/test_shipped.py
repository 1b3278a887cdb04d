"""The static model that ships with the package."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sentemo.artifacts.hub import SHIPPED_STATIC
from sentemo.model import SentEmoContext
from sentemo.static.model import StaticModel
from sentemo.types import Conversation
from tests.cli.conftest import Command, sentemo  # noqa: F401
from tests.dialogues import template_dialogues
from tests.export.test_graphs import assert_same


@pytest.fixture(scope="module")
def static() -> StaticModel:
    return StaticModel.from_pretrained()


@pytest.mark.slow
def test_it_is_small_and_gives_its_teachers_labels(static: StaticModel) -> None:
    assert sum(path.stat().st_size for path in SHIPPED_STATIC.iterdir()) < 9.5e6
    model = SentEmoContext.from_pretrained()  # which it was distilled from
    assert static.labels == model.labels
    talks = template_dialogues(100)
    pairs = zip(static.predict(talks), model.predict(talks), strict=True)
    same = [a.label == b.label for one, other in pairs for a, b in zip(one, other, strict=True)]
    assert np.mean(same) > 0.7


def test_it_keeps_what_a_labeler_promises(static: StaticModel) -> None:
    talks = template_dialogues(30)
    for talk, found in zip(talks, static.predict(talks), strict=True):
        assert_same(static.predict(talk), found, 1e-5)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("That's wonderful, I'm so happy for you!", "happiness"),
        ("The office is on the second floor.", "neutral"),
        ("What? Really? I can't believe it!", "surprise"),
    ],
)
def test_it_knows_plain_words(static: StaticModel, text: str, label: str) -> None:
    assert static.predict(Conversation.of(text)).turns[0].label == label


def test_commands_find_it_by_its_name(sentemo: Command) -> None:  # noqa: F811
    done = sentemo("predict", Path(__file__).parents[2] / "examples" / "support.txt", "--model", "static")
    assert done.code == 0 and json.loads(done.out.splitlines()[0])["turns"]
