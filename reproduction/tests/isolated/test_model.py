from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from reproduction.isolated import model as module
from reproduction.isolated.model import IsolatedModel
from reproduction.isolated.siamese import RecurrentSubnetwork
from reproduction.isolated.tweets import tweet_words
from reproduction.isolated.words import WordVectors
from sentemo.errors import BadInput, UsageError
from sentemo.evaluation.protocols import Embedder
from sentemo.heads import Neighbours, Prototypes, softmax, unit
from sentemo.testing import LabelerCheck, labeler_checks
from sentemo.types import Conversation, Labeler, Prediction, Utterance
from tests.dialogues import FOUR, template_dialogues

TALKS = template_dialogues(12)
TEXTS = [turn.text for talk in TALKS for turn in talk]
HEADS = ("prototypes", "neighbours")


def random_model() -> IsolatedModel:
    """Make a model whose sub-network is untrained and whose heads know random points."""
    torch.manual_seed(0)
    vectors = WordVectors.train(TEXTS, dimension=8, epochs=1, bucket=50)
    points, gold = unit(torch.randn(40, 6).numpy()), np.arange(40) % 4
    prototypes = Prototypes(np.stack([points[gold == label].mean(0) for label in range(4)]))
    neighbours = Neighbours(points, gold, np.zeros((40, 4), np.float32))
    return IsolatedModel(vectors, RecurrentSubnetwork(8, 6), FOUR, prototypes, neighbours)


MODEL = random_model()


def shares(prediction: Prediction) -> Any:
    return np.array([list(turn.probabilities.values()) for turn in prediction])


def test_it_is_a_labeler_and_an_embedder() -> None:
    assert isinstance(MODEL, Labeler) and isinstance(MODEL, Embedder)
    assert MODEL.labels == FOUR and not MODEL.subnetwork.training


@pytest.mark.parametrize("check", labeler_checks())
def test_it_passes_the_checks_of_every_labeler(check: LabelerCheck) -> None:
    check(MODEL)


@pytest.mark.parametrize("head", HEADS)
def test_probabilities_sum_to_1_and_the_label_is_the_most_probable(head: Any) -> None:
    for talk, prediction in zip(TALKS, replace(MODEL, head=head).predict(TALKS), strict=True):
        assert prediction.id == talk.id and len(prediction) == len(talk)
        for turn, said in zip(prediction, talk, strict=True):
            assert (turn.text, turn.speaker) == (said.text, said.speaker)
            assert tuple(turn.probabilities) == FOUR.names
            assert sum(turn.probabilities.values()) == pytest.approx(1, abs=1e-12)
            assert turn.score == turn.probabilities[turn.label] == max(turn.probabilities.values())


def test_the_head_reads_the_points() -> None:
    points = np.concatenate(MODEL.embed(TALKS))
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1, atol=1e-5)
    gaps = ((points[:, None] - MODEL.prototypes.points) ** 2).sum(axis=2)
    nearest = [FOUR.names[label] for label in gaps.argmin(axis=1)]
    assert [turn.label for prediction in MODEL.predict(TALKS) for turn in prediction] == nearest
    ours = np.concatenate([shares(prediction) for prediction in replace(MODEL, head="neighbours").predict(TALKS)])
    np.testing.assert_allclose(ours, softmax(MODEL.neighbours(points)), atol=1e-5)


turns = st.builds(Utterance, st.sampled_from([*TEXTS, "Hm", "&nbsp;"]), st.sampled_from(["", "Ida", "Max"]))


@pytest.mark.parametrize("head", HEADS)
@given(before=st.lists(turns, max_size=6), said=turns, after=st.lists(turns, max_size=6))
@settings(max_examples=30, deadline=None)
def test_context_never_matters(head: Any, before: list[Utterance], said: Utterance, after: list[Utterance]) -> None:
    model = replace(MODEL, head=head)
    talk = Conversation("", (*before, said, *after))
    alone = Conversation("", (Utterance(said.text),))
    np.testing.assert_allclose(model.embed([talk])[0][len(before)], model.embed([alone])[0][0], atol=1e-5)
    ours, theirs = shares(model.predict(talk))[len(before)], shares(model.predict(alone))[0]
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_other_words_matter() -> None:
    sad, glad = MODEL.embed([Conversation.of("I cried over Rome", "hooray, Rome at last")])[0]
    assert np.abs(sad - glad).max() > 1e-3


def test_many_utterances_run_in_batches_to_the_same_points(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = MODEL.embed(TALKS)
    seen: list[int] = []
    handle = MODEL.subnetwork.register_forward_pre_hook(lambda _, inputs: seen.append(len(inputs[0])))
    monkeypatch.setattr(module, "BATCH", 7)
    for ours, theirs in zip(MODEL.embed(TALKS), whole, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    handle.remove()
    assert max(seen) <= 7 and sum(seen) == len(set(TEXTS))


def test_an_utterance_without_words_has_a_point() -> None:
    blank = "&nbsp;"  # an HTML entity for a space
    assert tweet_words(blank) == []
    point = MODEL.embed([Conversation.of(blank, "Hm")])[0][0]
    assert np.linalg.norm(point) == pytest.approx(1, abs=1e-5)


def test_no_conversation_gives_no_prediction() -> None:
    assert MODEL.predict([]) == [] and MODEL.embed([]) == []


def test_what_can_not_be_meant_is_refused() -> None:
    with pytest.raises(UsageError, match=r"nknown head 'classifier'.*prototypes, neighbours"):
        replace(MODEL, head="classifier")  # type: ignore[arg-type]
    for text, message in (("", "is empty"), ("\ud83d", "half a character")):
        for call in (MODEL.predict, MODEL.embed):
            with pytest.raises(BadInput, match=message):
                call([Conversation.of("Hello", text)])
