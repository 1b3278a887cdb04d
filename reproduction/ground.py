"""What a reproduction stands on: a corpus, its splits, the encoders at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reproduction.isolated.words import WordVectors
from sentemo.encoders.encoder import Encoder
from sentemo.encoders.sentence import load_encoder
from sentemo.files import cannot_write
from sentemo.training.fitting import Split
from sentemo.types import Conversation, LabelSet

ENCODERS: Mapping[str, str] = {
    "minilm": "all-MiniLM-L6-v2",
    "mpnet": "all-mpnet-base-v2",
    "roberta": "all-distilroberta-v1",
}
"""The paper's three encoders (section 4) by their published names. It names no RoBERTa; this one is the RoBERTa of the
same family as the other two."""


@dataclass(frozen=True)
class Ground:
    """The data of one corpus, and where to find what is not part of it."""

    corpus: str
    labels: LabelSet
    train: Split
    measured: Split
    """The split that every figure is measured on."""
    validation: Split | None = None
    """The split of the learning curves."""
    encoders: Mapping[str, str] = field(default_factory=lambda: dict(ENCODERS))
    """Hub name or folder of each encoder, by the keys of `ENCODERS`."""
    vectors: Path = Path("fasttext.bin")
    """Official FastText vectors, or where those trained on the training split are kept."""
    cached: Callable[[Encoder], Encoder] = lambda encoder: encoder
    """What puts an encoder behind a cache."""

    _loaded: dict[tuple[str, tuple[int, ...]], Encoder] = field(default_factory=dict, repr=False, compare=False)
    _words: list[WordVectors] = field(default_factory=list, repr=False, compare=False)

    def encoder(self, key: str, layers: tuple[int, ...] = ()) -> Encoder:
        """Load an encoder, once; raise `BadModel` where its weights can't be had."""
        if (key, layers) not in self._loaded:
            self._loaded[key, layers] = self.cached(load_encoder(self.encoders[key], layers))
        return self._loaded[key, layers]

    def words(self) -> WordVectors:
        """Load the word vectors, once; where there are none yet, train them on the training split and keep them.

        Raises `MissingExtra` without gensim.
        """
        if not self._words:
            if not self.vectors.is_file():
                texts = dict.fromkeys(turn.text for talk in self.train.conversations for turn in talk)
                trained = WordVectors.train(list(texts))
                with cannot_write(self.vectors):
                    self.vectors.parent.mkdir(parents=True, exist_ok=True)
                    trained.save(self.vectors)
            self._words.append(WordVectors.load(self.vectors))
        return self._words[0]

    @property
    def splits(self) -> dict[str, Sequence[Conversation]]:
        """The splits at hand, each once, by name."""
        given = (self.train, self.validation, self.measured)
        return {split.name: split.conversations for split in given if split is not None}
