"""Read conversations from users' files and chat exports, and write them."""

from __future__ import annotations

from sentemo.formats.convokit import write_convokit
from sentemo.formats.files import read_bytes, read_conversations
from sentemo.formats.inspect import Inspection, inspect
from sentemo.formats.jsonl import write_jsonl
from sentemo.formats.label_studio import write_label_studio
from sentemo.formats.reading import Reading

__all__ = [
    "Inspection",
    "Reading",
    "inspect",
    "read_bytes",
    "read_conversations",
    "write_convokit",
    "write_jsonl",
    "write_label_studio",
]
