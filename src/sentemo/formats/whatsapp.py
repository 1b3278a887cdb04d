"""WhatsApp chat exports, as a text file or the zip that contains it; other apps' logs as a text file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from sentemo.formats.chatlog import read_log
from sentemo.formats.lines import bare, file_lines
from sentemo.formats.reading import Reading, Source, stem_of
from sentemo.formats.tree import Tree
from sentemo.formats.turns import Place
from sentemo.formats.zips import Archive, is_zip
from sentemo.types import Conversation


def read_whatsapp(source: Source, reading: Reading | None = None) -> Iterator[Conversation]:
    """Yield the conversations of an exported text file, or of a zip with one in it, cut by silence."""
    if not is_zip(source):
        return read_log(lambda: bare(file_lines(source)), source, stem_of(source), reading)
    archive = Archive.of(source)
    chat = find_chat(archive)
    if chat is None:
        Place(archive.name).refuse("No WhatsApp chat in the zip", "Pass the zip or text file that the app exported")
    return read_log(lambda: bare(archive.lines(chat)), archive.place(chat), stem_of(source), reading)


def find_chat(tree: Tree) -> str | None:
    """Find the text file of an exported chat: `_chat.txt`, one named after the app or "chat", or the only one."""
    texts = [name for name in tree.names() if name.lower().endswith(".txt")]
    named = [name for name in texts if PurePosixPath(name).name == "_chat.txt"]
    named += [name for name in texts if "whatsapp" in PurePosixPath(name).name.lower()]
    named += [name for name in texts if "chat" in PurePosixPath(name).name.lower()]
    return named[0] if named else texts[0] if len(texts) == 1 else None
