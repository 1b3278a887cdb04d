"""Base classes of labelers: they accept conversations in any form; a single one gives a single prediction."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

from sentemo.errors import UsageError
from sentemo.inputs import Many, One, as_conversations
from sentemo.label_sets import SENTIMENT, as_sentiment, check_known
from sentemo.types import Conversation, Labeler, LabelSet, Prediction


class Predicting(ABC):
    """Base class of labelers; subclasses implement `label` for a list of conversations."""

    @abstractmethod
    def label(self, conversations: Sequence[Conversation]) -> list[Prediction]:
        """Label every turn of conversations that are already validated."""

    @overload
    def predict(self, conversations: One) -> Prediction: ...
    @overload
    def predict(self, conversations: Many) -> list[Prediction]: ...
    def predict(self, conversations: One | Many) -> Prediction | list[Prediction]:
        """Label every turn. A conversation's labels don't depend on what else is in the call.

        A string is a conversation of one turn, a list of strings independent texts, a list of (speaker, text) pairs one
        conversation. Raises `BadInput` for anything else.
        """
        talks, is_one = checked(conversations)
        found = self.label(talks)
        return found[0] if is_one else found


class ReadingModel(Predicting):
    """A model that can label causally and may have additional label sets."""

    causal: bool
    """Ignore later turns when labelling a turn, unless a call overrides it."""

    @property
    def label_sets(self) -> tuple[str, ...]:
        """The names of the label sets it has in addition to its own and `sentiment`."""
        return ()

    def label_as(self, conversations: Sequence[Conversation], labels: str) -> list[Prediction]:
        """Label with one of `label_sets`; raise `UsageError` for any other name."""
        raise UsageError(f"This model has no label set {labels!r}", "Use its own labels, or sentiment")

    @overload
    def predict(self, conversations: One, *, causal: bool | None = None, labels: str | None = None) -> Prediction: ...
    @overload
    def predict(
        self, conversations: Many, *, causal: bool | None = None, labels: str | None = None
    ) -> list[Prediction]: ...
    def predict(
        self, conversations: One | Many, *, causal: bool | None = None, labels: str | None = None
    ) -> Prediction | list[Prediction]:
        """Label every turn. A conversation's labels don't depend on what else is in the call.

        A string is a conversation of one turn, a list of strings independent texts, a list of (speaker, text) pairs one
        conversation. `labels` names another label set, such as `sentiment`. Raises `BadInput` for anything else, and
        `UsageError` for a label set that the model doesn't have.
        """
        model = self
        if causal is not None and causal != self.causal:
            model = copy.copy(self)
            model.causal = causal
        talks, is_one = checked(conversations)
        if labels is not None:
            check_known(labels, model.label_sets)
        if labels is None or labels == "sentiment":
            found = model.label(talks)
            found = found if labels is None else [as_sentiment(each) for each in found]
        else:
            found = model.label_as(talks, labels)
        return found[0] if is_one else found


@dataclass(frozen=True)
class InSentiment(Predicting):
    """Wrap a labeler of emotions to return their sentiment."""

    labeler: Labeler

    @property
    def labels(self) -> LabelSet:
        """Positive, neutral and negative."""
        return SENTIMENT

    def label(self, conversations: Sequence[Conversation]) -> list[Prediction]:
        """Label each turn with the wrapped labeler and add up the probabilities of each sentiment."""
        return [as_sentiment(each) for each in self.labeler.predict(conversations)]


def checked(given: One | Many) -> tuple[list[Conversation], bool]:
    """Return the input as valid conversations, and whether it was a single one."""
    talks, is_one = as_conversations(given)
    for talk in talks:
        talk.check()
    return talks, is_one
