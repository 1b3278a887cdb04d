"""The influence of each turn on the labels of the turns around it, by leaving it out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

import numpy as np

from sentemo.batching import Array, Piece
from sentemo.explanation.explanation import Influence
from sentemo.inference.engine import Engine, Output
from sentemo.judgement import Floats, Judgement
from sentemo.types import Conversation, Labeler, TurnPrediction, Utterance

GROUP_TURNS = 8192  # turns run at once, which limits memory on conversations of any length
Item = TypeVar("Item")
Judge = Callable[[Output], Judgement]


def influences(
    engine: Engine,
    judge: Judge,
    conversation: Conversation,
    judged: Judgement,
    reach: int,
    on_progress: Callable[[int, int], None] | None = None,
    turn: int | None = None,
) -> list[list[Influence]]:
    """Return the effect of leaving each turn out on the turns up to `reach` away, T lists.

    A conversation without a turn is the conversation that the others would have had: positions and speakers are
    renumbered. Speakers without a name keep their identity, though: they no longer alternate. With `turn`, only the
    influence on that turn is measured.
    """
    whole = _Whole.read(engine, conversation)
    own = np.take_along_axis(judged.probabilities, judged.labels[:, None], 1)[:, 0]  # (T,)
    found: list[list[Influence]] = [[] for _ in conversation]
    lacking = _lacking(len(conversation), reach, engine)
    if turn is not None:
        lacking = _lacking_for(turn, len(conversation), reach, engine)
    at_once = max(1, GROUP_TURNS // (2 * (reach + engine.reach) + 1))
    while group := list(islice(lacking, at_once)):
        for piece, probabilities in zip(group, _probabilities(engine, judge, whole, group), strict=True):
            turns = np.arange(piece.start, piece.stop)
            turns += turns >= piece.dialogue  # positions in the whole conversation
            change = own[turns] - np.take_along_axis(probabilities, judged.labels[turns, None], 1)[:, 0]
            for turn, difference in zip(turns.tolist(), change.tolist(), strict=True):
                found[turn].append(Influence(piece.dialogue, difference))
        if on_progress:
            on_progress(group[-1].dialogue + 1, len(conversation))
    return found


def _lacking(length: int, reach: int, engine: Engine) -> Iterator[Piece]:
    """Yield what to run for each conversation with a turn left out; `dialogue` is the left-out turn."""
    rest = length - 1
    for gone in range(length):
        start, stop = gone if engine.causal else max(0, gone - reach), min(rest, gone + reach)
        last = stop if engine.causal else min(rest, stop + engine.reach)
        if start < stop:
            yield Piece(gone, max(0, start - engine.reach), start, stop, last)


def _lacking_for(turn: int, length: int, reach: int, engine: Engine) -> Iterator[Piece]:
    """Yield what to run to label one turn in each conversation with another turn left out."""
    rest = length - 1
    for gone in range(max(0, turn - reach), turn if engine.causal else min(length, turn + reach + 1)):
        if gone != turn:
            start = turn - (gone < turn)
            last = start + 1 if engine.causal else min(rest, max(gone, start + 1 + engine.reach))
            yield Piece(gone, max(0, min(gone, start - engine.reach)), start, start + 1, last)


@dataclass(frozen=True)
class _Whole:
    """The whole conversation, with no turn left out."""

    texts: Sequence[str]
    numbers: Sequence[int]
    """The speakers' numbers."""
    openings: frozenset[int]
    """The first turn of each speaker; leaving one out changes the numbering."""
    embeddings: Array
    """(T,E)."""

    @classmethod
    def read(cls, engine: Engine, conversation: Conversation) -> _Whole:
        texts, numbers = [turn.text for turn in conversation], conversation.speaker_numbers()
        openings = {number: place for place, number in reversed([*enumerate(numbers)])}.values()
        (embeddings,) = engine.read([texts], [np.array(numbers)])
        return cls(texts, numbers, frozenset(openings), embeddings)

    def speakers(self, piece: Piece) -> Array:
        """Return the numbers of a piece's speakers in the conversation without the left-out turn, (last - first,)."""
        if piece.dialogue not in self.openings:
            return np.array(_kept(self.numbers, piece))
        order: dict[int, int] = {}
        rest = (number for place, number in enumerate(self.numbers) if place != piece.dialogue)
        return np.array([order.setdefault(number, len(order)) for number in rest][piece.first : piece.last])


def _probabilities(engine: Engine, judge: Judge, whole: _Whole, group: Sequence[Piece]) -> Iterator[Floats]:
    """Yield the probabilities of each piece, (stop - start, C)."""
    speakers = [whole.speakers(piece) for piece in group]
    embeddings = _embeddings(engine, whole, group, speakers)
    first = [piece.first for piece in group]
    for piece, output in zip(group, engine.score(embeddings, speakers, first), strict=True):
        yield judge(output.at(slice(piece.start - piece.first, piece.stop - piece.first))).probabilities


def _embeddings(engine: Engine, whole: _Whole, group: Sequence[Piece], speakers: Sequence[Array]) -> list[Array]:
    """Return the embeddings of each piece, (last - first, E)."""
    embeddings = [
        np.concatenate([whole.embeddings[p.first : p.dialogue], whole.embeddings[p.dialogue + 1 : p.last + 1]])
        for p in group
    ]
    if not engine.reading_reach:
        return embeddings
    anew = [_changed(engine, piece, piece.dialogue in whole.openings) for piece in group]
    texts = [_kept(whole.texts, each) for each in anew]
    persons = [
        own[each.first - piece.first : each.last - piece.first]
        for own, each, piece in zip(speakers, anew, group, strict=True)
    ]
    for old, new, each, piece in zip(embeddings, engine.read(texts, persons), anew, group, strict=True):
        old[each.start - piece.first : each.stop - piece.first] = new[each.start - each.first : each.stop - each.first]
    return embeddings


def _changed(engine: Engine, piece: Piece, opens: bool) -> Piece:
    """Return the part of a piece to re-encode: the embeddings that can differ from the whole conversation's."""
    if opens:
        return piece._replace(start=piece.first, stop=piece.last)
    gone, reach = piece.dialogue, engine.reading_reach
    start, stop = gone if engine.causal else max(piece.first, gone - reach), min(piece.last, gone + reach)
    last = stop if engine.causal else min(piece.last, stop + reach)
    return Piece(gone, max(piece.first, start - reach), start, stop, last)


def _kept(items: Sequence[Item], piece: Piece) -> list[Item]:
    """Return the items of the whole conversation that a piece reads."""
    return [*items[piece.first : piece.dialogue], *items[piece.dialogue + 1 : piece.last + 1]]


AROUND, CLOSE = (2, 8, 16), 0.1
"""Turns of context on either side, as few as give the turn its label with a probability this close; the work grows with
them, and two are enough for seven turns in eight."""
MOST = 24
"""The most parts a turn is cut into: single words, or a few words each in a longer turn."""
WORD = re.compile(r"\S+\s*|\s+")


@dataclass(frozen=True, slots=True)
class WordInfluence:
    """The effect of a word, or of a few words, on the probability of a turn's label."""

    text: str
    """Including what follows up to the next word, so that all texts together are the turn's."""
    change: float
    """The probability minus the probability without them; positive if they support the label."""


def weigh_words(
    model: Labeler, conversation: Conversation, told: TurnPrediction, turn: int
) -> tuple[WordInfluence, ...]:
    """Leave out each word of a turn and relabel it, all in one batch; return the effect of each word on its label.

    `told` is the turn's label in the whole conversation; distant turns are ignored (`AROUND`). For a turn of one word,
    which has nothing to compare with, returns ().
    """
    parts = cut(conversation.turns[turn].text)
    if len(parts) < 2:
        return ()
    for around in AROUND:
        first, near = max(0, turn - around), conversation.turns[max(0, turn - around) : turn + around + 1]
        (alone,) = model.predict([Conversation("", near)])
        whole = alone.turns[turn - first]
        if whole.label == told.label and abs(whole.score - told.score) <= CLOSE:
            break
    found = model.predict([_with(near, turn - first, "".join(_without(parts, place))) for place in range(len(parts))])
    shares = [prediction.turns[turn - first].probabilities[told.label] for prediction in found]
    return tuple(
        WordInfluence(text, whole.probabilities[told.label] - share) for text, share in zip(parts, shares, strict=True)
    )


def _without(items: Sequence[Item], place: int) -> list[Item]:
    return [*items[:place], *items[place + 1 :]]


def cut(text: str) -> list[str]:
    """Split a text into words, or into at most `MOST` parts of equally many words; joined they are the text."""
    words = WORD.findall(text)
    if len(words) > 1 and not words[0].strip():
        words[:2] = ["".join(words[:2])]
    size = -(-len(words) // MOST)
    return ["".join(words[start : start + size]) for start in range(0, len(words), size)]


def _with(turns: Sequence[Utterance], place: int, text: str) -> Conversation:
    return Conversation("", (*turns[:place], replace(turns[place], text=text), *turns[place + 1 :]))
