"""Map the labels of corpora to a common set: a label becomes one of them, "one of these", or is left out."""

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
"""The maps shipped with the package."""

Table = Mapping[str, tuple[str, ...]]
"""For each covered label of a corpus, the common labels of which it means one."""


@dataclass(frozen=True, slots=True)
class LabelMap:
    """A common label set, and the meaning of each corpus's labels in it."""

    name: str
    labels: LabelSet
    """The common labels."""
    tables: Mapping[str, Table]
    """Tables by the corpus's short name, with `files` for users' files; labels are in lower case."""

    @classmethod
    def load(cls, name_or_path: str | PathLike[str]) -> LabelMap:
        """Load a shipped map by name (seven, ekman, polarity), or a TOML file.

        The file has `labels` and optionally `neutral`, or else `like`, the name of a shipped map whose labels and
        tables it inherits; and tables `[tables.CORPUS]`, which override inherited ones, with lines such as
        `joy = "happiness"` or `hope = ["neutral", "happiness"]`. Raises `UsageError` for an unknown name, and
        `BadInput` with the key if the file is not a valid map.
        """
        place = Place(_find(name_or_path))
        told = _read(place)
        for key in sorted(told.keys() - set(KEYS)):
            place.refuse(f"Unknown key {key!r}", f"Use: {', '.join(KEYS)}")
        start = _like(told, place) if "like" in told else cls("", _label_set(told, place), {})
        tables = _tables(told.get("tables", {}), start.labels, place)
        return cls(Path(str(place.path)).stem, start.labels, {**start.tables, **tables})

    def of(self, corpus: str, labels: LabelSet) -> Table:
        """Return the meaning of each of a corpus's labels, without those that the map doesn't cover.

        Labels of a corpus without a table are matched by name. Raises `UsageError` if the map covers none of them.
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
        """Return the common labels that a corpus can express, in the common order."""
        return self._ordered(name for names in self.of(corpus, labels).values() for name in names)

    def turn(self, table: Table, utterance: Utterance) -> tuple[str, ...]:
        """Return the common labels that a turn's labels may mean, in order; () if none of them is covered."""
        given = utterance.labels or (utterance.label or "",)
        return self._ordered(name for label in given for name in table.get(label, ()))

    def apply(self, conversations: Iterable[Conversation], table: Table) -> list[Conversation]:
        """Replace a corpus's labels by common ones: as `label` if there is one, as `labels` if there are several."""
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
        except (ValueError, RecursionError) as error:  # invalid TOML, invalid UTF-8, or too deeply nested
            place.refuse(f"Not valid TOML: {error}", "Fix it")


def _like(told: Mapping[str, object], place: Place) -> LabelMap:
    if told["like"] not in MAPS:
        place.refuse(f"like is not the name of a map: {told['like']!r}", f"Use one of: {', '.join(MAPS)}")
    if "labels" in told or "neutral" in told:
        place.refuse("labels or neutral together with like, which has its own", "Leave one of the two out")
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
