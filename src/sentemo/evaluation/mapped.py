"""Measure any model on any corpus: the labels of both become the common ones of a label map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sentemo.corpora.label_map import LabelMap, Table
from sentemo.corpora.registry import CORPORA
from sentemo.errors import UsageError
from sentemo.evaluation.report import MapNote
from sentemo.labeler import Predicting
from sentemo.types import ABSTENTION, Conversation, Labeler, LabelSet, Prediction, TurnPrediction

BY_NAME = ("everyday", "files")
"""The tables that say what a label's name means; the last wins."""


@dataclass(frozen=True, slots=True)
class MappedGold:
    """Conversations whose labels are a map's."""

    labels: LabelSet
    """Those that the corpus can express: no average runs over one that it can't."""
    conversations: list[Conversation]
    note: MapNote


def map_gold(chosen: LabelMap, corpus: str, labels: LabelSet, conversations: Sequence[Conversation]) -> MappedGold:
    """Put a map's labels in place of a corpus's; a turn of which several may be right gets them as `labels`.

    Raises `UsageError` where no label of the corpus says anything in the map.
    """
    table, own = chosen.of(corpus, labels), chosen.own(corpus, labels)
    mapped = chosen.apply(conversations, table)
    neutral = chosen.labels.neutral
    left_out = _labelled(conversations) - _labelled(mapped)
    silent = tuple(name for name in labels.names if name not in table)
    note = MapNote(chosen.name, neutral, left_out, silent)
    return MappedGold(LabelSet(own, neutral if neutral in own else None), mapped, note)


def meanings(chosen: LabelMap, labels: LabelSet) -> Table:
    """Return what the labels of a model mean in a map; those that say nothing are not in it.

    A model that has exactly a published corpus's labels means what these mean. Others go by name: a label of the map is
    itself, and other names mean what they do in people's own files. Raises `UsageError` where none says anything.
    """
    for name, corpus in CORPORA.items():
        if {*corpus.labels.names} == {*labels.names} and name in chosen.tables:
            return chosen.of(name, labels)
    known = {label: names for table in BY_NAME for label, names in chosen.tables.get(table, {}).items()}
    known |= {name.casefold(): (name,) for name in chosen.labels.names}
    found = {name: known[name.casefold()] for name in labels.names if name.casefold() in known}
    if not found:
        raise UsageError(
            f"No label of the model is known to the map {chosen.name}: {', '.join(labels.names)}",
            f"Write a map of your own with [tables.files] onto: {', '.join(chosen.labels.names)}",
        )
    return found


class MappedLabeler(Predicting):
    """A labeler of a map's labels: their probabilities are the sums of those that mean them.

    The probability of a label that means one of several is divided evenly among them; labels that say nothing are left
    out, and an utterance of which no other has any probability gets no label.
    """

    def __init__(self, labeler: Labeler, chosen: LabelMap) -> None:
        self._labeler, self._table, self._labels = labeler, meanings(chosen, labeler.labels), chosen.labels

    @property
    def labels(self) -> LabelSet:
        """The map's labels."""
        return self._labels

    def label(self, conversations: Sequence[Conversation]) -> list[Prediction]:
        """Label each turn of conversations that were checked."""
        return [translate(each, self._table, self._labels) for each in self._labeler.predict(conversations)]


def translate(prediction: Prediction, table: Table, labels: LabelSet) -> Prediction:
    """Tell a prediction in common labels; for polarity as `label_sets.as_sentiment` does."""
    return Prediction(prediction.id, tuple(_translated(turn, table, labels) for turn in prediction))


def _translated(turn: TurnPrediction, table: Table, labels: LabelSet) -> TurnPrediction:
    sums = dict.fromkeys(labels.names, 0.0)
    for label, share in turn.probabilities.items():
        meant = table.get(label, ())
        for name in meant:
            sums[name] += share / len(meant)
    total = sum(sums.values())
    if turn.label == ABSTENTION or not total:
        return TurnPrediction.of(turn, ABSTENTION, 1.0, {**dict.fromkeys(sums, 0.0), ABSTENTION: 1.0})
    shares = {name: share / total for name, share in sums.items()}
    said = table.get(turn.label, ())
    best = max(shares, key=lambda name: (shares[name], name in said))
    return TurnPrediction.of(turn, best, shares[best], shares)


def _labelled(conversations: Sequence[Conversation]) -> int:
    return sum(turn.label is not None or bool(turn.labels) for talk in conversations for turn in talk)
