"""Word vectors of FastText (Bojanowski et al. 2017), through gensim."""

from __future__ import annotations

import hashlib
import mmap
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reproduction.isolated.tweets import WORDS, tweet_words
from sentemo.encoders.encoder import EncoderIdentity
from sentemo.errors import BadInput, MissingExtra, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sentemo.encoders.encoder import Embeddings

    IntArray = NDArray[np.int64]

BIN_START = struct.pack("<i", 793712314)  # how Facebook's .bin files begin
BIN_HEADER = struct.Struct("<14id3i2q")  # magic, version, 12 settings, sampling; words, words, labels; tokens, pruned
BIN_MATRIX = struct.Struct("<?2q")  # quantized, rows, columns


@dataclass(frozen=True)
class IndexedTexts:
    """N texts as rows of one matrix of their V distinct words: 80 bytes a text, where its vectors take 24,000."""

    vectors: Embeddings
    """(V+1,E), the first row zeros for padding."""
    rows: NDArray[np.int32]
    """(N,W), rows of `vectors`, padded with 0."""
    lengths: IntArray
    """(N,), words of each text."""

    def batch(self, texts: IntArray | slice) -> tuple[Embeddings, IntArray]:
        """Positions of N texts -> their words (N,W,E) and lengths (N,)."""
        return self.vectors[self.rows[texts]], self.lengths[texts]


class WordVectors:
    """Look up words' vectors.

    A model with subwords, trained here or read from Facebook's `.bin`, gives an unknown word the mean vector of its
    character n-grams; `.vec` text has no subwords, so an unknown word gets zeros.
    """

    def __init__(self, keyed: Any, name: str, model: Any = None) -> None:
        self.keyed = keyed
        self.name = name
        self.model = model
        self.dimension = int(keyed.vector_size)

    @classmethod
    def load(cls, path: Path) -> WordVectors:
        """Read Facebook's `.bin` or `.vec`, told apart by how they begin.

        Raises `BadInput` for a file that is neither or damaged, `MissingExtra` where gensim is not installed.
        """
        gensim = _gensim()
        try:
            with path.open("rb") as file:
                is_bin = file.read(len(BIN_START)) == BIN_START
            (_check_bin if is_bin else _check_vec)(path)
            if is_bin:
                keyed = gensim.fasttext.load_facebook_vectors(str(path))
            else:
                keyed = gensim.KeyedVectors.load_word2vec_format(str(path), unicode_errors="replace")
            _check_finite(keyed)
        except Exception as error:  # gensim raises many kinds, all of which mean the same to a user
            raise BadInput(
                f"The file has no word vectors, or is damaged ({error})",
                "Give a .bin or .vec file of FastText, not quantized and not compressed",
                path=path,
            ) from error
        return cls(keyed, path.name)

    @classmethod
    def train(
        cls,
        texts: Sequence[str],
        dimension: int = 300,
        seed: int = 0,
        epochs: int = 5,
        *,
        min_count: int = 2,
        bucket: int = 100_000,
    ) -> WordVectors:
        """Train skip-grams with subwords on texts; the same texts and seed give the same vectors, byte for byte.

        Words rarer than `min_count` are left to their n-grams, which share `bucket` rows: fewer make a smaller file
        and more collisions. Raises `BadInput` where no word is left, `MissingExtra` where gensim is not installed.
        """
        sentences = [words for text in texts if (words := tweet_words(text))]
        model = _gensim().FastText(
            vector_size=dimension,
            sg=1,
            seed=seed,
            epochs=epochs,
            min_count=min_count,
            bucket=bucket,
            workers=1,  # several would race
            hashfxn=lambda text: zlib.crc32(text.encode()),  # Python's own differs between processes
        )
        model.build_vocab(sentences)
        if not len(model.wv):
            raise BadInput(f"No word stands {min_count} times in {len(texts)} texts", "Give more text")
        model.train(sentences, total_examples=len(sentences), epochs=epochs)
        return cls(model.wv, f"trained on {len(texts):,} texts", model)

    def save(self, path: Path) -> None:
        """Write Facebook's `.bin`, whole or not at all; raise `UsageError` for vectors that came from a file."""
        if self.model is None:
            raise UsageError("Vectors read from a file can't be written again", f"Copy {self.name} instead")
        part = path.with_name(f"{path.name}.part")
        _gensim().fasttext.save_facebook_model(self.model, str(part))
        part.replace(path)

    @cached_property
    def identity(self) -> EncoderIdentity:
        """Digest words, vectors and what unknown words depend on; a file has that of what it was saved from."""
        matrices = [getattr(self.keyed, name, None) for name in ("vectors", "vectors_ngrams")]
        subwords = [getattr(self.keyed, name, 0) for name in ("min_n", "max_n", "bucket")]
        digest = hashlib.sha256("\0".join([*map(str, subwords), *self.keyed.index_to_key]).encode())
        for matrix in matrices:
            if matrix is not None:
                digest.update(np.ascontiguousarray(matrix).data)
        return EncoderIdentity("fasttext", self.name, digest.hexdigest(), dimension=self.dimension)

    def lookup(self, words: Sequence[str]) -> Embeddings:
        """N words -> (N,E) float32."""
        vectors = np.zeros((len(words), self.dimension), dtype=np.float32)
        for row, word in enumerate(words):
            if word in self.keyed:
                vectors[row] = self.keyed[word]
        return vectors

    def index(self, texts: Sequence[str]) -> IndexedTexts:
        """Split N texts into words, and look every distinct word up once."""
        row_of: dict[str, int] = {}
        rows = np.zeros((len(texts), WORDS), dtype=np.int32)
        lengths = np.zeros(len(texts), dtype=np.int64)
        for place, text in enumerate(texts):
            found = [row_of.setdefault(word, len(row_of) + 1) for word in tweet_words(text)]
            rows[place, : len(found)] = found
            lengths[place] = len(found)
        padding = np.zeros((1, self.dimension), dtype=np.float32)
        return IndexedTexts(np.concatenate([padding, self.lookup(list(row_of))]), rows, lengths)

    def encode(self, texts: Sequence[str]) -> tuple[Embeddings, IntArray]:
        """N texts -> words (N,W,E) float32, padded with zeros, and lengths (N,); see `index` for many texts."""
        return self.index(texts).batch(slice(None))


def _gensim() -> Any:
    try:
        from gensim import models
    except ImportError as error:
        raise MissingExtra("gensim", "reproduction") from error
    return models


def _check_bin(path: Path) -> None:
    """Walk through a `.bin`: gensim would wait for ever for the end of a word that was cut off."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        header = BIN_HEADER.unpack_from(data)
        dimension, bucket, words = header[2], header[10], header[15]
        if header[16:18] != (words, 0):
            raise ValueError("labels among the words")
        end = BIN_HEADER.size
        for _ in range(words):
            end = data.find(b"\0", end) + 10  # the null byte, a count and a type
            if end < BIN_HEADER.size + 10:
                raise ValueError("a word without an end")
        for rows in (words + bucket, words):
            quantized, *size = BIN_MATRIX.unpack_from(data, end)
            if quantized or size != [rows, dimension]:
                raise ValueError(f"a matrix of {size}, not of {[rows, dimension]}")
            end += BIN_MATRIX.size + 4 * rows * dimension
        if end != len(data):
            raise ValueError(f"{len(data)} bytes, not {end}")


def _check_vec(path: Path) -> None:
    """Compare the sizes in the first line of a `.vec` with the file's, before memory is made for them."""
    with path.open("rb") as file:
        words, dimension = map(int, file.readline(100).split())
    if words < 1 or dimension < 1 or 2 * words * dimension > path.stat().st_size:
        raise ValueError(f"{words} words of {dimension} numbers don't fit")


def _check_finite(keyed: Any) -> None:
    for matrix in (keyed.vectors, getattr(keyed, "vectors_ngrams", np.zeros(1))):
        if matrix.size and not np.isfinite([matrix.min(), matrix.max()]).all():
            raise ValueError("a number that is not finite")
