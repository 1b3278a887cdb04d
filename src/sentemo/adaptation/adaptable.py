"""A model that learns user-defined labels and tags. No torch."""

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
from sentemo.heads import Floats, Method, OtherLabels
from sentemo.types import Conversation, Prediction, TurnPrediction, Utterance


class Adaptable(ModelParts):
    """Model parts that can learn labels and tags from a few examples of their features; the network is unchanged."""

    causal: bool

    @abstractmethod
    def features(self, conversations: Sequence[Conversation]) -> list[Floats]:
        """Return the features to learn from, an array (T,F) for each conversation."""

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
        """Learn labels from a few examples; return a new model and leave this one unchanged.

        Examples are conversations in which some turns have a label, or texts by label: `{"relief": ["Phew!", ...]}`.
        `labels` says whether they become "tags", each a yes or no in addition to the model's own label ("extend" is an
        alias), or "replace" the model's labels. `names` are labels that must be present, in this order; a label with a
        description (a few words) needs no example. The new model's `adaptation` says what to expect.

        For tags, a label that starts with `!` marks a counter-example, and `other` a counter-example of all tags.
        Thresholds are set on `unlabelled`, your own conversations, or by default on those shipped with the package.
        `context` is the weight of a turn's neighbours, from 0 to 1, chosen by leave-one-out if not given. A tag with
        the name of one of the model's labels is a correction: it replaces the label of the turns it applies to.

        When labels are replaced, the `method` is chosen by leave-one-out unless given, and `unlabelled` conversations
        train a metric without labels (paper, section 6.3), which is used if it does better; the label `other` needs no
        example. Raises `BadInput` if examples contradict each other, or are too few or too many.
        """
        if isinstance(examples, Mapping):
            examples = [
                Conversation("", (Utterance(t, "", label),)) for label, texts in examples.items() for t in texts
            ]
        if labels not in get_args(Keeping):
            raise UsageError(f"Unknown value for labels: {labels!r}", "Use tags or replace")
        if labels != "replace":
            if method is not None:
                raise UsageError(f"Tags are not learnt by {method}", "Leave the method out, or replace the labels")
            background = Turns(unlabelled, self.features) if unlabelled else self.ordinary
            tags, found = learn_tags(
                self.tags,
                self.features,
                examples,
                background,
                names=names,
                descriptions=descriptions,
                context=context,
                shades=self.shades,
            )
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
        facts = {name: fact for name, fact in self.facts.items() if name != "label shares"}  # of other labels
        facts |= {"adapted": found.to_json()}
        return replace(self, **parts, facts=facts)

    def _views(self, conversations: Sequence[Conversation]) -> tuple[Floats, Floats]:
        """Read utterances in their whole conversations, and with preceding turns only: (N,F), (N,F)."""
        models = [copy.copy(self), copy.copy(self)]
        models[0].causal, models[1].causal = False, True
        whole, before = (np.concatenate(model.features(conversations)) for model in models)
        return whole, before

    @property
    def ordinary(self) -> Turns:
        """Features of the shipped ordinary turns, against which tags are learnt; cached."""
        return ordinary_turns(self.runner, self.features)

    @property
    def shades(self) -> OtherLabels | None:
        """The additional label set whose probabilities help to learn tags, if the model has it."""
        return self.heads.get("shades")

    @property
    def adaptation(self) -> Adaptation | None:
        """What `adapt` found: method, examples, expected accuracy and interval; None if the model was not adapted."""
        found = self.facts.get("adapted")
        return None if found is None else Adaptation.from_json(found)

    def rename(self, new: Mapping[str, str]) -> Self:
        """Rename labels; labels with the same new name are merged (their probabilities are added)."""
        return replace(self, **renamed(self, new))

    def more_sensitive(self, by: Mapping[str, float]) -> Self:
        """Return a model that finds tags more often (above 0) or less often: numbers added to their log-odds, -5 to 5.

        Raises `UsageError` for an unknown tag.
        """
        if self.tags is None:
            raise UsageError("This model has no tags", "Learn some: sentemo adapt --labels tags")
        return replace(self, tags=self.tags.more_sensitive(by))


@dataclass(frozen=True, slots=True)
class Change:
    """A turn whose label or tags changed; positions from 0."""

    conversation: int
    turn: int
    before: TurnPrediction
    after: TurnPrediction

    def __str__(self) -> str:
        return f"{self.before.said} -> {self.after.said}: {self.after.text}"


def changes(before: Sequence[Prediction], after: Sequence[Prediction]) -> list[Change]:
    """Compare predictions of the same conversations, and return the turns that differ."""
    return [
        Change(number, place, old, new)
        for number, (one, other) in enumerate(zip(before, after, strict=True))
        for place, (old, new) in enumerate(zip(one, other, strict=True))
        if (old.label, {*old.tags}) != (new.label, {*new.tags})
    ]
