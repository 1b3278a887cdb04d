"""A run's manifest: its inputs and settings, and which parts are finished."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from sentemo.bulk.folder import Folder
from sentemo.bulk.parts import Part, part_name
from sentemo.bulk.tally import Tally, summary
from sentemo.errors import SentemoError, UsageError

NAME, RECORDS = "manifest.json", "records"
ANOTHER = "Choose another --out, or use the inputs and settings of its manifest.json"


class Manifest:
    """A run's folder: parts as they are finished, each with a record, and at the end the list of all.

    A part counts once its record exists, which is written after it; a part whose bytes don't match its record is
    labelled again.
    """

    def __init__(self, folder: Folder, to: str, terms: Mapping[str, Any]) -> None:
        self._folder = folder
        self._to = to
        self._terms = terms
        """Everything that the output depends on."""

    def open(self) -> Tally:
        """Start the run, or resume it; return the finished parts.

        Raises `UsageError` if the folder contains labels of other inputs or settings.
        """
        kept = self._read(NAME)
        if kept is None:
            if any(not name.startswith(".") for name in self._folder.names()):
                raise UsageError("The output folder contains other files", "Choose another --out")
            self._folder.write(NAME, [_line(self._terms)])
        elif changes := list(_changes({key: kept.get(key) for key in self._terms}, self._terms)):
            raise UsageError(f"The output folder contains another run's labels: {'; '.join(changes[:3])}", ANOTHER)
        self.done: set[int] = set()
        tally = Tally()
        for record in self._records():
            if self._stands(record):
                self.done.add(record["number"])
                tally.add(Tally(**record["tally"]))
        return tally

    def keep(self, part: Part) -> None:
        """Write a part, then its record."""
        name = part_name(part.number, self._to)
        self._folder.write(name, [part.content])
        record = {
            "number": part.number,
            "file": name,
            "bytes": len(part.content),
            "sha256": hashlib.sha256(part.content).hexdigest(),
            "tally": part.tally.to_json(),
            "failures": [asdict(failure) for failure in part.failures],
        }
        self._folder.write(f"{RECORDS}/{part.number:06d}.json", [_line(record)])
        self.done.add(part.number)

    def close(self) -> dict[str, Any]:
        """Write the failures, the summary and the list of parts; return the summary."""
        tally, parts = Tally(), []
        for record in self._records():
            tally.add(Tally(**record["tally"]))
            parts.append({key: record[key] for key in ("file", "bytes", "sha256")})
        self._folder.write("failures.jsonl", (_line(each) for record in self._records() for each in record["failures"]))
        told = summary(tally)
        self._folder.write("summary.json", [json.dumps(told, indent=1, ensure_ascii=False).encode() + b"\n"])
        self._folder.write(NAME, [_line({**self._terms, "parts": parts})])
        return told

    def _records(self) -> Iterator[dict[str, Any]]:
        for name in self._folder.names(RECORDS):
            record = self._read(f"{RECORDS}/{name}")
            if record is not None:
                yield record

    def _stands(self, record: Mapping[str, Any]) -> bool:
        content = self._folder.read(record["file"])
        return content is not None and hashlib.sha256(content).hexdigest() == record["sha256"]

    def _read(self, name: str) -> dict[str, Any] | None:
        content = self._folder.read(name)
        if content is None:
            return None
        try:
            return dict(json.loads(content))
        except (ValueError, TypeError) as error:
            raise SentemoError(f"{name} in the output folder is damaged", "Choose another --out") from error


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def _changes(kept: Mapping[str, Any], asked: Mapping[str, Any]) -> Iterator[str]:
    """Yield how two runs differ, setting by setting and file by file."""
    files_kept, files_asked = ({each["file"]: each for each in terms.get("inputs") or []} for terms in (kept, asked))
    for file in sorted(files_kept.keys() | files_asked.keys()):
        if file not in files_asked:
            yield f"{file} was among its inputs"
        elif file not in files_kept:
            yield f"{file} was not among its inputs"
        elif files_kept[file] != files_asked[file]:
            yield f"{file} has changed since"
    for key in sorted((kept.keys() | asked.keys()) - {"inputs"}):
        before, now = kept.get(key), asked.get(key)
        if before != now:
            yield f"{key} was {json.dumps(before)}, is {json.dumps(now)}"
