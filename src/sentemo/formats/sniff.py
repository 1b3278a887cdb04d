"""Which format a file has: by its extension where that tells it, else by what is in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath

from sentemo.errors import BadInput, UsageError
from sentemo.formats.convokit import UTTERANCES
from sentemo.formats.csvfile import DELIMITERS, has_text_column
from sentemo.formats.lines import Line, file_lines, open_binary
from sentemo.formats.slack import USERS, day_files
from sentemo.formats.source import Blob, Source
from sentemo.formats.tree import Folder, Tree
from sentemo.formats.whatsapp import find_chat, is_whatsapp
from sentemo.formats.zips import Archive, is_zip

EXTENSIONS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".txt": "text",
}
COMPANIONS = {"speakers.json", "users.json", "conversations.json", "index.json"}
"""What lies beside the utterances of a ConvoKit corpus."""


def sniff(source: Source) -> str:
    """Name the format of a file, a folder or bytes; raise `UsageError` where it can't be told."""
    if isinstance(source, Path) and _is(source, Path.is_dir) and (found := folder_format(source)):
        return found
    if isinstance(source, Path) and _is(source, Path.is_fifo):  # looking at it would take what was to be read
        raise UsageError(f"{source} is a pipe, which tells no format", "Name the format, or read it with - as stdin")
    by_extension = EXTENSIONS.get(source.suffix.lower())
    if by_extension == "text":
        return "whatsapp" if is_whatsapp(_first_text(file_lines(source))) else "text"
    if by_extension is not None:
        return by_extension
    if isinstance(source, Blob) or source.suffix.lower() == ".zip":
        return _by_content(source)
    raise UsageError(
        f"{source}: the extension {source.suffix!r} tells no format",
        f"Name the format, or use one of {' '.join(EXTENSIONS)} .zip",
    )


def _is(path: Path, kind: Callable[[Path], bool]) -> bool:
    try:
        return kind(path)
    except OSError:  # a name too long, a folder above it that may not be entered: whoever opens it will say so
        return False


def folder_format(path: Path) -> str | None:
    """Tell whether a folder is one export as a whole: of Slack, or a ConvoKit corpus."""
    tree = Folder(path)
    return _tree_format(tree, [name for name in tree.names() if "/" not in name])


def text_format(line: str) -> str:
    """Name the format of text by its first line that is not blank."""
    if is_whatsapp(line):
        return "whatsapp"
    if line.lstrip().startswith("{"):
        return "jsonl"
    is_header = any(each in line and has_text_column(line, each) for each in DELIMITERS)
    return "csv" if is_header else "text"


def through_first_text(lines: Iterator[Line]) -> Iterator[Line]:
    """Yield the lines up to the first that is not blank."""
    for line in lines:
        yield line
        if line[1].strip():
            return


def _first_text(lines: Iterator[Line]) -> str:
    *_, (_, text) = ((0, ""), *through_first_text(lines))
    return text


def _by_content(source: Source) -> str:
    if is_zip(source) or source.suffix.lower() == ".zip":
        return _zip_format(Archive.of(source))
    with open_binary(source) as stream:
        if stream.read(4) == b"PAR1":
            return "parquet"
    return text_format(_first_text(file_lines(source)))


def _zip_format(archive: Archive) -> str:
    names = [PurePosixPath(name).name for name in archive.names()]
    if found := _tree_format(archive, names):
        return found
    chat = find_chat(archive)
    if chat and is_whatsapp(_first_text(archive.lines(chat))):
        return "whatsapp"
    cause = "The zip holds no WhatsApp chat, Slack export or ConvoKit corpus"
    raise BadInput(cause, "Unpack it and give the file of conversations", path=archive.name)


def _tree_format(tree: Tree, names: Iterable[str]) -> str | None:
    """Go by the files that a format always has; `names` are those that may lie at its top."""
    top = set(names)
    if UTTERANCES in top and top & COMPANIONS:
        return "convokit"
    return "slack" if USERS in top and day_files(tree) else None
