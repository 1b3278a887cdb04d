"""The checks, each under its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace

from sentemo.errors import BadInput, SentemoError, UsageError
from sentemo.testing.differences import apart, unfit, unlike
from sentemo.testing.talks import ORDINARY, REFUSABLE, UNUSUAL, renamed
from sentemo.types import Conversation, Labeler, Prediction

Differences = Iterator[tuple[Conversation | None, str]]
"""What is wrong, each with the conversation that shows it."""


class CheckFailed(AssertionError):
    """Name the check, the conversation and the difference."""

    def __init__(self, check: str, talk: Conversation | None, difference: str) -> None:
        self.check, self.talk, self.difference = check, talk, difference
        where = "" if talk is None else f", conversation {talk.id!r}"
        super().__init__(f"{check}{where}: {difference}")


@dataclass(frozen=True)
class LabelerCheck:
    """One check; calling it raises `CheckFailed` where a labeler doesn't pass."""

    name: str
    find: Callable[[Labeler], Differences]

    @property
    def __name__(self) -> str:
        """The name, where pytest looks for it."""
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
    """Check a labeler with conversations made for it; raise `CheckFailed` at the first difference.

    `causal` says that it reads a conversation as it comes, so that no later turn may matter.
    """
    for check in labeler_checks(causal=causal):
        check(labeler)


def labeler_checks(*, causal: bool = False) -> list[LabelerCheck]:
    """Return all checks, to run one at a time."""
    finders = (*FINDERS, later_turns_change_nothing) if causal else FINDERS
    return [LabelerCheck(find.__name__, find) for find in finders]


def one_prediction_for_each_turn(labeler: Labeler) -> Differences:
    """Predictions are of the conversations and turns, in their order."""
    found = _list(labeler, ORDINARY)
    if len(found) != len(ORDINARY):
        yield None, f"{len(found)} predictions for {len(ORDINARY)} conversations"
    for talk, prediction in zip(ORDINARY, found, strict=False):
        yield from ((talk, what) for what in unlike(talk, prediction))


def one_conversation_gives_one_prediction(labeler: Labeler) -> Differences:
    """A conversation that isn't in a list gives a prediction that isn't either."""
    for talk in ORDINARY[:2]:
        yield from ((talk, what) for what in unlike(talk, labeler.predict(deepcopy(talk))))


def labels_and_probabilities_fit(labeler: Labeler) -> Differences:
    """Labels are of the set; probabilities are finite and sum to 1; the score is the label's."""
    for talk, prediction in zip(ORDINARY, _list(labeler, ORDINARY), strict=True):
        yield from ((talk, what) for what in unfit(prediction, labeler.labels))


def alone_as_in_any_batch(labeler: Labeler) -> Differences:
    """What else is labelled changes nothing, nor how long it is."""
    talks = (*ORDINARY, *(talk for talk in UNUSUAL if len(talk) < 100))
    for talk, prediction in zip(talks, _list(labeler, talks), strict=True):
        yield from ((talk, what) for what in apart(_one(labeler, talk), prediction))


def order_changes_nothing(labeler: Labeler) -> Differences:
    """Neither does the order of the conversations."""
    backwards = _list(labeler, ORDINARY[::-1])[::-1]
    for talk, one, other in zip(ORDINARY, _list(labeler, ORDINARY), backwards, strict=True):
        yield from ((talk, what) for what in apart(one, other))


def names_change_nothing(labeler: Labeler) -> Differences:
    """Who speaks when matters, what they are called doesn't."""
    others = _list(labeler, [renamed(talk) for talk in ORDINARY])
    for talk, one, other in zip(ORDINARY, _list(labeler, ORDINARY), others, strict=True):
        yield from ((talk, what) for what in apart(one, other))


def nothing_gives_nothing(labeler: Labeler) -> Differences:
    """No conversation, no prediction."""
    if (found := labeler.predict([])) != []:
        yield None, f"no conversation gives {found!r}"


def unusual_text_is_labelled(labeler: Labeler) -> Differences:
    """One character, emoji, other scripts, 1,024 turns are conversations like others."""
    for talk in UNUSUAL:
        yield from _well_labelled(labeler, talk)


def what_cannot_be_labelled_is_refused(labeler: Labeler) -> Differences:
    """An empty conversation, a blank turn, NUL, half a character, 100,000 characters: labelled, or refused."""
    for talk in REFUSABLE:
        yield from _well_labelled(labeler, talk, may_refuse=True)


def a_refusal_leaves_no_trace(labeler: Labeler) -> Differences:
    """After a conversation that was refused, others are labelled as before."""
    before = _one(labeler, ORDINARY[0])
    for talk in REFUSABLE:
        try:
            _list(labeler, [ORDINARY[1], talk])
        except SentemoError:
            yield from ((talk, f"afterwards {what}") for what in apart(before, _one(labeler, ORDINARY[0])))


def conversations_stay_as_they_were(labeler: Labeler) -> Differences:
    """What is given isn't changed, the list neither."""
    given = list(deepcopy(ORDINARY))
    labeler.predict(given)
    if [talk.id for talk in given] != [talk.id for talk in ORDINARY]:
        yield None, "the list of conversations is another afterwards"
    yield from ((was, f"it is {now!r} afterwards") for was, now in zip(ORDINARY, given, strict=False) if was != now)


def twice_the_same(labeler: Labeler) -> Differences:
    """The same question has the same answer, bit for bit."""
    for talk, one, other in zip(ORDINARY, _list(labeler, ORDINARY), _list(labeler, ORDINARY), strict=True):
        yield from ((talk, what) for what in apart(one, other, tolerance=0.0))


def later_turns_change_nothing(labeler: Labeler) -> Differences:
    """A conversation that was cut off has the labels of the whole one (for labelers that read as it comes)."""
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
    return labeler.predict(list(deepcopy(talks)))  # a labeler that writes into them must not change other checks


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
