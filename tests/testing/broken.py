"""A labeler that passes every check, and for each check some that don't."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sentemo.errors import BadInput
from sentemo.evaluation.baselines import UniformLabeler
from sentemo.types import Conversation, LabelSet, Prediction, TurnPrediction
from tests.dialogues import FOUR

GOOD = UniformLabeler(FOUR)
Ask = Callable[[list[Conversation]], Any]


class Broken:
    """Answer a list by a function; a conversation alone as the first of a list, unless told otherwise."""

    labels: LabelSet = FOUR

    def __init__(self, ask: Ask, alone: Callable[[Conversation], Any] | None = None) -> None:
        self._ask, self._alone = ask, alone

    def predict(self, conversations: Any) -> Any:
        """Answer."""
        if not isinstance(conversations, Conversation):
            return self._ask(conversations)
        return self._alone(conversations) if self._alone else self._ask([conversations])[0]


def good(talks: Sequence[Conversation]) -> list[Prediction]:
    return GOOD.predict(list(talks))


def each(change: Callable[[TurnPrediction], TurnPrediction]) -> Ask:
    """Change every turn's prediction."""
    return lambda talks: [replace(p, turns=tuple(map(change, p.turns))) for p in good(talks)]


def raising(error: Exception, when: Callable[[Conversation], bool]) -> Ask:
    def ask(talks: list[Conversation]) -> list[Prediction]:
        if any(map(when, talks)):
            raise error
        return good(talks)

    return ask


def certain(turn: TurnPrediction, label: str) -> TurnPrediction:
    return replace(turn, label=label, score=1.0, probabilities={**dict.fromkeys(FOUR.names, 0.0), label: 1.0})


def by(number: Callable[[list[Conversation], Conversation], int]) -> Ask:
    """Let the labels follow from a number made of the batch and the conversation."""

    def ask(talks: list[Conversation]) -> list[Prediction]:
        found = []
        for talk, prediction in zip(talks, good(talks), strict=True):
            label = FOUR.names[number(talks, talk) % 4]
            found.append(replace(prediction, turns=tuple(certain(turn, label) for turn in prediction)))
        return found

    return ask


def poisoned() -> Ask:
    """Remember a refusal for ever."""
    seen: list[int] = []

    def ask(talks: list[Conversation]) -> list[Prediction]:
        if any("\0" in turn.text for talk in talks for turn in talk):
            seen.append(1)
            raise BadInput("NUL", "Remove it")
        return by(lambda *_: len(seen))(talks)

    return ask


def consuming(talks: list[Conversation]) -> list[Prediction]:
    found = good(talks)
    if isinstance(talks, list):
        talks.reverse()
    return found


def writing(talks: list[Conversation]) -> list[Prediction]:
    found = good(talks)
    for talk in talks:
        object.__setattr__(talk.turns[0], "label", "anger")
    return found


def nan(turn: TurnPrediction) -> TurnPrediction:
    return replace(turn, probabilities={**turn.probabilities, "anger": float("nan")})


def halved(turn: TurnPrediction) -> TurnPrediction:
    return replace(turn, score=turn.score / 2, probabilities={k: v / 2 for k, v in turn.probabilities.items()})


def longest(talks: list[Conversation]) -> int:
    return max(map(len, talks))


COUNT = itertools.count()
BROKEN: dict[str, tuple[str, Callable[[], Broken]]] = {
    "swaps conversations": ("one_prediction_for_each_turn", lambda: Broken(lambda talks: good(talks)[::-1])),
    "drops a conversation": ("one_prediction_for_each_turn", lambda: Broken(lambda talks: good(talks)[1:])),
    "drops a turn": (
        "one_prediction_for_each_turn",
        lambda: Broken(lambda talks: [replace(p, turns=p.turns[:-1]) for p in good(talks)]),
    ),
    "swaps turns": (
        "one_prediction_for_each_turn",
        lambda: Broken(lambda talks: [replace(p, turns=p.turns[::-1]) for p in good(talks)]),
    ),
    "gives a list for one": ("one_conversation_gives_one_prediction", lambda: Broken(good, lambda t: good([t]))),
    "another label set": (
        "labels_and_probabilities_fit",
        lambda: Broken(each(lambda turn: replace(turn, probabilities={"joy": 1.0}, label="joy", score=1.0))),
    ),
    "a label without probability": (
        "labels_and_probabilities_fit",
        lambda: Broken(each(lambda turn: replace(turn, label="joy"))),
    ),
    "nan": ("labels_and_probabilities_fit", lambda: Broken(each(nan))),
    "sums to a half": ("labels_and_probabilities_fit", lambda: Broken(each(halved))),
    "a score of its own": (
        "labels_and_probabilities_fit",
        lambda: Broken(each(lambda turn: replace(turn, score=turn.score + 0.01))),
    ),
    "looks at the batch's size": ("alone_as_in_any_batch", lambda: Broken(by(lambda talks, _: len(talks)))),
    "looks at the padding": ("alone_as_in_any_batch", lambda: Broken(by(lambda talks, _: longest(talks)))),
    "drops turns of whatever is alone": (
        "alone_as_in_any_batch",
        lambda: Broken(lambda talks: [replace(p, turns=p.turns[: len(talks)]) for p in good(talks)]),
    ),
    "looks at the place": ("order_changes_nothing", lambda: Broken(by(lambda talks, talk: talks.index(talk)))),
    "looks at names": (
        "names_change_nothing",
        lambda: Broken(by(lambda _, talk: sum(map(ord, "".join(turn.speaker for turn in talk))))),
    ),
    "invents a conversation": (
        "nothing_gives_nothing",
        lambda: Broken(lambda talks: good(talks) or good([Conversation.of("hm")])),
    ),
    "fails on nothing": ("nothing_gives_nothing", lambda: Broken(lambda talks: [talks[0]] and good(talks))),
    "fails on emoji": (
        "unusual_text_is_labelled",
        lambda: Broken(raising(BadInput("No words", "Write some"), lambda talk: "😀" in talk.turns[0].text)),
    ),
    "fails on length": (
        "unusual_text_is_labelled",
        lambda: Broken(raising(RuntimeError("too long"), lambda talk: len(talk) > 512)),
    ),
    "crashes on a blank turn": (
        "what_cannot_be_labelled_is_refused",
        lambda: Broken(raising(IndexError("0"), lambda talk: not all(turn.text.strip() for turn in talk))),
    ),
    "remembers a refusal": ("a_refusal_leaves_no_trace", lambda: Broken(poisoned())),
    "reverses what it is given": ("conversations_stay_as_they_were", lambda: Broken(consuming)),
    "writes into what it is given": ("conversations_stay_as_they_were", lambda: Broken(writing)),
    "rolls dice": ("twice_the_same", lambda: Broken(by(lambda *_: next(COUNT)))),
    "reads ahead": ("later_turns_change_nothing", lambda: Broken(by(lambda _, talk: len(talk)))),
}
"""What is wrong, the check that must find it, and the labeler."""
