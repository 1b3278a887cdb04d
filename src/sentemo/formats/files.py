"""A user's file, of whichever format, to conversations, one at a time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import BinaryIO

from sentemo.errors import BadInput, UsageError
from sentemo.formats.attempts import Attempt
from sentemo.formats.convokit import read_convokit
from sentemo.formats.csvfile import each_csv, parse_csv, read_csv
from sentemo.formats.jsonl import each_jsonl, parse_jsonl, read_jsonl
from sentemo.formats.label_studio_files import read_label_studio
from sentemo.formats.lines import Line, open_binary, read_lines
from sentemo.formats.parquet import each_parquet, read_parquet
from sentemo.formats.plaintext import parse_plaintext, read_plaintext
from sentemo.formats.slack import read_slack
from sentemo.formats.sniff import sniff, text_format, through_first_text
from sentemo.formats.source import Blob, Source, stem_of
from sentemo.formats.whatsapp import parse_whatsapp, read_whatsapp
from sentemo.types import Conversation

READERS: dict[str, Callable[[Source], Iterator[Conversation]]] = {
    "jsonl": read_jsonl,
    "csv": read_csv,
    "parquet": read_parquet,
    "text": read_plaintext,
    "whatsapp": read_whatsapp,
    "slack": read_slack,
    "convokit": read_convokit,
    "label-studio": read_label_studio,
}
"""Every format by its name."""
PARSERS: dict[str, Callable[[Iterable[Line], str | Source, str], Iterator[Conversation]]] = {
    "jsonl": parse_jsonl,
    "csv": parse_csv,
    "text": parse_plaintext,
    "whatsapp": parse_whatsapp,
}
"""Those that are made of lines, so that stdin can hold them."""
EACH: dict[str, Callable[[Iterable[Line], str | Source, str], Iterator[Attempt]]] = {
    "jsonl": each_jsonl,
    "csv": each_csv,
}
"""The line formats that are read on behind a conversation that can't be read; Parquet is too."""
STDIN = "-"


def read_conversations(path_or_dash: str | PathLike[str], format: str = "auto") -> Iterator[Conversation]:
    """Yield the conversations of a file or folder, or of stdin for `-`; most formats hold one at a time.

    `format` is auto, jsonl, csv (also TSV), parquet, text, whatsapp, slack, convokit or label-studio (a project's JSON
    export, which auto never chooses). Auto goes by the extension, and by the content of text files, zips, folders and
    stdin.

    Raises `UsageError` for an unknown format, `BadInput` with file and line for data that cannot be read.
    """
    _check(format)
    if str(path_or_dash) == STDIN:
        return _filled(_read_stdin(sys.stdin.buffer, format), "stdin")
    return _read(Path(path_or_dash), format)


def read_bytes(data: bytes, format: str = "auto", name: str = "") -> Iterator[Conversation]:
    """Yield the conversations of a file's bytes, or of a pasted text's in UTF-8.

    `name` stands in messages and ids, and its extension, where it has a known one, tells the format. Formats and errors
    are those of `read_conversations`.
    """
    _check(format)
    return _read(Blob(data, name), format)


def read_each(source: Source, format: str = "auto") -> Iterator[Attempt]:
    """As `read_conversations` of a file, with the reason in place of each conversation that can't be read.

    JSON lines, CSV and Parquet are read on behind it; another format, and a damaged file, ends with the reason.
    """
    _check(format)
    try:
        chosen = sniff(source) if format == "auto" else format
        if chosen == "parquet":
            yield from each_parquet(source)
        elif chosen in EACH:
            with open_binary(source) as stream:
                yield from EACH[chosen](read_lines(stream, source), source, stem_of(source))
        else:
            yield from READERS[chosen](source)
    except BadInput as error:
        within = f"{error.path}: " if error.path not in (None, str(source)) else ""  # a member of an archive
        cause = f"Reading ended here: {within}{error.fault}"
        yield BadInput(cause, error.next_step, path=str(source), line=error.line)


def _check(format: str) -> None:
    if format != "auto" and format not in READERS:
        raise UsageError(f"Unknown format {format!r}", f"Use one of: auto, {', '.join(READERS)}")


def _read(source: Source, format: str) -> Iterator[Conversation]:
    chosen = sniff(source) if format == "auto" else format
    return _filled(READERS[chosen](source), str(source))


def _filled(conversations: Iterator[Conversation], path: str) -> Iterator[Conversation]:
    """Refuse a file without any conversation."""
    first = next(conversations, None)
    if first is None:
        raise BadInput("The file holds no conversation", "Give it at least one", path=path, line=1)
    yield first
    yield from conversations


def _read_stdin(stream: BinaryIO, format: str) -> Iterator[Conversation]:
    if format not in ("auto", *PARSERS):
        raise UsageError(f"{format.capitalize()} cannot be read from stdin", "Save it to a file first")
    lines = read_lines(stream, "stdin")
    start = list(through_first_text(lines))
    chosen = text_format(start[-1][1] if start else "") if format == "auto" else format
    yield from PARSERS[chosen](chain(start, lines), "stdin", "stdin")
