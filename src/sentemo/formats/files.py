"""Read conversations from a user's file in any format, one at a time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import BinaryIO

from sentemo.errors import BadInput, UsageError
from sentemo.formats.convokit import read_convokit
from sentemo.formats.csvfile import each_csv, parse_csv, read_csv
from sentemo.formats.cues import read_cues
from sentemo.formats.json_layouts import each_json, read_json
from sentemo.formats.jsonl import each_jsonl, parse_jsonl, read_jsonl
from sentemo.formats.label_studio import read_label_studio
from sentemo.formats.lines import Attempt, Line, bare, open_binary, read_lines
from sentemo.formats.parquet import each_parquet, read_parquet
from sentemo.formats.plaintext import read_plaintext
from sentemo.formats.reading import Blob, Reading, Source, stem_of
from sentemo.formats.sigtop import read_sigtop
from sentemo.formats.slack import read_slack
from sentemo.formats.sniff import sniff, text_format
from sentemo.formats.telegram_html import read_telegram_html
from sentemo.formats.whatsapp import read_whatsapp
from sentemo.formats.xlsx import each_xlsx, read_xlsx
from sentemo.types import Conversation


def read_convokit_as(source: Source, reading: Reading | None) -> Iterator[Conversation]:
    """Read a ConvoKit corpus with its default label keys."""
    if reading is not None:
        reading.kind = "a ConvoKit corpus"
    return read_convokit(source)


def read_tasks(source: Source, reading: Reading | None) -> Iterator[Conversation]:
    """Read the JSON export of a project in Label Studio."""
    if reading is not None:
        reading.kind = "Label Studio's export"
    return read_label_studio(source)


READERS: dict[str, Callable[[Source, Reading | None], Iterator[Conversation]]] = {
    "jsonl": read_jsonl,
    "json": read_json,
    "csv": read_csv,
    "parquet": read_parquet,
    "xlsx": read_xlsx,
    "text": read_plaintext,
    "whatsapp": read_whatsapp,
    "log": read_whatsapp,
    "subtitles": read_cues,
    "signal": read_sigtop,
    "html": read_telegram_html,
    "slack": read_slack,
    "convokit": read_convokit_as,
    "label-studio": read_tasks,
}
"""The reader of every format, by name."""
PARSERS: dict[str, Callable[[Iterable[Line], str | Source, str, Reading | None], Iterator[Conversation]]] = {
    "jsonl": parse_jsonl,
    "csv": parse_csv,
}
"""The formats that can be streamed from stdin."""
EACH: dict[str, Callable[[Iterable[Line], str | Source, str], Iterator[Attempt]]] = {
    "jsonl": each_jsonl,
    "csv": each_csv,
}
"""Line formats in which reading continues after an invalid conversation, as it does in Parquet, JSON and Excel."""
WHOLE: dict[str, Callable[[Source], Iterator[Attempt]]] = {
    "parquet": each_parquet,
    "json": each_json,
    "xlsx": each_xlsx,
}
STDIN = "-"


def read_conversations(
    path_or_dash: str | PathLike[str], format: str = "auto", reading: Reading | None = None
) -> Iterator[Conversation]:
    """Yield the conversations of a file or folder, or of stdin for `-`; most formats keep one in memory at a time.

    `format` is auto or a name in `READERS`. Auto detects it from the content, and from the extension if that is
    ambiguous; it never chooses label-studio.
    `reading` names a table's columns and, after reading, reports what was understood and left out.

    Raises `UsageError` for an unknown format, `BadInput` with file and line for data that cannot be read.
    """
    check_format(format)
    if str(path_or_dash) == STDIN:
        return _filled(_read_stdin(sys.stdin.buffer, format, reading), "stdin")
    return _read(Path(path_or_dash), format, reading)


def read_bytes(
    data: bytes, format: str = "auto", name: str = "", reading: Reading | None = None
) -> Iterator[Conversation]:
    """Yield the conversations of a file's bytes, or of a pasted text in UTF-8.

    `name` is used in messages and ids, and its extension, if known, determines the format. Formats and errors are those
    of `read_conversations`.
    """
    check_format(format)
    return _read(Blob(data, name), format, reading)


def read_each(source: Source, format: str = "auto") -> Iterator[Attempt]:
    """Yield as `read_conversations` does, with the error in place of each conversation that can't be read.

    In JSON Lines, CSV and Parquet reading continues after it; other formats, and damaged files, end with the error.
    """
    check_format(format)
    try:
        chosen = sniff(source) if format == "auto" else format
        if chosen in WHOLE:
            yield from WHOLE[chosen](source)
        elif chosen in EACH:
            with open_binary(source) as stream:
                yield from EACH[chosen](read_lines(stream, source), source, stem_of(source))
        else:
            yield from READERS[chosen](source, None)
    except BadInput as error:
        within = f"{error.path}: " if error.path not in (None, str(source)) else ""  # a member of an archive
        cause = f"Reading ended here: {within}{error.fault}"
        yield BadInput(cause, error.next_step, path=str(source), line=error.line)


def check_format(format: str) -> None:
    """Raise `UsageError` for an unknown format."""
    if format != "auto" and format not in READERS:
        raise UsageError(f"Unknown format {format!r}", f"Use one of: auto, {', '.join(READERS)}")


def _read(source: Source, format: str, reading: Reading | None) -> Iterator[Conversation]:
    chosen = sniff(source) if format == "auto" else format
    return _filled(READERS[chosen](source, reading), str(source))


def _filled(conversations: Iterator[Conversation], path: str) -> Iterator[Conversation]:
    """Raise `BadInput` for a file without conversations."""
    first = next(conversations, None)
    if first is None:
        raise BadInput("The file has no conversations", "Give it at least one", path=path, line=1)
    yield first
    yield from conversations


def _read_stdin(stream: BinaryIO, format: str, reading: Reading | None) -> Iterator[Conversation]:
    lines = read_lines(stream, "stdin")
    if format in PARSERS:
        return PARSERS[format](lines, "stdin", "stdin", reading)
    if format in ("parquet", "xlsx", "slack", "convokit"):
        raise UsageError(f"{format.capitalize()} cannot be read from stdin", "Save it to a file first")
    start = list(through_first_text(lines))
    if format == "auto" and (chosen := text_format(list(bare(start)), "stdin")) in PARSERS:
        return PARSERS[chosen](chain(start, lines), "stdin", "stdin", reading)
    content = "".join(text for _, text in chain(start, lines)).encode()
    return _read(Blob(content, "stdin"), format, reading)


def through_first_text(lines: Iterator[Line]) -> Iterator[Line]:
    """Yield the lines up to the first non-blank one."""
    for line in lines:
        yield line
        if line[1].strip():
            return
