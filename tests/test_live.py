from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentemo.errors import BadInput
from sentemo.model import SentEmoContext
from sentemo.types import Conversation, Utterance
from tests.artifacts.models import random_model
from tests.dialogues import template_dialogues
from tests.encoders.readers import tiny_reader

FROZEN = random_model()
TUNED = random_model(encoder=tiny_reader())
KINDS = pytest.mark.parametrize("model", [FROZEN, TUNED], ids=["frozen", "tuned"])
SAID = [turn for talk in template_dialogues(40) for turn in talk]


def assert_live_is_causal(model: SentEmoContext, talk: Conversation) -> None:
    causal = replace(model, causal=True)
    whole, features = causal.predict(talk), causal.features([talk])[0]
    live = model.live()
    for turn, expected, row in zip(talk, whole, features, strict=True):
        found = live.add(turn.speaker, turn.text)
        assert (found.label, found.speaker, found.text) == (expected.label, turn.speaker, turn.text)
        np.testing.assert_allclose([*found.probabilities.values()], [*expected.probabilities.values()], atol=1e-5)
        np.testing.assert_allclose(live.features, row, atol=1e-5)
    assert live.turns == len(talk)


@KINDS
@settings(max_examples=25, deadline=None)
@given(
    texts=st.lists(st.sampled_from([turn.text for turn in SAID]), min_size=1, max_size=25),
    speakers=st.lists(st.sampled_from(["", "Ann", "Bob", "Cem"]), min_size=25, max_size=25),
)
def test_turns_added_one_by_one_are_labelled_as_in_causal_mode(
    model: SentEmoContext, texts: list[str], speakers: list[str]
) -> None:
    turns = (Utterance(text, who) for text, who in zip(texts, speakers, strict=False))
    assert_live_is_causal(model, Conversation("live", tuple(turns)))


@KINDS
def test_a_talk_longer_than_windows_and_places(model: SentEmoContext) -> None:
    turns = tuple(Utterance(turn.text, f"person {place % 11}") for place, turn in enumerate(SAID[:90]))
    assert_live_is_causal(model, Conversation("long", turns))


def test_the_shipped_model_goes_along() -> None:
    talk = Conversation.of(("Ann", "I lost my keys again."), ("Bob", "Oh no!"), ("Ann", "Wait, here they are!"))
    assert_live_is_causal(SentEmoContext.from_pretrained(), talk)


@KINDS
@pytest.mark.parametrize("text", ["", "  \n", "half \ud800"])
def test_a_bad_turn_is_refused_and_the_talk_goes_on(model: SentEmoContext, text: str) -> None:
    live, undisturbed = model.live(), model.live()
    for talk in (live, undisturbed):
        talk.add("Ann", "Hello.")
    with pytest.raises(BadInput):
        live.add("Cem", text)
    assert live.add("Bob", "Hi!") == undisturbed.add("Bob", "Hi!")


@KINDS
def test_what_is_remembered_does_not_grow(model: SentEmoContext) -> None:
    live = model.live()
    sizes = []
    for turn in SAID[:60]:
        live.add("Ann", turn.text)
        sizes.append(max(len(getattr(live, name)._kept) for name in ("_network", "_reader") if hasattr(live, name)))
    assert sizes[-1] == sizes[30] <= 1 + max(model.runner.network.shape.window, 3)
