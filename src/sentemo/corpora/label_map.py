"""How the labels of corpora map onto a common set: a label becomes one of them, "one of these", or is left out."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import NoReturn

from sentemo.corpora.published_csv import all_that_apply
from sentemo.errors import BadInput, UsageError
from sentemo.formats.lines import open_binary
from sentemo.formats.turns import Place
from sentemo.types import Conversation, LabelSet, Utterance

KEYS = ("labels", "neutral", "like", "tables")
MAPS = ("seven", "ekman", "polarity")
"""The maps that come with the package."""

Table = Mapping[str, tuple[str, ...]]
"""For each label of a corpus that says something, the common labels of which it means one."""


@dataclass(frozen=True, slots=True)
class LabelMap:
    """A common label set, and what the labels of each corpus mean in it."""

    name: str
    labels: LabelSet
    """The common labels."""
    tables: Mapping[str, Table]
    """By the corpus's short name, `files` being users' own files; labels are in lower case."""

    @classmethod
    def load(cls, name_or_path: str | PathLike[str]) -> LabelMap:
        """Read a map of the package by name (seven, ekman, polarity), or a TOML file.

        The file has `labels` and perhaps `neutral`, or `like`, the name of a map of the package whose labels it takes
        and whose tables, but for those of its own; and `[tables.CORPUS]` with lines such as `joy = "happiness"` or
        `hope = ["neutral", "happiness"]`. Raises `UsageError` for an unknown name, `BadInput` with the key for a file
        that is not a map.
        """
        place = Place(_find(name_or_path))
        told = _read(place)
        for key in sorted(told.keys() - set(KEYS)):
            place.refuse(f"Unknown key {key!r}", f"Use: {', '.join(KEYS)}")
        start = _like(told, place) if "like" in told else cls("", _label_set(told, place), {})
        tables = _tables(told.get("tables", {}), start.labels, place)
        return cls(Path(str(place.path)).stem, start.labels, {**start.tables, **tables})

    def of(self, corpus: str, labels: LabelSet) -> Table:
        """Return what each of a corpus's labels means; those that say nothing are not in it.

        A corpus without a table has the common labels by name. Raises `UsageError` where none says anything.
        """
        table = self.tables.get(corpus, {name.casefold(): (name,) for name in self.labels.names})
        found = {name: table[name.casefold()] for name in labels.names if name.casefold() in table}
        if not found:
            raise UsageError(
                f"No label of {corpus} is known to the map {self.name}: {', '.join(labels.names)}",
                f"Write a map of your own with [tables.{corpus}] onto: {', '.join(self.labels.names)}",
            )
        return found

    def own(self, corpus: str, labels: LabelSet) -> tuple[str, ...]:
        """Return the common labels that a corpus can express at all, in the common order."""
        return self._ordered(name for names in self.of(corpus, labels).values() for name in names)

    def turn(self, table: Table, utterance: Utterance) -> tuple[str, ...]:
        """Return the common labels that the labels of a turn may mean, in their order; () where none says anything."""
        given = utterance.labels or (utterance.label or "",)
        return self._ordered(name for label in given for name in table.get(label, ()))

    def apply(self, conversations: Iterable[Conversation], table: Table) -> list[Conversation]:
        """Put common labels in place of a corpus's own: as `label` where there is one, as `labels` where several."""
        return [replace(talk, turns=tuple(self._mapped(turn, table) for turn in talk)) for talk in conversations]

    def _mapped(self, utterance: Utterance, table: Table) -> Utterance:
        label, labels = all_that_apply(self.turn(table, utterance))
        return replace(utterance, label=label, labels=labels)

    def _ordered(self, names: Iterable[str]) -> tuple[str, ...]:
        found = set(names)
        return tuple(name for name in self.labels.names if name in found)


def _find(name_or_path: str | PathLike[str]) -> Path:
    path = Path(name_or_path)
    if str(name_or_path) in MAPS:
        return Path(str(files("sentemo.corpora") / "maps" / f"{name_or_path}.toml"))
    if path.suffix != ".toml" and not path.exists():
        raise UsageError(
            f"Unknown label map {str(name_or_path)!r}", f"Use one of: {', '.join(MAPS)}, or the path of a TOML file"
        )
    return path


def _read(place: Place) -> Mapping[str, object]:
    with open_binary(Path(str(place.path))) as stream:
        try:
            return tomllib.load(stream)
        except (ValueError, RecursionError) as error:  # no TOML, no UTF-8, or nested without end
            place.refuse(f"Not TOML: {error}", "Fix it")


def _like(told: Mapping[str, object], place: Place) -> LabelMap:
    if told["like"] not in MAPS:
        place.refuse(f"like is not the name of a map: {told['like']!r}", f"Use one of: {', '.join(MAPS)}")
    if "labels" in told or "neutral" in told:
        place.refuse("labels or neutral beside like, which brings its own", "Leave one of the two out")
    return LabelMap.load(str(told["like"]))


def _label_set(told: Mapping[str, object], place: Place) -> LabelSet:
    names, neutral = told.get("labels"), told.get("neutral")
    if not isinstance(names, list) or not all(isinstance(name, str) and name.strip() for name in names):
        place.refuse("labels is not a list of names", 'Write labels = ["positive", "neutral", "negative"]')
    if neutral is not None and not isinstance(neutral, str):
        place.refuse("neutral is not a name", "Name one of the labels")
    try:
        return LabelSet(tuple(names), neutral)
    except BadInput as error:
        place.refuse(f"labels: {error.cause}", error.next_step)


def _tables(told: object, labels: LabelSet, place: Place) -> dict[str, Table]:
    if not isinstance(told, dict):
        place.refuse("tables is not a table", "Write [tables.CORPUS] above the lines of a corpus")
    return {corpus: _table(f"tables.{corpus}", lines, labels, place) for corpus, lines in told.items()}


def _table(key: str, told: object, labels: LabelSet, place: Place) -> Table:
    if not isinstance(told, dict):
        place.refuse(f"{key} is not a table", f"Write [{key}] above the lines of the corpus")
    table = {label.casefold(): _meant(f"{key}.{label}", value, labels, place) for label, value in told.items()}
    if len(table) != len(told):
        place.refuse(f"{key} has a label twice, in upper and lower case", "Keep one of them")
    return table


def _meant(key: str, told: object, labels: LabelSet, place: Place) -> tuple[str, ...]:
    names = told if isinstance(told, list) else [told]
    if not names:
        _refuse(key, "nothing", labels, place)
    for name in names:
        if name not in labels.names:
            _refuse(key, repr(name), labels, place)
    return tuple(name for name in labels.names if name in names)


def _refuse(key: str, found: str, labels: LabelSet, place: Place) -> NoReturn:
    step = f"Use one or several of: {', '.join(labels.names)}; leave the line out where the label says nothing"
    place.refuse(f"{key} is {found}", step)
