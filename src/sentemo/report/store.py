"""Labelled conversations as columns: in memory, or in a memory-mapped file."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from sentemo.errors import BadInput, MissingExtra
from sentemo.report.batch import Batch, Labelled, Names
from sentemo.report.resampling import Design
from sentemo.times import seconds
from sentemo.types import ABSTENTION, LabelSet, Prediction, TurnPrediction

TURNS_AT_ONCE = 32_768
NUMBERS = {"speaker": "i", "label": "b", "score": "f", "time": "d"}
"""The columns with one number per turn, and their types."""


@dataclass
class Turns:
    """All turns in columns, and the names behind their codes."""

    labels: LabelSet
    columns: dict[str, Names]
    speakers: Names = field(default_factory=Names)
    tags: Names = field(default_factory=Names)
    ids: list[str] = field(default_factory=list)
    files: Names = field(default_factory=Names)
    file_of: array[int] = field(default_factory=lambda: array("i"))
    """The file of each conversation."""
    turns: int = 0
    unlabelled: int = 0
    """Turns without a label."""
    first_s: float = float("inf")
    """Seconds since 1970; infinite if no time is known."""
    last_s: float = float("-inf")
    design: Design = field(default_factory=lambda: Design(0))
    firsts: list[int] = field(default_factory=list)
    """The first conversation of each batch."""
    _source: Any = None

    def batches(self) -> Iterator[Batch]:
        """Yield all turns, a batch of whole conversations at a time."""
        yield from map(self.batch, range(len(self.firsts)))

    def batch(self, number: int) -> Batch:
        """Return one batch."""
        rows = self._source.get_batch(number)

        def column(name: str) -> Any:
            return rows.column(name).to_numpy(zero_copy_only=True)

        starts = np.append(np.flatnonzero(column("starts")), len(rows))
        conversation = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        unit = self.design.units(conversation, np.arange(len(rows)) - starts[:-1][conversation])
        tags = rows.column("tags")
        return Batch(
            first=self.firsts[number],
            starts=starts,
            speaker=column("speaker"),
            label=column("label"),
            score=column("score"),
            probabilities=rows.column("probabilities").flatten().to_numpy().reshape(len(rows), len(self.labels)),
            time_s=column("time"),
            tag_turn=np.repeat(np.arange(len(rows)), np.diff(tags.offsets.to_numpy())),
            tag=tags.flatten().field("tag").to_numpy(),
            tag_score=tags.flatten().field("score").to_numpy(),
            columns={name: column(f"column {name}") for name in self.columns},
            texts=rows.column("text"),
            unit=unit,
            draw=partial(self.design.weights, number),
        )


@contextmanager
def stored(labelled: Iterable[Labelled], labels: LabelSet, by: Sequence[str] = (), *, on_disk: bool) -> Iterator[Turns]:
    """Store conversations in columns; on disk they are in a temporary folder until the block ends.

    Raises `BadInput` if a turn's label isn't in the set, and if there is no conversation.
    """
    try:
        import pyarrow as pa
    except ImportError as error:
        raise MissingExtra("pyarrow, which reports need,", "report") from error

    with tempfile.TemporaryDirectory(prefix="sentemo-") if on_disk else _nowhere() as folder:
        sink = pa.OSFile(str(Path(folder) / "turns.arrow"), "wb") if folder else pa.BufferOutputStream()
        turns = Turns(labels, {name: Names() for name in by})
        with sink, pa.ipc.new_file(sink, _schema(labels, by)) as writer:
            for part in _parts(labelled, turns):
                writer.write_batch(part)
        if not turns.ids:
            raise BadInput("No conversations to report on", "Give at least one")
        turns.design = Design.of(len(turns.ids), turns.turns)
        source = pa.memory_map(str(Path(folder) / "turns.arrow")) if folder else pa.BufferReader(sink.getvalue())
        with source:
            turns._source = pa.ipc.open_file(source)
            yield turns


@contextmanager
def _nowhere() -> Iterator[None]:
    yield None


def _schema(labels: LabelSet, by: Sequence[str]) -> Any:
    import pyarrow as pa

    kinds = {"i": pa.int32(), "b": pa.int8(), "f": pa.float32(), "d": pa.float64()}
    tag = pa.struct([("tag", pa.int32()), ("score", pa.float32())])
    return pa.schema(
        [
            ("starts", pa.int8()),
            *((name, kinds[kind]) for name, kind in NUMBERS.items()),
            ("probabilities", pa.list_(pa.float32(), len(labels))),
            ("tags", pa.list_(tag)),
            *((f"column {name}", pa.int32()) for name in by),
            ("text", pa.large_string()),
        ]
    )


def _parts(labelled: Iterable[Labelled], turns: Turns) -> Iterator[Any]:
    part = _Part(turns)
    for each in labelled:
        part.add(each)
        if len(part) >= TURNS_AT_ONCE:
            yield part.done()
            part = _Part(turns)
    if len(part):
        yield part.done()


class _Part:
    """A batch that is being filled."""

    def __init__(self, turns: Turns) -> None:
        self._all = turns
        self._first = len(turns.ids)
        self._starts = array("b")
        self._numbers: dict[str, array[Any]] = {name: array(kind) for name, kind in NUMBERS.items()}
        self._probabilities = array("f")
        self._tags: list[list[tuple[int, float]]] = []
        self._columns = {name: array("i") for name in turns.columns}
        self._texts: list[str] = []

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, labelled: Labelled) -> None:
        prediction, everything = labelled.prediction, self._all
        if not len(prediction):
            return
        everything.ids.append(prediction.id)
        everything.file_of.append(everything.files.count(labelled.file))
        everything.turns += len(prediction)
        self._starts.extend([1] + [0] * (len(prediction) - 1))
        for place, turn in enumerate(prediction):
            self._add(turn, place, prediction)
        for name, codes in self._columns.items():
            codes.extend(map(everything.columns[name].count, labelled.columns[name]))

    def _add(self, turn: TurnPrediction, place: int, prediction: Prediction) -> None:
        everything, numbers = self._all, self._numbers
        time_s = seconds(turn.time)
        if turn.time is not None:
            everything.first_s, everything.last_s = min(everything.first_s, time_s), max(everything.last_s, time_s)
        numbers["speaker"].append(everything.speakers.count(turn.speaker or f"Speaker {place % 2 + 1}"))
        numbers["label"].append(self._label(turn, place, prediction))
        numbers["score"].append(turn.score)
        numbers["time"].append(time_s)
        self._probabilities.extend([turn.probabilities.get(name, 0.0) for name in everything.labels.names])
        self._tags.append([(everything.tags.count(name), score) for name, score in turn.tags.items()])
        self._texts.append(turn.text)

    def _label(self, turn: TurnPrediction, place: int, prediction: Prediction) -> int:
        if turn.label == ABSTENTION:
            self._all.unlabelled += 1
            return -1
        if turn.label not in self._all.labels.names:
            raise BadInput(
                f"Turn {place + 1} of conversation {prediction.id!r} has the label {turn.label!r}, which the others "
                f"don't have ({', '.join(self._all.labels.names)})",
                "Report on the labels of one model at a time",
            )
        return self._all.labels.index(turn.label)

    def done(self) -> Any:
        """Return the batch as a pyarrow record batch."""
        import pyarrow as pa

        schema = _schema(self._all.labels, [*self._columns])
        self._all.firsts.append(self._first)
        numbers = [pa.array(np.frombuffer(values, values.typecode)) for values in self._numbers.values()]
        probabilities = pa.array(np.frombuffer(self._probabilities, np.float32))
        tags = [[{"tag": tag, "score": score} for tag, score in each] for each in self._tags]
        arrays = [
            pa.array(np.frombuffer(self._starts, np.int8)),
            *numbers,
            pa.FixedSizeListArray.from_arrays(probabilities, len(self._all.labels)),
            pa.array(tags, schema.field("tags").type),
            *(pa.array(np.frombuffer(codes, np.int32)) for codes in self._columns.values()),
            pa.array(self._texts, pa.large_string()),
        ]
        return pa.record_batch(arrays, schema=schema)
