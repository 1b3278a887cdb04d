"""The labeler for static models, which needs numpy, safetensors and tokenizers, but no torch."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from sentemo.artifacts.manifest import AGAIN, check_manifest
from sentemo.artifacts.weights import read_weights
from sentemo.batching import Piece, grouped, pieces
from sentemo.encoders.pieces import Pieces
from sentemo.errors import BadModel
from sentemo.judgement import Floats, judge
from sentemo.labeler import ReadingModel
from sentemo.static.folder import TOKENIZER, WEIGHTS, Static, read_static
from sentemo.static.network import StaticNetwork, neighbours
from sentemo.types import Conversation, LabelSet, Prediction

GROUP_TURNS = 512  # turns read at once, which limits memory and fits the processor's cache


class StaticModel(ReadingModel):
    """Recognise the emotion of every utterance of a conversation, fast but less accurately: a first pass over archives.

    An utterance is the sum of its tokens' vectors, whatever their order; a small network reads it between its
    neighbours. With `causal`, a label depends only on the turns up to its own.
    """

    def __init__(self, folder: Path, *, causal: bool = False) -> None:
        check_manifest(folder)
        self.static: Static = read_static(folder)
        self.causal = causal
        self.network = StaticNetwork(read_weights(folder / WEIGHTS, self.static.shapes), self.static.reach)
        self.tokenizer = Pieces.read(folder / TOKENIZER, self.static.max_tokens)
        if max(self.tokenizer.tokenizer.get_vocab().values(), default=0) >= self.static.vocabulary:
            raise BadModel(f"{folder} has a tokenizer that knows more tokens than its table", AGAIN)

    def __repr__(self) -> str:
        return f"StaticModel({', '.join(self.labels)})"

    @classmethod
    def from_pretrained(cls, name: str | Path = "static", *, causal: bool = False) -> StaticModel:
        """Load the static model that ships with the package, or a folder that `sentemo distil` made.

        Raises `BadModel` if it is damaged.
        """
        from sentemo.artifacts.hub import find

        return cls(find(name), causal=causal)

    @property
    def labels(self) -> LabelSet:
        """The labels that it predicts."""
        return self.static.label_set

    @property
    def facts(self) -> dict[str, Any]:
        """The facts recorded by its training."""
        return self.static.facts

    @property
    def form(self) -> str:
        """A short description of what computes the labels."""
        return "a table of tokens"

    @property
    def reach(self) -> int:
        """How many turns on either side can influence a turn's label."""
        return self.static.reach

    def label(self, conversations: Sequence[Conversation]) -> list[Prediction]:
        """Label every turn of conversations that are already validated."""
        shares: list[list[list[float]]] = [[] for _ in conversations]
        tops: list[list[int]] = [[] for _ in conversations]
        for group in grouped(pieces([len(each) for each in conversations], self.reach), GROUP_TURNS):
            rows, chosen = judge(self._score(conversations, group), None, self.static.rule)
            first = 0
            for piece in group:
                kept = slice(first + piece.start - piece.first, first + piece.stop - piece.first)
                shares[piece.dialogue] += rows[kept].tolist()
                tops[piece.dialogue] += chosen[kept].tolist()
                first += piece.last - piece.first
        found = zip(conversations, shares, tops, strict=True)
        return [Prediction.of(talk, self.labels, rows_of, tops_of) for talk, rows_of, tops_of in found]

    def _score(self, conversations: Sequence[Conversation], group: Sequence[Piece]) -> Floats:
        """N pieces -> the scores of all their turns, concatenated; equal texts are read once."""
        texts = [turn.text for p in group for turn in conversations[p.dialogue].turns[p.first : p.last]]
        place = {text: number for number, text in enumerate(dict.fromkeys(texts))}
        vectors = self.network.pool([[*chain(*pieces)] for pieces in self.tokenizer.encode([*place])])
        around = neighbours([p.last - p.first for p in group], self.reach)
        if self.causal:
            around[:, self.reach :] = len(texts)
        return self.network.score(vectors[[place[text] for text in texts]], around)
