"""A model that learns labels and tags of a user's own. No torch."""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self, get_args

import numpy as np

from sentemo.adaptation.adaptation import Adaptation
from sentemo.adaptation.learn import Keeping, learn, renamed
from sentemo.adaptation.ordinary import Turns, ordinary_turns
from sentemo.adaptation.tagging import learn_tags
from sentemo.artifacts.parts import ModelParts
from sentemo.errors import UsageError
from sentemo.heads import Floats, Method
from sentemo.types import Conversation, Prediction, TurnPrediction, Utterance


class Adaptable(ModelParts):
    """The parts of a model, and what is learnt from a few examples on its features; the network stays as it is."""

    causal: bool

    @abstractmethod
    def features(self, conversations: Sequence[Conversation]) -> list[Floats]:
        """Return what is learnt on, an array (T,F) for each conversation."""

    def adapt(
        self,
        examples: Sequence[Conversation] | Mapping[str, Sequence[str]],
        *,
        labels: Keeping = "replace",
        names: Sequence[str] = (),
        descriptions: Mapping[str, str] | None = None,
        method: Method | None = None,
        unlabelled: Sequence[Conversation] = (),
        context: float | None = None,
    ) -> Self:
        """Learn labels from a few examples; return a new model, this one stays.

        Examples are conversations in which some turns have a label, or texts by label: `{"relief": ["Phew!", ...]}`.
        `labels` says whether they become "tags", each a yes or no beside the model's own label ("extend" is another
        name for that), or "replace" the model's labels. `names` are labels that must be there, in their order; a label
        with a description (a few words) needs no example. The new model's `adaptation` says what to expect.

        For tags, a label that begins with `!` marks a counter-example, and `other` one of all tags; `unlabelled` are
        conversations of your own, on which thresholds are set in place of the project's own; `context` says how much a
        turn's neighbours count, from 0 to 1, else leaving examples out does. A tag with the name of one of the model's
        labels corrects: where it applies, the label becomes that one.

        Where labels are replaced, the `method` is chosen by leaving examples out, unless named, and `unlabelled`
        conversations shape a metric before any label is seen (paper, section 6.3), used where it does better; the label
        `other` needs no example. Raises `BadInput` for examples that contradict each other, are too few or too many.
        """
        if isinstance(examples, Mapping):
            examples = [
                Conversation("", (Utterance(t, "", label),)) for label, texts in examples.items() for t in texts
            ]
        if labels not in get_args(Keeping):
            raise UsageError(f"Labels can't be kept by {labels!r}", "Use tags or replace")
        if labels != "replace":
            if method is not None:
                raise UsageError(f"Tags are not learnt by {method}", "Leave the method out, or replace the labels")
            background = Turns(unlabelled, self.features) if unlabelled else self.ordinary
            given = (self.tags, self.features, examples, background)
            tags, found = learn_tags(*given, names=names, descriptions=descriptions, context=context)
            return replace(self, tags=tags, facts={**self.facts, "adapted": found.to_json()})
        views = self._views(unlabelled) if unlabelled else None
        parts, found = learn(
            self,
            self.features,
            examples,
            lambda: self.ordinary.alone,
            names=names,
            descriptions=descriptions,
            method=method,
            views=views,
        )
        facts = {name: fact for name, fact in self.facts.items() if name != "label shares"}  # those of other labels
        facts |= {"adapted": found.to_json()}
        return replace(self, **parts, facts=facts)

    def _views(self, conversations: Sequence[Conversation]) -> tuple[Floats, Floats]:
        """Read utterances in their whole conversations, and after what came before them: (N,F), (N,F)."""
        models = [copy.copy(self), copy.copy(self)]
        models[0].causal, models[1].causal = False, True
        whole, before = (np.concatenate(model.features(conversations)) for model in models)
        return whole, before

    @property
    def ordinary(self) -> Turns:
        """The project's own ordinary turns as this model reads them, on which tags are learnt; read once."""
        return ordinary_turns(self.runner, self.features)

    @property
    def adaptation(self) -> Adaptation | None:
        """What `adapt` found: method, examples, expected accuracy with its interval; None where nothing was adapted."""
        found = self.facts.get("adapted")
        return None if found is None else Adaptation.from_json(found)

    def rename(self, new: Mapping[str, str]) -> Self:
        """Give labels other names, the same to several to merge them (their probabilities are added)."""
        return replace(self, **renamed(self, new))

    def more_sensitive(self, by: Mapping[str, float]) -> Self:
        """Return a model that finds tags more often (above 0) or less: numbers added to their log-odds, -5 to 5.

        Raises `UsageError` for a tag that isn't there.
        """
        if self.tags is None:
            raise UsageError("This model has no tags", "Learn some: sentemo adapt --labels tags")
        return replace(self, tags=self.tags.more_sensitive(by))


@dataclass(frozen=True, slots=True)
class Change:
    """A turn with another label or other tags; positions from 0."""

    conversation: int
    turn: int
    before: TurnPrediction
    after: TurnPrediction

    def __str__(self) -> str:
        return f"{self.before.said} -> {self.after.said}: {self.after.text}"


def changes(before: Sequence[Prediction], after: Sequence[Prediction]) -> list[Change]:
    """Compare what was said of the same conversations, and return the turns that differ."""
    return [
        Change(number, place, old, new)
        for number, (one, other) in enumerate(zip(before, after, strict=True))
        for place, (old, new) in enumerate(zip(one, other, strict=True))
        if (old.label, {*old.tags}) != (new.label, {*new.tags})
    ]
