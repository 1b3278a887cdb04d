from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentemo.encoders.encoder import EncoderIdentity
from sentemo.encoders.hashing import HashingEncoder
from sentemo.encoders.sentence import load_encoder
from sentemo.errors import BadModel, UsageError


@given(st.lists(st.text(max_size=20), max_size=6))
def test_vectors_have_length_1_and_depend_on_their_text_alone(texts: list[str]) -> None:
    encoder = HashingEncoder(16)
    vectors = encoder.encode(texts)
    assert vectors.shape == (len(texts), 16) and vectors.dtype == np.float32
    for text, vector in zip(texts, vectors, strict=True):
        length = np.linalg.norm(vector)
        assert length == pytest.approx(1, abs=1e-5) or (length == 0 and not vector.any())
        np.testing.assert_array_equal(vector, encoder.encode([text])[0])


def test_shared_words_make_texts_near() -> None:
    near, far, order, marks = HashingEncoder(256).encode(
        ["my cat is glad", "the train left early", "glad is my cat", "My cat is glad!"]
    )
    asked = HashingEncoder(256).encode(["my cat is sad"])[0]
    assert asked @ near > 0.5 > asked @ far + 0.2
    np.testing.assert_allclose(near, order, atol=1e-6)
    assert 0.5 < near @ marks < 1 - 1e-3


def test_a_text_without_words_or_marks_gives_zeros_and_a_lone_surrogate_is_no_question_mark() -> None:
    blank, surrogate, mark = HashingEncoder(16).encode([" \t", "\ud800", "?"])
    assert not blank.any()
    assert (surrogate != mark).any()


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    HashingEncoder(8).encode(["a", "b"], lambda done, total: told.append((done, total)))
    assert told == [(2, 2)]


def test_it_is_found_by_name() -> None:
    assert load_encoder("hashing").identity == HashingEncoder(64).identity
    assert load_encoder("hashing-128").identity.dimension == 128
    assert HashingEncoder(64).identity.key != HashingEncoder(128).identity.key


@pytest.mark.parametrize("name", ["hashing-", "hashing-7", "hashing-0", "hashing-12", "hashing-x", "hashing--8"])
def test_a_name_that_can_not_be_meant_is_refused(name: str) -> None:
    if name == "hashing-":
        assert load_encoder(name).identity.dimension == 64
        return
    with pytest.raises(UsageError, match=r"multiple of 8|is not a hashing"):
        load_encoder(name)


@given(
    st.builds(
        EncoderIdentity,
        st.text(max_size=5),
        st.text(max_size=5),
        st.text(max_size=5),
        st.lists(st.integers(0, 40), max_size=3).map(tuple),
        st.integers(0, 5000),
    )
)
def test_an_identity_survives_its_record(identity: EncoderIdentity) -> None:
    assert EncoderIdentity.from_json(identity.to_json()) == identity


@pytest.mark.parametrize(
    "damage", [{"layers": 3}, {"dimension": "wide"}, {"dimension": float("inf")}, {"layers": ["x"]}]
)
def test_a_damaged_record_is_refused(damage: dict[str, object]) -> None:
    record = HashingEncoder(8).identity.to_json()
    with pytest.raises(BadModel, match="encoder record is damaged"):
        EncoderIdentity.from_json(record | damage)
    with pytest.raises(BadModel, match="encoder record is damaged"):
        EncoderIdentity.from_json({key: value for key, value in record.items() if key not in damage})


def test_the_name_is_no_part_of_the_key() -> None:
    one = EncoderIdentity("kind", "here", "sum", (1, 2), 8)
    assert one.key == EncoderIdentity("kind", "there", "sum", (1, 2), 8).key
    for other in (
        EncoderIdentity("kinds", "here", "sum", (1, 2), 8),
        EncoderIdentity("kind", "here", "sums", (1, 2), 8),
        EncoderIdentity("kind", "here", "sum", (12,), 8),
        EncoderIdentity("kind", "here", "sum", (1, 2), 16),
    ):
        assert other.key != one.key
