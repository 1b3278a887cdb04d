"""Detect a file's format from its content, and from its extension if the content is ambiguous."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path, PurePosixPath

from sentemo.errors import BadInput, UsageError
from sentemo.formats.chatlog import LEAST_SHARE, survey
from sentemo.formats.convokit import UTTERANCES
from sentemo.formats.csvfile import DELIMITERS, NAMES_DELIMITER, has_text_column
from sentemo.formats.cues import TIMING, is_cues
from sentemo.formats.heads import MARK, is_moment, plain_glyphs, visible
from sentemo.formats.lines import Line, bare, file_lines, open_binary, read_lines
from sentemo.formats.reading import Source, extension_of
from sentemo.formats.sigtop import is_sigtop
from sentemo.formats.slack import ORGANISATION, USERS, day_files
from sentemo.formats.telegram_html import is_telegram
from sentemo.formats.tree import Folder, Tree
from sentemo.formats.whatsapp import find_chat
from sentemo.formats.zips import Archive, is_zip

EXTENSIONS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
    ".vtt": "subtitles",
    ".srt": "subtitles",
    ".sbv": "subtitles",
    ".txt": "text",
}
"""The format of each extension; text and JSON are refined by content."""
ALSO_TEXT = (".log", ".md")
"""Other extensions of files whose content may be plain text."""
ADVICE = {
    ".docx": "Save it as plain text (.txt), a line a turn: Name: what they said",
    ".doc": "Save it as plain text (.txt), a line a turn: Name: what they said",
    ".odt": "Save it as plain text (.txt), a line a turn: Name: what they said",
    ".rtf": "Save it as plain text (.txt), a line a turn: Name: what they said",
    ".pdf": "Copy its text into a .txt file, a line a turn: Name: what they said",
    ".xls": "Save it as .xlsx or CSV",
    ".ods": "Save it as .xlsx or CSV",
    ".html": "Export the chat as JSON or text; of HTML, only Telegram's export is read",
    ".htm": "Export the chat as JSON or text; of HTML, only Telegram's export is read",
    ".xml": "Export the chat as JSON, CSV or text",
    ".db": "Export the chat out of its app, or query the database into a CSV file",
    ".sqlite": "Export the chat out of its app, or query the database into a CSV file",
    ".mbox": "Convert the mails to a CSV file with the columns conversation, speaker and text",
    ".eml": "Convert the mails to a CSV file with the columns conversation, speaker and text",
}
"""What to do with unsupported files."""
COMPANIONS = {"speakers.json", "users.json", "conversations.json", "index.json"}
"""The other files of a ConvoKit corpus."""
LOOK_LINES, LOOK_CHARACTERS = 2_000, 2**20
"""How much of a text is examined."""
_DATED = re.compile(rf"[{MARK}\s\[(<*#]*\d{{1,4}}\s?[./:-]\s?\d{{1,2}}(?:\s?[./:-]\s?\d{{1,4}})?(?!\d|\s*[%€$])")


def sniff(source: Source) -> str:
    """Return the format of a file, a folder or bytes; raise `UsageError` or `BadInput` if it isn't clear."""
    if isinstance(source, Path) and _is(source, Path.is_dir):
        if found := folder_format(source) or EXTENSIONS.get(extension_of(source)):
            return found
        raise UsageError(f"The format of the folder {source} isn't clear", "Name a file in it, or give a whole export")
    if isinstance(source, Path) and _is(source, Path.is_fifo):  # peeking would consume the data
        raise UsageError(f"The format of {source}, a pipe, isn't clear", "Name the format, or read it with - as stdin")
    extension = extension_of(source)
    by_extension = EXTENSIONS.get(extension)
    if by_extension in ("csv", "parquet", "xlsx"):
        return by_extension
    if is_zip(source) or extension == ".zip":
        return _zip_format(source)
    with open_binary(source) as stream:
        if stream.read(4) == b"PAR1":
            return "parquet"
    if extension in ADVICE and not (extension in (".html", ".htm") and is_telegram(_start(source))):
        raise BadInput(f"Files of the kind {extension} aren't read", ADVICE[extension], path=str(source), line=1)
    with open_binary(source) as stream:
        seen = look(read_lines(stream, source))
    found = text_format(seen, str(source))
    if found == "text" and by_extension is None and extension not in ALSO_TEXT and isinstance(source, Path):
        raise UsageError(
            f"{source}: unknown extension {source.suffix!r}",
            f"Name the format, or use one of {' '.join(EXTENSIONS)} .zip",
        )
    if found == "text" and by_extension in ("jsonl", "json", "subtitles"):
        return by_extension
    return "jsonl" if found == "json" and by_extension == "jsonl" and is_lines(seen) else found


def is_lines(lines: Iterable[Line]) -> bool:
    """Return whether the first non-blank line is a complete JSON value."""
    return _is_json(next((text for _, text in lines if text.strip()), ""))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _start(source: Source) -> str:
    return "".join(line for _, line in islice(file_lines(source), 200))


def _is(path: Path, kind: Callable[[Path], bool]) -> bool:
    try:
        return kind(path)
    except OSError:  # a name too long, an inaccessible parent folder: opening the file will report it
        return False


def folder_format(path: Path) -> str | None:
    """Return the format of a folder that is a single export: of Slack, or a ConvoKit corpus."""
    tree = Folder(path)
    return _tree_format(tree, [name for name in tree.names() if "/" not in name])


def look(lines: Iterator[Line]) -> list[Line]:
    """Return the first readable lines, without line ends, from which a text's format is recognised."""
    found, left, lines = list[Line](), LOOK_CHARACTERS, bare(lines)
    for _ in range(LOOK_LINES):
        try:
            number, text = next(lines)
        except StopIteration:
            break
        except BadInput:  # reading the file will report it
            continue
        found.append((number, text))
        left -= len(text)
        if left < 0:
            break
    return found


def text_format(lines: Sequence[Line], path: str) -> str:
    """Return the format of a text from its first lines; raise `BadInput` for a log of an unknown form."""
    filled = [text for _, text in lines if text.strip()]
    if not filled:
        return "text"
    first = visible(filled[0])
    if is_cues(first) or (len(filled) > 1 and first.isdigit() and TIMING.fullmatch(filled[1].rstrip())):
        return "subtitles"
    if first[:15].lower().startswith(("<!doctype html", "<html")):
        if is_telegram("".join(filled)):
            return "html"
        raise BadInput("A web page", ADVICE[".html"], path=path, line=1)
    plan = survey(iter(lines))
    if plan.heads and plan.heads >= LEAST_SHARE * plan.lines:
        return "whatsapp" if plan.kind.startswith("WhatsApp") else "log"
    if is_sigtop(filled):
        return "signal"
    if first.startswith("{") or re.match(r'\[\s*(?:[\[{"]|$)', first):
        is_one = len(filled) == 1 or not filled[1].lstrip().startswith("{")
        return "jsonl" if first.startswith("{") and _is_json(first) and not (is_one and len(filled) > 1) else "json"
    if NAMES_DELIMITER.fullmatch(first) or any(each in first and has_text_column(first, each) for each in DELIMITERS):
        return "csv"
    if plan.quoted >= max(2, LEAST_SHARE * plan.lines):
        cause = f"{plan.quoted:,} of the first {plan.lines:,} lines look like the start of messages without any"
        raise BadInput(cause, "Copy the chat again, or write lines of `Name: text`", path=path, line=lines[0][0])
    _refuse_unknown_log(lines, path)
    return "text"


def _refuse_unknown_log(lines: Sequence[Line], path: str) -> None:
    dated = [(number, text) for number, text in lines if _DATED.match(plain_glyphs(text)) or is_moment(text)]
    filled = sum(1 for _, text in lines if text.strip())
    if len(dated) >= max(2, 0.3 * filled):
        number, text = dated[0]
        cause = f"{len(dated):,} of the first {filled:,} lines start with a date or time, like {text.strip()[:40]!r}"
        step = "No log of this form is known: write lines of `Name: text`, or a table with the columns speaker and text"
        raise BadInput(cause, step, path=path, line=number)


def _zip_format(source: Source) -> str:
    archive = Archive.of(source)
    found = archive.names()
    if "xl/workbook.xml" in found:
        return "xlsx"
    if "word/document.xml" in found or "content.xml" in found:
        raise BadInput("An office document", ADVICE[".docx"], path=archive.name, line=1)
    names = [PurePosixPath(name).name for name in found]
    if format := _tree_format(archive, names):
        return format
    chat = find_chat(archive)
    if chat:
        lines = look(archive.lines(chat))
        if not lines or text_format(lines, archive.place(chat)) in ("whatsapp", "log"):
            return "whatsapp"  # reading the chat will report why it has no lines
    cause = "The zip contains no WhatsApp chat, Slack export or ConvoKit corpus"
    raise BadInput(cause, "Unpack it and pass the file of conversations", path=archive.name)


def _tree_format(tree: Tree, names: Iterable[str]) -> str | None:
    """Recognise a format by the files that it always has; `names` are those at the top level."""
    top = set(names)
    if UTTERANCES in top and top & COMPANIONS:
        return "convokit"
    return "slack" if top & {USERS, ORGANISATION} and day_files(tree) else None
