"""The labeler checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace

from sentemo.errors import BadInput, SentemoError, UsageError
from sentemo.testing.differences import apart, unfit, unlike
from sentemo.testing.talks import ORDINARY, REFUSABLE, UNUSUAL, renamed
from sentemo.types import Conversation, Labeler, Prediction

Differences = Iterator[tuple[Conversation | None, str]]
"""Failures, each with the conversation that shows it."""


class CheckFailed(AssertionError):
    """A failed check, with its name, the conversation and the difference."""

    def __init__(self, check: str, talk: Conversation | None, difference: str) -> None:
        self.check, self.talk, self.difference = check, talk, difference
        where = "" if talk is None else f", conversation {talk.id!r}"
        super().__init__(f"{check}{where}: {difference}")


@dataclass(frozen=True)
class LabelerCheck:
    """One check; calling it raises `CheckFailed` if a labeler doesn't pass."""

    name: str
    find: Callable[[Labeler], Differences]

    @property
    def __name__(self) -> str:
        """The name, for pytest."""
        return self.name

    def __call__(self, labeler: Labeler) -> None:
        """Check a labeler."""
        try:
            found = next(self.find(labeler), None)
        except Exception as error:
            raise CheckFailed(self.name, None, f"it raised {type(error).__name__}: {error}") from error
        if found is not None:
            raise CheckFailed(self.name, *found)


def check_labeler(labeler: Labeler, *, causal: bool = False) -> None:
    """Check a labeler on test conversations; raise `CheckFailed` at the first failure.

    `causal` also checks that later turns don't change a label.
    """
    for check in labeler_checks(causal=causal):
        check(labeler)


def labeler_checks(*, causal: bool = False) -> list[LabelerCheck]:
    """Return all checks, to be run one at a time."""
    finders = (*FINDERS, later_turns_change_nothing) if causal else FINDERS
    return [LabelerCheck(find.__name__, find) for find in finders]


def one_prediction_for_each_turn(labeler: Labeler) -> Differences:
    """Predictions match the conversations and turns, in order."""
    found = _list(labeler, ORDINARY)
    if len(found) != len(ORDINARY):
        yield None, f"{len(found)} predictions for {len(ORDINARY)} conversations"
    for talk, prediction in zip(ORDINARY, found, strict=False):
        yield from ((talk, what) for what in unlike(talk, prediction))


def one_conversation_gives_one_prediction(labeler: Labeler) -> Differences:
    """A single conversation gives a single prediction, not a list."""
    for talk in ORDINARY[:2]:
        yield from ((talk, what) for what in unlike(talk, labeler.predict(deepcopy(talk))))


def labels_and_probabilities_fit(labeler: Labeler) -> Differences:
    """Labels are in the set; probabilities are finite and sum to 1; the score is the label's probability."""
    for talk, prediction in zip(ORDINARY, _list(labeler, ORDINARY), strict=True):
        yield from ((talk, what) for what in unfit(prediction, labeler.labels))


def alone_as_in_any_batch(labeler: Labeler) -> Differences:
    """Predictions don't depend on the other conversations of a call, or on their length."""
    talks = (*ORDINARY, *(talk for talk in UNUSUAL if len(talk) < 100))
    for talk, prediction in zip(talks, _list(labeler, talks), strict=True):
        yield from ((talk, what) for what in apart(_one(labeler, talk), prediction))


def order_changes_nothing(labeler: Labeler) -> Differences:
    """Predictions don't depend on the order of the conversations."""
    backwards = _list(labeler, ORDINARY[::-1])[::-1]
    for talk, one, other in zip(ORDINARY, _list(labeler, ORDINARY), backwards, strict=True):
        yield from ((talk, what) for what in apart(one, other))


def names_change_nothing(labeler: Labeler) -> Differences:
    """Predictions don't depend on the names of the speakers."""
    others = _list(labeler, [renamed(talk) for talk in ORDINARY])
    for talk, one, other in zip(ORDINARY, _list(labeler, ORDINARY), others, strict=True):
        yield from ((talk, what) for what in apart(one, other))


def nothing_gives_nothing(labeler: Labeler) -> Differences:
    """No conversations give no predictions."""
    if (found := labeler.predict([])) != []:
        yield None, f"no conversation gives {found!r}"


def unusual_text_is_labelled(labeler: Labeler) -> Differences:
    """Single characters, emoji, other scripts and 1,024 turns are labelled like any conversation."""
    for talk in UNUSUAL:
        yield from _well_labelled(labeler, talk)


def what_cannot_be_labelled_is_refused(labeler: Labeler) -> Differences:
    """An empty conversation, a blank turn, NUL, half a character, 100,000 characters: labelled, or rejected."""
    for talk in REFUSABLE:
        yield from _well_labelled(labeler, talk, may_refuse=True)


def a_refusal_leaves_no_trace(labeler: Labeler) -> Differences:
    """After a rejected conversation, others are labelled as before."""
    before = _one(labeler, ORDINARY[0])
    for talk in REFUSABLE:
        try:
            _list(labeler, [ORDINARY[1], talk])
        except SentemoError:
            yield from ((talk, f"afterwards {what}") for what in apart(before, _one(labeler, ORDINARY[0])))


def conversations_stay_as_they_were(labeler: Labeler) -> Differences:
    """Neither the conversations nor the list are modified."""
    given = list(deepcopy(ORDINARY))
    labeler.predict(given)
    if [talk.id for talk in given] != [talk.id for talk in ORDINARY]:
        yield None, "the list of conversations is another afterwards"
    yield from ((was, f"it is {now!r} afterwards") for was, now in zip(ORDINARY, given, strict=False) if was != now)


def twice_the_same(labeler: Labeler) -> Differences:
    """The same input gives bit-identical predictions."""
    for talk, one, other in zip(ORDINARY, _list(labeler, ORDINARY), _list(labeler, ORDINARY), strict=True):
        yield from ((talk, what) for what in apart(one, other, tolerance=0.0))


def later_turns_change_nothing(labeler: Labeler) -> Differences:
    """A truncated conversation has the labels of the whole one (for causal labelers)."""
    for talk, whole in zip(ORDINARY, _list(labeler, ORDINARY), strict=True):
        starts = [replace(talk, turns=talk.turns[:length]) for length in range(1, len(talk))]
        for start, found in zip(starts, _list(labeler, starts), strict=True):
            wanted = replace(whole, turns=whole.turns[: len(start)])
            yield from ((talk, f"cut after turn {len(start)}, {what}") for what in apart(found, wanted))


FINDERS: tuple[Callable[[Labeler], Differences], ...] = (
    one_prediction_for_each_turn,
    one_conversation_gives_one_prediction,
    labels_and_probabilities_fit,
    alone_as_in_any_batch,
    order_changes_nothing,
    names_change_nothing,
    nothing_gives_nothing,
    unusual_text_is_labelled,
    what_cannot_be_labelled_is_refused,
    a_refusal_leaves_no_trace,
    conversations_stay_as_they_were,
    twice_the_same,
)


def _list(labeler: Labeler, talks: Sequence[Conversation]) -> list[Prediction]:
    return labeler.predict(list(deepcopy(talks)))  # a labeler that modifies them must not affect other checks


def _one(labeler: Labeler, talk: Conversation) -> Prediction:
    return _list(labeler, [talk])[0]


def _well_labelled(labeler: Labeler, talk: Conversation, *, may_refuse: bool = False) -> Differences:
    try:
        prediction = _one(labeler, talk)
    except Exception as error:
        if not (may_refuse and isinstance(error, BadInput | UsageError)):
            yield talk, f"it raised {type(error).__name__}{', not BadInput' * may_refuse}: {error}"
        return
    for what in (*unlike(talk, prediction), *unfit(prediction, labeler.labels)):
        yield talk, what
