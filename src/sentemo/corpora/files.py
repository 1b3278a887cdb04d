"""A user's file, of whichever format, to conversations, one at a time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import BinaryIO

from sentemo.corpora.attempts import Attempt
from sentemo.corpora.csvfile import DELIMITERS, each_csv, has_text_column, parse_csv, read_csv
from sentemo.corpora.jsonl import each_jsonl, parse_jsonl, read_jsonl
from sentemo.corpora.lines import Line, open_binary, read_lines
from sentemo.corpora.parquet import each_parquet, read_parquet
from sentemo.corpora.plaintext import parse_plaintext, read_plaintext
from sentemo.errors import BadInput, UsageError
from sentemo.types import Conversation

READERS: dict[str, Callable[[Path], Iterator[Conversation]]] = {
    "jsonl": read_jsonl,
    "csv": read_csv,
    "parquet": read_parquet,
    "text": read_plaintext,
}
PARSERS: dict[str, Callable[[Iterable[Line], str | Path, str], Iterator[Conversation]]] = {
    "jsonl": parse_jsonl,
    "csv": parse_csv,
    "text": parse_plaintext,
}
EACH = {"jsonl": each_jsonl, "csv": each_csv}
"""The line formats that can be read on behind a conversation that can't be read; Parquet can too."""
EXTENSIONS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".txt": "text",
}
STDIN = "-"


def read_conversations(path_or_dash: str | PathLike[str], format: str = "auto") -> Iterator[Conversation]:
    """Yield the conversations of a file, or of stdin for `-`, holding one at a time.

    `format` is auto, jsonl, csv (also TSV), parquet or text. Auto goes by the extension,
    for stdin by the content.

    Raises `UsageError` for an unknown format, `BadInput` with file and line for data that cannot be read.
    """
    if format != "auto" and format not in READERS:
        raise UsageError(f"Unknown format {format!r}", f"Use one of: auto, {', '.join(READERS)}")
    if str(path_or_dash) == STDIN:
        return _filled(_read_stdin(sys.stdin.buffer, format), "stdin")
    path = Path(path_or_dash)
    return _filled(READERS[format_of(path) if format == "auto" else format](path), path)


def read_each(path: Path, format: str = "auto") -> Iterator[Attempt]:
    """Yield the conversations of a file, with the reason in place of each that can't be read; raise no `BadInput`.

    JSON lines, CSV and Parquet are read on behind it. A file of another format, and a damaged one, ends with the
    reason.
    """
    chosen = format_of(path) if format == "auto" else format
    try:
        if chosen == "parquet":
            yield from each_parquet(path)
        elif chosen in EACH:
            with open_binary(path) as stream:
                yield from EACH[chosen](read_lines(stream, path), path, path.stem)
        else:
            yield from READERS[chosen](path)
    except BadInput as error:
        cause = f"Reading ended here: {error.fault}"
        yield BadInput(cause, error.next_step, path=path, line=error.line)


def format_of(path: Path) -> str:
    """Tell a file's format by its extension; raise `UsageError` where that tells none."""
    try:
        return EXTENSIONS[path.suffix.lower()]
    except KeyError:
        raise UsageError(
            f"{path}: the extension {path.suffix!r} tells no format",
            f"Name the format ({', '.join(READERS)}) or use one of {' '.join(EXTENSIONS)}",
        ) from None


def _filled(conversations: Iterator[Conversation], path: str | Path) -> Iterator[Conversation]:
    """Refuse a file without any conversation."""
    first = next(conversations, None)
    if first is None:
        raise BadInput("The file holds no conversation", "Give it at least one", path=path, line=1)
    yield first
    yield from conversations


def _read_stdin(stream: BinaryIO, format: str) -> Iterator[Conversation]:
    if format == "parquet":
        raise UsageError("Parquet cannot be read from stdin", "Save it to a file first")
    lines = read_lines(stream, "stdin")
    start = list(_through_first_text(lines))
    chosen = _sniff(start[-1][1] if start else "") if format == "auto" else format
    yield from PARSERS[chosen](chain(start, lines), "stdin", "stdin")


def _through_first_text(lines: Iterator[Line]) -> Iterator[Line]:
    for line in lines:
        yield line
        if line[1].strip():
            return


def _sniff(text: str) -> str:
    """Tell the format by the first line that is not blank."""
    if text.lstrip().startswith("{"):
        return "jsonl"
    is_header = any(each in text and has_text_column(text, each) for each in DELIMITERS)
    return "csv" if is_header else "text"
