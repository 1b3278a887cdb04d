"""Tokenise texts of any length: long ones in pieces, split at sentence ends. No torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from tokenizers import Tokenizer

from sentemo.errors import BadModel

PART_TOKENS = 512
"""The most tokens of an utterance that attend to each other; the parts of a longer one are read separately."""
ENDS = (".", "!", "?", "…")
Piece = list[int]


class Pieces:
    """A tokenizer that never truncates.

    A text of more than `max_tokens` becomes several pieces, each with the start and end tokens. A piece ends after a
    sentence if one ends in its second half, else when it is full.
    """

    def __init__(self, tokenizer: Tokenizer, max_tokens: int) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        tokenizer.encode_special_tokens = True  # "[SEP]" in a text means these letters
        self.tokenizer, self.max_tokens = tokenizer, max_tokens
        self._frame = tokenizer.encode("").ids
        self._ends = {tokenizer.token_to_id(end) for end in ENDS} - {None}

    @classmethod
    def read(cls, path: Path, max_tokens: int) -> Pieces:
        """Load a tokenizer file; raise `BadModel` if it is damaged."""
        try:
            return cls(Tokenizer.from_file(str(path)), max_tokens)
        except Exception as error:  # tokenizers raises plain Exception
            raise BadModel(f"{path} is not a valid tokenizer ({error})", "Get the model again") from error

    def encode(self, texts: Sequence[str]) -> list[list[Piece]]:
        """N texts -> the pieces of each, at least one."""
        return [[*self._cut(encoding.ids)] for encoding in self.tokenizer.encode_batch(list(texts))]

    def parts(self, texts: Sequence[str]) -> list[list[list[Piece]]]:
        """N texts -> the parts of each, lists of pieces with at most `PART_TOKENS` tokens in total, or of one piece."""
        return [[*_together(pieces)] for pieces in self.encode(texts)]

    def truncated(self, texts: Sequence[str]) -> list[Piece]:
        """N texts -> the first `max_tokens` tokens of each, for an encoder that reads no more."""
        before = len(self._frame) // 2
        closing, room = self._frame[before:], self.max_tokens - len(self._frame) + before
        found = (encoding.ids for encoding in self.tokenizer.encode_batch(list(texts)))
        return [ids if len(ids) <= self.max_tokens else [*ids[:room], *closing] for ids in found]

    def _cut(self, tokens: list[int]) -> Iterator[Piece]:
        if len(tokens) <= self.max_tokens:
            yield tokens
            return
        before = len(self._frame) // 2
        opening, closing = self._frame[:before], self._frame[before:]
        inner = tokens[len(opening) : len(tokens) - len(closing)]
        room = max(1, self.max_tokens - len(self._frame))
        start = 0
        while start < len(inner):
            stop = start + room
            if stop < len(inner):
                ends = (place + 1 for place in range(stop - 1, start + room // 2, -1) if inner[place] in self._ends)
                stop = next(ends, stop)
            yield [*opening, *inner[start:stop], *closing]
            start = stop


def _together(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    part: list[Piece] = []
    for piece in pieces:
        if part and sum(map(len, part)) + len(piece) > PART_TOKENS:
            yield part
            part = []
        part.append(piece)
    yield part
