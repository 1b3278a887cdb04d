"""A language model as a labeler like any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from sentemo.evaluation.comparison import Effort
from sentemo.labeler import Predicting
from sentemo.llm.answer import read_answer
from sentemo.llm.completion import Ask, Backend, OnProgress, Reply
from sentemo.llm.costs import Prices, Spent
from sentemo.llm.prompt import Prompt
from sentemo.types import ABSTENTION, Conversation, LabelSet, Prediction, TurnPrediction

Turns = Literal["all", "last"]


@dataclass
class LlmLabeler(Predicting):
    """Ask a language model for the label of each turn, or only of the last turns.

    A reply that names no label is an abstention, and so is a turn that is not asked about. If a model only names its
    label, the label gets probability 1.
    """

    backend: Backend
    labels: LabelSet
    prompt: Prompt
    turns: Turns = "all"
    run: int = 0
    """The number of the run; sampled replies differ from run to run."""
    prices: Prices | None = None
    on_progress: OnProgress | None = None
    replies: list[Reply] = field(default_factory=list, repr=False)
    """All replies so far."""

    @property
    def spent(self) -> Spent:
        """The cost of all calls of `predict`."""
        return Spent.of(self.replies, self.prices)

    @property
    def effort(self) -> Effort:
        """The same, as `sentemo.evaluation.comparison` compares it."""
        spent = self.spent
        return Effort(spent.requests, spent.seconds, spent.cost)

    def label(self, conversations: Sequence[Conversation]) -> list[Prediction]:
        """Ask for the label of each turn of validated conversations."""
        places = [
            (dialogue, turn)
            for dialogue, talk in enumerate(conversations)
            for turn in range(len(talk))
            if self.turns == "all" or turn == len(talk) - 1
        ]
        asks = [self._ask(conversations[dialogue], turn) for dialogue, turn in places]
        found = self.backend.replies(asks, self.run, self.on_progress)
        self.replies += found
        shares = {place: self._shares(reply) for place, reply in zip(places, found, strict=True)}
        return [self._prediction(number, talk, shares) for number, talk in enumerate(conversations)]

    def _ask(self, talk: Conversation, turn: int) -> Ask:
        where = f"turn {turn + 1} of dialogue {talk.id!r}"
        return Ask(self.prompt.ask(talk, turn, self.labels), tuple(self.prompt.shown(self.labels)), where)

    def _shares(self, reply: Reply) -> dict[str, float]:
        """Return the probability of each label, and of an abstention if there is one."""
        if reply.shares:
            given = dict(zip(self.prompt.shown(self.labels).values(), reply.shares, strict=True))
            return {name: given[name] for name in self.labels.names}
        return self._certain(read_answer(reply.text, self.labels))

    def _certain(self, label: str) -> dict[str, float]:
        return {**dict.fromkeys(self.labels.names, 0.0), label: 1.0}

    def _prediction(
        self, number: int, talk: Conversation, shares: dict[tuple[int, int], dict[str, float]]
    ) -> Prediction:
        turns = []
        for place, turn in enumerate(talk):
            found = shares.get((number, place)) or self._certain(ABSTENTION)
            label = max(found, key=found.__getitem__)
            turns.append(TurnPrediction.of(turn, label, found[label], found))
        return Prediction(talk.id, tuple(turns))
