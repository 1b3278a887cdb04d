"""What labelers share: whatever is passed as conversations is understood, and one of them gives one prediction."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import overload

from sentemo.inputs import Many, One, as_conversations
from sentemo.types import Conversation, Prediction


class Predicting(ABC):
    """A labeler; the subclass labels a list of conversations."""

    @abstractmethod
    def label(self, conversations: Sequence[Conversation]) -> list[Prediction]:
        """Label every turn of conversations that were checked."""

    @overload
    def predict(self, conversations: One) -> Prediction: ...
    @overload
    def predict(self, conversations: Many) -> list[Prediction]: ...
    def predict(self, conversations: One | Many) -> Prediction | list[Prediction]:
        """Label every turn. A conversation's labels don't depend on what else is in the call.

        A string is a conversation of one turn, a list of strings independent texts, a list of (speaker, text) pairs one
        conversation. Raises `BadInput` for what is not a conversation.
        """
        talks, is_one = checked(conversations)
        found = self.label(talks)
        return found[0] if is_one else found


class ReadingModel(Predicting):
    """A model that can read a conversation as it comes, and may know other label sets."""

    causal: bool
    """Read a conversation as it comes, unless a call says otherwise: no later turn matters to a label."""

    @abstractmethod
    def label_as(self, conversations: Sequence[Conversation], labels: str) -> list[Prediction]:
        """Label by another label set; raise `UsageError` for one that the model hasn't."""

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
        conversation. `labels` names another label set, such as `sentiment`. Raises `BadInput` for what is not a
        conversation, `UsageError` for a label set that the model hasn't.
        """
        model = self
        if causal is not None and causal != self.causal:
            model = copy.copy(self)
            model.causal = causal
        talks, is_one = checked(conversations)
        found = model.label(talks) if labels is None else model.label_as(talks, labels)
        return found[0] if is_one else found


def checked(given: One | Many) -> tuple[list[Conversation], bool]:
    """Return the conversations that are meant, all of which can be read, and whether it is a single one."""
    talks, is_one = as_conversations(given)
    for talk in talks:
        talk.check()
    return talks, is_one
