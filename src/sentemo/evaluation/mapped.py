"""Evaluate any model on any corpus by mapping the labels of both to those of a label map."""

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
"""The tables that define what a label's name means; later ones take precedence."""


@dataclass(frozen=True, slots=True)
class MappedGold:
    """Conversations with the labels of a map."""

    labels: LabelSet
    """The map's labels that the corpus can express; averages run only over these."""
    conversations: list[Conversation]
    note: MapNote


def map_gold(chosen: LabelMap, corpus: str, labels: LabelSet, conversations: Sequence[Conversation]) -> MappedGold:
    """Replace a corpus's labels by a map's; a turn for which several may be right gets them as `labels`.

    Raises `UsageError` if the map covers none of the corpus's labels.
    """
    table, own = chosen.of(corpus, labels), chosen.own(corpus, labels)
    mapped = chosen.apply(conversations, table)
    neutral = chosen.labels.neutral
    left_out = _labelled(conversations) - _labelled(mapped)
    silent = tuple(name for name in labels.names if name not in table)
    note = MapNote(chosen.name, neutral, left_out, silent)
    return MappedGold(LabelSet(own, neutral if neutral in own else None), mapped, note)


def meanings(chosen: LabelMap, labels: LabelSet) -> Table:
    """Return what the labels of a model mean in a map, without those that the map doesn't cover.

    If a model has exactly a published corpus's labels, they mean the same as in the corpus. Other labels are mapped by
    name: a label of the map is itself, and other names mean what they do in users' files. Raises `UsageError` if the
    map covers none of the labels.
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
    """A labeler with a map's labels, whose probabilities are sums over the original labels that mean them.

    The probability of a label that means one of several is divided evenly among them. Labels that the map doesn't cover
    are left out; an utterance on which no other label has any probability gets no label.
    """

    def __init__(self, labeler: Labeler, chosen: LabelMap) -> None:
        self._labeler, self._table, self._labels = labeler, meanings(chosen, labeler.labels), chosen.labels

    @property
    def labels(self) -> LabelSet:
        """The map's labels."""
        return self._labels

    def label(self, conversations: Sequence[Conversation]) -> list[Prediction]:
        """Label each turn of conversations that are already validated."""
        return [translate(each, self._table, self._labels) for each in self._labeler.predict(conversations)]


def translate(prediction: Prediction, table: Table, labels: LabelSet) -> Prediction:
    """Convert a prediction to the common labels; for polarity, as `label_sets.as_sentiment` does."""
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
