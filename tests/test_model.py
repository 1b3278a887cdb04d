from __future__ import annotations

import copy
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentemo.batching import PIECE_TURNS, pieces
from sentemo.encoders.sentence import SentenceEncoder
from sentemo.errors import BadInput, UsageError
from sentemo.evaluation.protocols import Embedder
from sentemo.inference import engine as module
from sentemo.inference.modules import Modules
from sentemo.model import SentEmoContext
from sentemo.types import Conversation, Labeler, Prediction, Utterance
from tests.artifacts.models import random_model
from tests.dialogues import FOUR, template_dialogues
from tests.encoders.readers import tiny_reader

TALKS = template_dialogues(40)
MODEL = random_model()
TUNED = random_model(encoder=tiny_reader())
KINDS = pytest.mark.parametrize("base", [MODEL, TUNED], ids=["frozen", "tuned"])
HEADS = ("classifier", "prototypes", "neighbours")


def shares(prediction: Prediction) -> Any:
    return np.array([list(turn.probabilities.values()) for turn in prediction])


def assert_same(ours: Prediction, theirs: Prediction) -> None:
    assert [turn.label for turn in ours] == [turn.label for turn in theirs]
    np.testing.assert_allclose(shares(ours), shares(theirs), rtol=0, atol=1e-5)


def long_talk(turns: int) -> Conversation:
    said = [turn for talk in template_dialogues(turns, seed=1) for turn in talk][:turns]
    return Conversation("long", tuple(said))


def test_it_is_a_labeler_and_an_embedder() -> None:
    assert isinstance(MODEL, Labeler) and isinstance(MODEL, Embedder)
    assert MODEL.labels == FOUR


@pytest.mark.evidence("predictions.probabilities")
@pytest.mark.parametrize("head", HEADS)
def test_probabilities_sum_to_1_and_the_label_is_the_most_probable(head: Any) -> None:
    for talk, prediction in zip(TALKS, replace(MODEL, head=head).predict(TALKS), strict=True):
        assert prediction.id == talk.id and len(prediction) == len(talk)
        for turn, said in zip(prediction, talk, strict=True):
            assert (turn.text, turn.speaker) == (said.text, said.speaker)
            assert tuple(turn.probabilities) == FOUR.names
            assert sum(turn.probabilities.values()) == pytest.approx(1, abs=1e-12)
            assert turn.score == turn.probabilities[turn.label] == max(turn.probabilities.values())


@pytest.mark.evidence("predictions.batch")
@KINDS
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("head", HEADS)
def test_a_conversation_is_labelled_the_same_alone_and_in_any_company(
    head: Any, causal: bool, base: SentEmoContext
) -> None:
    model = replace(base, head=head, causal=causal)
    together = model.predict(TALKS)
    for talk, prediction in zip(TALKS, together, strict=True):
        assert_same(model.predict(talk), prediction)
    for ours, theirs in zip(model.predict(TALKS[::-1])[::-1], together, strict=True):
        assert_same(ours, theirs)
    padded = model.predict([TALKS[0], long_talk(300)])[0]
    assert_same(padded, together[0])


@KINDS
def test_labels_and_features_in_one_pass_are_those_of_two(base: SentEmoContext) -> None:
    talks = [TALKS[0], long_talk(600), TALKS[1]]
    apart = zip(base.predict(talks), base.features(talks), strict=True)
    for (ours, features), (theirs, own) in zip(base.predict_with_features(talks), apart, strict=True):
        assert_same(ours, theirs)
        np.testing.assert_allclose(features, own, rtol=0, atol=1e-5)


@pytest.mark.evidence("predictions.batch")
def test_so_it_is_with_the_packaged_encoder(minilm: SentenceEncoder) -> None:
    model = random_model(encoder=minilm)
    some = TALKS[:12]
    together = model.predict(some)
    for ours, theirs in zip(model.predict(some[::-1])[::-1], together, strict=True):
        assert_same(ours, theirs)
    for place in (0, 5, 11):
        assert_same(model.predict(some[place]), together[place])


@pytest.mark.evidence("predictions.names")
@KINDS
def test_names_change_nothing_and_who_speaks_does(base: SentEmoContext) -> None:
    named = template_dialogues(10)
    for other in (("Zoe", "Ida"), ("Max", "Ida"), ("", "")):
        renamed = template_dialogues(10, speakers=other)
        for ours, theirs in zip(base.predict(named), base.predict(renamed), strict=True):
            np.testing.assert_array_equal(shares(ours), shares(theirs))
    alone = template_dialogues(10, speakers=("Ida", "Ida"))
    assert any(
        np.abs(shares(ours) - shares(theirs)).max() > 1e-3
        for ours, theirs in zip(base.predict(named), base.predict(alone), strict=True)
    )


turns = st.builds(
    Utterance,
    st.sampled_from([turn.text for talk in TALKS for turn in talk]),
    st.sampled_from(["", "Ida", "Max", "Eve"]),
)


@pytest.mark.evidence("predictions.causal")
@KINDS
@given(said=st.lists(turns, min_size=1, max_size=8), later=st.lists(turns, max_size=8))
@settings(max_examples=30, deadline=None)
def test_in_causal_mode_later_turns_change_nothing(
    said: list[Utterance], later: list[Utterance], base: SentEmoContext
) -> None:
    model = replace(base, causal=True)
    before = model.predict(Conversation("", tuple(said)))
    after = model.predict(Conversation("", tuple(said + later)))
    np.testing.assert_allclose(shares(after)[: len(said)], shares(before), rtol=0, atol=1e-5)


def test_without_causal_mode_later_turns_matter() -> None:
    talk = next(talk for talk in TALKS if len(talk) > 3)
    cut = Conversation("", talk.turns[:2])
    assert np.abs(shares(MODEL.predict(talk))[:2] - shares(MODEL.predict(cut))).max() > 1e-3


@KINDS
@pytest.mark.parametrize("causal", [False, True])
def test_a_long_conversation_runs_in_pieces_to_the_same_answer(
    monkeypatch: pytest.MonkeyPatch, causal: bool, base: SentEmoContext
) -> None:
    network = copy.deepcopy(base.runner.network)
    model = replace(base, causal=causal, runner=Modules(base.runner.encoder, network))
    seen: list[int] = []
    network.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].shape[1]))
    talk = long_talk(5000)
    prediction = model.predict(talk)
    assert len(prediction) == 5000
    assert max(seen) <= PIECE_TURNS + 2 * model.reach and len(seen) > 1
    monkeypatch.setattr(module, "pieces", partial(pieces, piece_turns=350))
    monkeypatch.setattr(module, "GROUP_TURNS", 1000)
    np.testing.assert_allclose(shares(model.predict(talk)), shares(prediction), rtol=0, atol=1e-5)
    short = Conversation("", talk.turns[:1100])
    inner = 1100 - model.reach  # what does not see the end
    monkeypatch.setattr(module, "pieces", partial(pieces, piece_turns=1100))
    np.testing.assert_allclose(shares(model.predict(short))[:inner], shares(prediction)[:inner], rtol=0, atol=1e-5)
    assert max(seen) == 1100


def test_points_lie_on_the_unit_sphere_and_decide_the_other_heads() -> None:
    points = MODEL.embed(TALKS)
    assert [array.shape for array in points] == [(len(talk), 8) for talk in TALKS]
    flat = np.concatenate(points)
    np.testing.assert_allclose(np.linalg.norm(flat, axis=1), 1, atol=1e-5)
    assert MODEL.prototypes is not None
    nearest = [FOUR.names[int(((point - MODEL.prototypes.points) ** 2).sum(axis=1).argmin())] for point in flat]
    predictions = replace(MODEL, head="prototypes").predict(TALKS)
    assert [turn.label for prediction in predictions for turn in prediction] == nearest


def test_a_head_that_is_not_there_is_refused() -> None:
    bare = random_model(heads=False)
    assert bare.predict(TALKS[0]) == MODEL.predict(TALKS[0])
    for head in ("prototypes", "neighbours"):
        bare.head = head  # type: ignore[assignment]
        with pytest.raises(UsageError, match=f"saved without {head}"):
            bare.predict(TALKS[0])
    bare.head = "other"  # type: ignore[assignment]
    with pytest.raises(UsageError, match=r"Unknown head 'other'.*classifier, prototypes, neighbours"):
        bare.predict(TALKS[0])


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ([], "'odd' has no turn"),
        (["Hello", ""], "Turn 2 of conversation 'odd' is empty"),
        (["\n \t"], "Turn 1 of conversation 'odd' is empty"),
        (["Hello", "Hm", "\ud83d?"], r"Turn 3 of conversation 'odd' contains half a character"),
    ],
)
def test_a_conversation_that_can_not_be_read_is_refused(texts: list[str], message: str) -> None:
    odd = Conversation.of(*texts, id="odd")
    for call in (MODEL.predict, MODEL.embed):
        with pytest.raises(BadInput, match=message) as caught:
            call([TALKS[0], odd])
        assert caught.value.exit_code == 3


@pytest.mark.evidence("predictions.probabilities")
def test_odd_but_sound_texts_are_labelled() -> None:
    odd = ["\x00", "a" * 5000, "\u202eabc", "🎉" * 50, "ﷺ", "\u200b", "?" * 3]
    assert np.isfinite(shares(MODEL.predict(Conversation.of(*odd)))).all()


def test_no_conversation_gives_no_prediction() -> None:
    assert MODEL.predict([]) == [] and MODEL.embed([]) == []


def test_a_network_in_training_is_set_to_inference() -> None:
    model = random_model()
    again = SentEmoContext(Modules(model.runner.encoder, model.runner.network.train()), model.labels)
    assert not again.runner.network.training
    assert again.predict(TALKS[0]) == again.predict(TALKS[0])
