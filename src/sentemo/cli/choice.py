"""How a user wants labels chosen: another label set, a sensitivity, shares fitted to the input."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from sentemo.cli.screen import tell
from sentemo.errors import UsageError
from sentemo.labeler import Predicting

if TYPE_CHECKING:
    from sentemo.loading import Model
    from sentemo.types import Conversation, Labeler, LabelSet, Prediction

AT_ONCE = 256  # conversations read and labelled together
SENTIMENT = "sentiment"
SHARES = "label shares"
"""The key of a model's facts with the label shares that it assumes."""
Label = Callable[[Sequence["Conversation"]], "list[Prediction]"]


@dataclass(frozen=True, slots=True)
class Choice:
    """How to choose labels, and from which set."""

    labels: str | None = None
    sensitivity: float = 0.0
    fit_shares: bool = False

    @property
    def several(self) -> bool:
        """Whether several labels of the set may apply to a turn."""
        return self.labels not in (None, SENTIMENT)

    def check(self, head: str) -> None:
        """Raise `UsageError` for options that can't be combined."""
        if self.several and (self.sensitivity or self.fit_shares):
            raise UsageError(
                f"--sensitivity and --fit-shares don't apply to the labels {self.labels!r}",
                f"Leave them out, or use --labels {SENTIMENT}",
            )
        if self.fit_shares and head != "classifier":
            raise UsageError(f"The head {head!r} assumes no label shares", "Leave out --head or --fit-shares")

    def labeler(self, model: Model, conversations: Sequence[Conversation] = ()) -> Labeler:
        """Return the labeler for these options; fitting shares needs all conversations."""
        from sentemo.labeler import InSentiment
        from sentemo.shares import sensitive

        labeler = _fitted(model, conversations) if self.fit_shares else model
        labeler = sensitive(labeler, self.sensitivity)
        return InSentiment(labeler) if self.labels == SENTIMENT else labeler

    def label(self, model: Model) -> Label:
        """Return a function that labels conversations with a multi-label set."""
        return lambda conversations: model.predict(conversations, labels=self.labels)


def batches(conversations: Iterable[Conversation]) -> Iterator[list[Conversation]]:
    """Yield conversations in batches to label together."""
    rest = iter(conversations)
    while batch := list(islice(rest, AT_ONCE)):
        yield batch


def _fitted(model: Model, conversations: Sequence[Conversation]) -> Labeler:
    """Estimate the label shares of conversations, print them, and return both with a labeler that uses them."""
    from sentemo.shares import Reweighed, fit_shares

    assumed = _assumed(model)
    known = [prediction for batch in batches(conversations) for prediction in model.predict(batch)]
    fitted = fit_shares(known, assumed)
    tell(f"Label shares, with 95 % intervals: {fitted}")
    return Reweighed(_Known(model.labels, dict(zip(conversations, known, strict=True))), fitted.factors)


def _assumed(model: Model) -> Mapping[str, float]:
    shares = model.facts.get(SHARES)
    if not isinstance(shares, dict) or {*shares} != {*model.labels.names} or not all(map(_is_share, shares.values())):
        raise UsageError(
            "This model doesn't state the label shares that it assumes",
            "Use a --sensitivity instead, or a model trained with --recipe everyday",
        )
    return shares


def _is_share(value: object) -> bool:
    return isinstance(value, float | int) and 0 < value <= 1


@dataclass(frozen=True)
class _Known(Predicting):
    """A labeler that returns predictions made earlier."""

    labels: LabelSet
    predictions: Mapping[Conversation, Prediction]

    def label(self, conversations: Sequence[Conversation]) -> list[Prediction]:
        return [self.predictions[each] for each in conversations]
