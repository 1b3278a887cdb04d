from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reproduction.isolated import tweets
from reproduction.isolated.tweets import WORDS, tweet_words
from reproduction.isolated.words import WordVectors
from sentemo.errors import BadInput, MissingExtra, UsageError
from tests.dialogues import template_dialogues

TEXTS = [turn.text for talk in template_dialogues(30) for turn in talk]
CORPUS = TEXTS + [" ".join(TEXTS[start:])[:100] for start in range(len(TEXTS))] * 20  # enough for threads to race
UNKNOWN = "bicyclists"


def train(seed: int = 0) -> WordVectors:
    return WordVectors.train(CORPUS, dimension=8, seed=seed, epochs=1, min_count=1, bucket=50)


VECTORS = train()


@pytest.fixture(scope="module")
def bin_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("words") / "small.bin"
    VECTORS.save(path)
    return path


def write_vec(folder: Path, text: str) -> Path:
    path = folder / "small.vec"
    path.write_text(text, encoding="utf-8")
    return path


def test_words_are_split_as_in_tweets() -> None:
    assert tweet_words("WELL, I can't wait :D !!! 🎉 AT&amp;T") == [
        *("well", ",", "i", "can't", "wait", ":D", "!", "!", "!", "🎉", "at", "&", "t")
    ]
    assert tweet_words("A b " * 30) == ["a", "b"] * (WORDS // 2)
    assert tweet_words("") == tweet_words(" \n") == []


@given(st.text(st.characters(), max_size=30))
def test_any_text_gives_words_that_a_file_can_hold(text: str) -> None:
    for word in tweet_words(text + " x\0y \ud800 &#0; &#xd800;"):
        assert word and "\0" not in word
        word.encode()


def test_a_long_text_takes_no_time() -> None:
    start = time.monotonic()
    assert len(tweet_words("1" * 100_000)) >= 1 and len(tweet_words("a " * 500_000)) == WORDS
    assert time.monotonic() - start < 2


@pytest.mark.parametrize("package", ["gensim", "nltk"])
def test_a_missing_package_names_its_extra(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    for name in (package, f"{package}.tokenize"):
        monkeypatch.setitem(sys.modules, name, None)
    tweets._tokenizer.cache_clear()
    with pytest.raises(MissingExtra, match=rf"{package} is not installed.*pip install 'sentemo\[reproduction\]'"):
        train()


def test_the_same_seed_gives_the_same_vectors_in_any_process() -> None:
    script = (
        f"import sys; sys.path[:0] = {sys.path!r}\n"
        "from reproduction.tests.isolated.test_words import VECTORS; print(VECTORS.identity)"
    )
    environment = os.environ | {"PYTHONHASHSEED": "7"}
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True)
    assert other.stdout.strip() == str(VECTORS.identity)
    assert train(seed=1).identity.key != VECTORS.identity.key
    assert VECTORS.identity.kind == "fasttext" and VECTORS.identity.dimension == 8


def test_what_is_saved_is_read_back(bin_file: Path, tmp_path: Path) -> None:
    again = WordVectors.load(bin_file)
    words = ["my", "bicycle", UNKNOWN, "!", "é", ""]
    np.testing.assert_array_equal(again.lookup(words), VECTORS.lookup(words))
    assert again.identity.key == VECTORS.identity.key and again.name == "small.bin"
    assert [path.name for path in bin_file.parent.iterdir()] == ["small.bin"]
    with pytest.raises(UsageError, match=r"Copy small\.bin instead"):
        again.save(tmp_path / "copy.bin")


def naive_hash(piece: str) -> int:
    """FNV-1a over signed bytes, as FastText has it."""
    value = 2166136261
    for byte in piece.encode():
        value = ((value ^ (byte | 0xFFFFFF00 if byte > 127 else byte)) * 16777619) % 2**32
    return value


@pytest.mark.parametrize("word", [UNKNOWN, "q", "naïve", "東京"])
def test_an_unknown_word_is_the_mean_of_its_ngrams(word: str) -> None:
    assert word not in VECTORS.keyed.key_to_index
    marked = f"<{word}>"
    pieces = [marked[i : i + n] for n in range(3, 7) for i in range(len(marked) - n + 1)]
    mean = np.mean([VECTORS.keyed.vectors_ngrams[naive_hash(piece) % 50] for piece in pieces], axis=0)
    np.testing.assert_allclose(VECTORS.lookup([word])[0], mean, atol=1e-6)


def test_vec_text_gives_unknown_words_zeros(tmp_path: Path) -> None:
    vectors = WordVectors.load(write_vec(tmp_path, "2 3\nglad 1 -2 0.5\nété 0 0 1e-3\n"))
    np.testing.assert_allclose(vectors.lookup(["été", UNKNOWN, "glad"]), [[0, 0, 1e-3], [0, 0, 0], [1, -2, 0.5]])
    assert vectors.dimension == 3 and vectors.lookup([]).shape == (0, 3)
    assert vectors.identity.key != WordVectors.load(write_vec(tmp_path, "1 3\nglad 1 -2 0.5\n")).identity.key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Dear Ida,\nsee you soon",
        "2 3\nglad 1 2 3\n",
        "2 3\nglad 1 2 3\nsad 1 2\n",
        "1 3\nglad 1 two 3\n",
        "1 3\nglad 1 nan 3\n",
        "1 3\nglad 1 -inf 3\n",
        "999999999999 300\nglad 1 2 3\n",
        "0 3\n",
        "-1 -3\nglad 1 2 3\n",
    ],
)
def test_a_damaged_vec_is_refused(tmp_path: Path, text: str) -> None:
    path = write_vec(tmp_path, text)
    with pytest.raises(BadInput, match=r"small\.vec: The file has no word vectors, or is damaged"):
        WordVectors.load(path)


def test_a_bin_cut_off_anywhere_is_refused(bin_file: Path, tmp_path: Path) -> None:
    whole, cut = bin_file.read_bytes(), tmp_path / "cut.bin"
    for end in (*range(0, 200), *range(200, len(whole), 401), len(whole) - 1):
        cut.write_bytes(whole[:end])
        with pytest.raises(BadInput, match="no word vectors, or is damaged"):
            WordVectors.load(cut)
    cut.write_bytes(whole + b"\0")
    with pytest.raises(BadInput, match="bytes, not"):
        WordVectors.load(cut)


@pytest.mark.parametrize(
    ("place", "message"),  # dimension, buckets, words twice, labels
    [(8, "a matrix of"), (40, "a matrix of"), (64, "damaged"), (68, "labels among"), (72, "labels among")],
)
@pytest.mark.parametrize("value", [b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f"])
def test_a_bin_with_a_wrong_number_is_refused(
    bin_file: Path, tmp_path: Path, place: int, message: str, value: bytes
) -> None:
    whole, wrong = bin_file.read_bytes(), tmp_path / "wrong.bin"
    wrong.write_bytes(whole[:place] + value + whole[place + 4 :])
    with pytest.raises(BadInput, match=message):
        WordVectors.load(wrong)


def test_a_bin_with_a_number_that_is_none_is_refused(bin_file: Path, tmp_path: Path) -> None:
    whole, wrong = bin_file.read_bytes(), tmp_path / "wrong.bin"
    first = whole.index(VECTORS.keyed.vectors_ngrams[0].tobytes())
    wrong.write_bytes(whole[:first] + np.float32(np.nan).tobytes() + whole[first + 4 :])
    with pytest.raises(BadInput, match="not finite"):
        WordVectors.load(wrong)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.bin"):
        with pytest.raises(BadInput, match=r"no word vectors.*Give a \.bin or \.vec file"):
            WordVectors.load(path)


@pytest.mark.parametrize("texts", [[], ["", " "], ["once"]])
def test_texts_without_words_train_nothing(texts: list[str]) -> None:
    with pytest.raises(BadInput, match="No word stands 2 times"):
        WordVectors.train(texts, dimension=8, bucket=50)


@given(st.lists(st.sampled_from([*TEXTS, "", "?!", UNKNOWN, "word " * 30]), max_size=6))
def test_texts_become_their_words_vectors_and_zeros(texts: list[str]) -> None:
    encoded, lengths = VECTORS.encode(texts)
    indexed = VECTORS.index(texts)
    assert encoded.shape == (len(texts), WORDS, 8) and encoded.dtype == np.float32
    for place, text in enumerate(texts):
        words = tweet_words(text)
        assert lengths[place] == len(words)
        np.testing.assert_array_equal(encoded[place, : len(words)], VECTORS.lookup(words))
        assert not encoded[place, len(words) :].any()
        alone, length = indexed.batch(np.array([place]))
        np.testing.assert_array_equal(alone[0], encoded[place])
        assert length == [len(words)]
    assert len(indexed.vectors) == 1 + len({word for text in texts for word in tweet_words(text)})
