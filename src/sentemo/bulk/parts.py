"""The labels of one shard as the bytes of a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sentemo.bulk.tally import Tally
from sentemo.errors import BadInput, optional
from sentemo.formats.predictions import as_record, turn_record
from sentemo.types import Prediction


@dataclass(frozen=True, slots=True)
class Failure:
    """One line of failures.jsonl."""

    file: str
    row: int | None
    """The 1-based line or row; None where it isn't known."""
    cause: str
    next_step: str

    @classmethod
    def of(cls, file: str, error: BadInput) -> Failure:
        """Return the failure for an error of a reader or a model in a file's conversation."""
        return cls(file, error.line, error.fault, error.next_step)

    def error(self) -> BadInput:
        """Return the error that `--strict` raises."""
        return BadInput(self.cause, self.next_step, path=self.file, line=self.row)


Labelled = tuple[str, Prediction]
"""A conversation's file and its labels."""
ORIGIN = ("message_id", "time", "start", "end")
COLUMNS = ("file", "id", "turn", "speaker", "text", "label", "score", "probabilities", "tags", *ORIGIN)


@dataclass(frozen=True, slots=True)
class Part:
    """A finished shard: its file's content, its counts, and its failures."""

    number: int
    content: bytes
    tally: Tally
    failures: tuple[Failure, ...]


def encode(labelled: Sequence[Labelled], to: str, labels: Sequence[str]) -> bytes:
    """Write labelled conversations as JSON lines, one per conversation, or as CSV or Parquet, one row per turn."""
    return ENCODERS[to](labelled, labels)


def part_name(number: int, to: str) -> str:
    """Return a part's file name; names sort in the order of the shards."""
    return f"part-{number:06d}.{to}"


def _jsonl(labelled: Sequence[Labelled], labels: Sequence[str]) -> bytes:
    records = ({"file": file} | as_record(prediction) for file, prediction in labelled)
    return "".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records).encode()


def _rows(labelled: Sequence[Labelled]) -> Iterator[dict[str, Any]]:
    for file, prediction in labelled:
        for number, turn in enumerate(prediction, 1):
            record = {"tags": {}} | turn_record(turn)
            own = {"message_id": record.pop("id", None)}  # "id" is the conversation's here
            yield {"file": file, "id": prediction.id, "turn": number} | record | own


def _csv(labelled: Sequence[Labelled], labels: Sequence[str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in _rows(labelled):
        writer.writerow(row | {name: json.dumps(row[name], ensure_ascii=False) for name in ("probabilities", "tags")})
    return text.getvalue().encode()


def _parquet(labelled: Sequence[Labelled], labels: Sequence[str]) -> bytes:
    pa, pq = optional("pyarrow"), optional("pyarrow.parquet")

    text, number = pa.string(), pa.float64()
    probabilities = pa.struct([(label, number) for label in labels])
    kinds = (
        text,
        text,
        pa.int32(),
        text,
        text,
        text,
        number,
        probabilities,
        pa.map_(text, number),
        text,
        text,
        number,
        number,
    )
    table = pa.Table.from_pylist(list(_rows(labelled)), pa.schema(list(zip(COLUMNS, kinds, strict=True))))
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())


ENCODERS: dict[str, Callable[[Sequence[Labelled], Sequence[str]], bytes]] = {
    "jsonl": _jsonl,
    "csv": _csv,
    "parquet": _parquet,
}
