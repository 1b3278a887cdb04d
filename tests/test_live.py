"""A live talk says what causal reading of the whole conversation says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artifacts.models import random_model
from dialogues import ECHOES, OPENERS, THINGS, template_dialogues
from encoders.readers import tiny_reader
from sentemo.errors import BadInput
from sentemo.model import SentEmoContext
from sentemo.types import Conversation, Utterance

MODELS = {
    "frozen": random_model(),
    "tuned": random_model(encoder=tiny_reader()),
    "prototypes": replace(random_model(), head="prototypes"),
    "adapted": random_model(encoder=tiny_reader()).adapt(template_dialogues(8)),
    "extended": random_model().adapt(
        [Conversation(str(n), (Utterance(text, "Ida", "new"),)) for n, text in enumerate(ECHOES)], labels="extend"
    ),
}
TEXTS = [*ECHOES, *(text.format(thing) for texts in OPENERS.values() for text in texts for thing in THINGS[:2])]
TALKS = st.lists(st.tuples(st.sampled_from(["", "Ida", "Max", "Zoe"]), st.sampled_from(TEXTS)), min_size=1, max_size=40)


def assert_same(model: SentEmoContext, talk: Conversation) -> None:
    live = model.live()
    ((whole, features),) = replace(model, causal=True).predict_with_features([talk])
    for place, (said, turn) in enumerate(zip(talk, whole, strict=True)):
        found = live.add(said.speaker, said.text)
        assert (found.speaker, found.text, found.label) == (turn.speaker, turn.text, turn.label)
        np.testing.assert_allclose([*found.probabilities.values()], [*turn.probabilities.values()], rtol=0, atol=1e-5)
        np.testing.assert_allclose(live.features, features[place], rtol=0, atol=1e-5)
        assert found.score == found.probabilities[found.label] and live.turns == place + 1


@pytest.mark.parametrize("kind", MODELS)
@settings(deadline=None, max_examples=25)
@given(said=TALKS)
def test_it_equals_the_whole_read_causally(kind: str, said: list[tuple[str, str]]) -> None:
    assert_same(MODELS[kind], Conversation.of(*said))


@pytest.mark.parametrize("kind", ["frozen", "tuned"])
def test_so_it_does_beyond_every_window_and_position(kind: str) -> None:
    turns = tuple(turn for talk in template_dialogues(80, seed=5) for turn in talk)[:300]
    assert_same(MODELS[kind], Conversation("long", turns))


def test_what_is_kept_is_bounded() -> None:
    model = MODELS["tuned"]
    live = model.live()
    for turn in (turn for talk in template_dialogues(30) for turn in talk):
        live.add(turn.speaker, turn.text)
    assert len(live._embeddings) == len(live._speakers) == model.network.shape.reach + 1


@pytest.mark.parametrize("text", ["", " \n", "\ud800"])
def test_what_cant_be_read_is_refused_and_not_counted(text: str) -> None:
    live = MODELS["frozen"].live()
    with pytest.raises(BadInput):
        live.add("Ida", text)
    assert live.turns == 0


def test_the_shipped_model_talks_live() -> None:
    model = SentEmoContext.from_pretrained()
    said = [("Ann", "I got the job!"), ("Bob", "No way... really?"), ("Ann", "Yes! I start on Monday.")] * 6
    assert_same(model, Conversation.of(*said))
