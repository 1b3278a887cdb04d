from __future__ import annotations

import numpy as np
import pytest
import torch

from sentemo.encoders.hashing import HashingEncoder
from sentemo.errors import BadInput
from sentemo.training.dialogues import UNLABELLED, encode_dialogues
from sentemo.types import Conversation, LabelSet, Utterance
from tests.dialogues import FOUR

from .small import ENCODER, TRAIN, small_data

TALKS = [
    Conversation(
        "a", (Utterance("Hi", "X", "neutral"), Utterance("Go away", "Y", "anger"), Utterance("Hi", "X", None))
    ),
    Conversation("b", (Utterance("Go away", "Z", "sadness"),)),
]


def test_distinct_texts_are_encoded_once_and_dialogues_are_rows() -> None:
    data = encode_dialogues(TALKS, HashingEncoder(8), FOUR)
    assert data.embeddings.shape == (2, 8) and len(data) == 2
    assert [rows.tolist() for rows in data.rows] == [[0, 1, 0], [1]]
    assert [numbers.tolist() for numbers in data.speakers] == [[0, 1, 0], [0]]
    assert [gold.tolist() for gold in data.gold] == [[0, 1, UNLABELLED], [3]]
    assert data.label_counts().tolist() == [1, 1, 0, 1]


def test_a_batch_is_padded() -> None:
    data = encode_dialogues(TALKS, HashingEncoder(8), FOUR)
    batch = data.batch([1, 0])
    assert batch.gold.tolist() == [[3, UNLABELLED, UNLABELLED], [0, 1, UNLABELLED]]
    assert batch.inputs.is_turn.tolist() == [[True, False, False], [True, True, True]]
    assert batch.inputs.speakers.tolist() == [[0, 0, 0], [0, 1, 0]]
    texts = [["Go away"], ["Hi", "Go away", "Hi"]]
    for row, said in enumerate(texts):
        np.testing.assert_array_equal(batch.inputs.utterances[row, : len(said)], HashingEncoder(8).encode(said))
    assert not batch.inputs.utterances[0, 1:].any()


def test_utterances_are_the_labelled_ones_without_their_dialogues() -> None:
    embeddings, gold = encode_dialogues(TALKS, HashingEncoder(8), FOUR).utterances()
    assert gold.tolist() == [0, 1, 3]
    np.testing.assert_array_equal(embeddings, HashingEncoder(8).encode(["Hi", "Go away", "Go away"]))


def test_a_dropped_label_stays_as_context() -> None:
    data = small_data("neutral", LabelSet(FOUR.emotions))
    whole = small_data()
    assert data.n_labels == 3
    for rows, gold, before in zip(data.rows, data.gold, whole.gold, strict=True):
        assert len(rows) == len(before)
        expected = torch.where(before == 0, UNLABELLED, torch.where(before > 0, before - 1, before))
        assert torch.equal(gold, expected)


def test_an_unknown_label_is_refused() -> None:
    with pytest.raises(BadInput, match="Unknown label 'boredom'"):
        encode_dialogues([Conversation("", (Utterance("Hm", "", "boredom"),))], ENCODER, FOUR)


def test_progress_is_told_in_texts() -> None:
    told: list[tuple[int, int]] = []
    data = encode_dialogues(TRAIN.conversations, ENCODER, FOUR, on_progress=lambda *counts: told.append(counts))
    assert told[-1] == (len(data.embeddings), len(data.embeddings))
