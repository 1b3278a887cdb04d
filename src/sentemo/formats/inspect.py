"""Inspect a file before labelling: what was understood, what was left out and why, and the first turns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Any

from sentemo.errors import BadInput
from sentemo.formats.files import READERS, check_format
from sentemo.formats.reading import Blob, Reading, Source
from sentemo.formats.sniff import sniff
from sentemo.times import written
from sentemo.types import Conversation, Utterance, origin

MOST_SPEAKERS = 20
"""The most speakers that are listed; the others are counted."""
MAX_SPEAKERS = 100_000
"""The most distinct names that are counted."""


@dataclass(slots=True)
class Inspection:
    """The contents of a file, as understood by its reader."""

    format: str
    """The value of `--format` that reads it this way."""
    kind: str
    """The format in words, and which columns were used for what."""
    conversations: int = 0
    turns: int = 0
    labelled: int = 0
    """The number of turns with a label."""
    speakers: Counter[str] = field(default_factory=Counter)
    """The number of turns by speaker."""
    first_time: datetime | None = None
    last_time: datetime | None = None
    left_out: dict[str, int] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    error: str | None = None
    """Why reading stopped before the end of the file; None if it didn't."""
    shown: list[Utterance] = field(default_factory=list)
    """The first turns."""

    def add(self, conversation: Conversation, show: int) -> None:
        """Count a conversation, and keep its turns while fewer than `show` are."""
        self.conversations += 1
        self.turns += len(conversation)
        self.shown += conversation.turns[: max(0, show - len(self.shown))]
        for turn in conversation:
            self.labelled += turn.label is not None or bool(turn.labels)
            if turn.speaker in self.speakers or len(self.speakers) < MAX_SPEAKERS:
                self.speakers[turn.speaker] += 1
            if turn.time is not None:
                naive = turn.time.replace(tzinfo=None)
                self.first_time = naive if self.first_time is None else min(self.first_time, naive)
                self.last_time = naive if self.last_time is None else max(self.last_time, naive)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "format": self.format,
            "kind": self.kind,
            "conversations": self.conversations,
            "turns": self.turns,
            "labelled": self.labelled,
            "speakers": dict(self.speakers.most_common(MOST_SPEAKERS)),
            "other_speakers": max(0, len(self.speakers) - MOST_SPEAKERS),
            "first_time": None if self.first_time is None else written(self.first_time),
            "last_time": None if self.last_time is None else written(self.last_time),
            "left_out": self.left_out,
            "remarks": self.remarks,
            "error": self.error,
            "shown": [{"speaker": turn.speaker, "text": turn.text, **origin(turn)} for turn in self.shown],
        }

    def __str__(self) -> str:
        named = [f"{name or '(no name)'} ({count:,})" for name, count in self.speakers.most_common(MOST_SPEAKERS)]
        others = len(self.speakers) - len(named)
        lines = {
            "format": f"{self.format} ({self.kind})" if self.kind else self.format,
            "conversations": f"{self.conversations:,}",
            "turns": f"{self.turns:,}" + (f", of which {self.labelled:,} have a label" if self.labelled else ""),
            "speakers": ", ".join(named) + (f" and {others:,} others" if others > 0 else ""),
            "time": f"{self.first_time} to {self.last_time}" if self.first_time else "unknown",
            "left out": _counts(self.left_out) or "nothing",
        }
        found = [f"{what + ':':<15}{said}" for what, said in lines.items()]
        found += [f"note: {remark}" for remark in self.remarks]
        if self.error is not None:
            found.append(f"reading ended: {self.error}")
        return "\n".join(found)


def inspect(
    source: str | PathLike[str] | bytes,
    format: str = "auto",
    columns: Mapping[str, str] | None = None,
    *,
    name: str = "",
    show: int = 5,
) -> Inspection:
    """Read a file, a folder or the bytes of a file called `name`, and report what was understood.

    All of it is read, one conversation at a time. Raises as `read_conversations` does if no conversation can be read;
    an error after the first conversation is part of the result.
    """
    check_format(format)
    file: Source = Blob(source, name) if isinstance(source, bytes) else Path(source)
    chosen = sniff(file) if format == "auto" else format
    reading = Reading(columns or {})
    found = Inspection(chosen, "")
    try:
        for conversation in READERS[chosen](file, reading):
            found.add(conversation, show)
    except BadInput as error:
        if not found.conversations:
            raise
        found.error = str(error)
    found.kind, found.left_out, found.remarks = reading.kind, dict(reading.left_out), reading.remarks
    if not found.conversations and found.error is None:
        left = _counts(found.left_out)
        cause = f"The file has no conversations (left out: {left})" if left else "The file has no conversations"
        raise BadInput(cause, "Give it at least one", path=str(file), line=1)
    return found


def _counts(left_out: Mapping[str, int]) -> str:
    """Return what was left out, and how often: notices of the app (1)."""
    return ", ".join(f"{what} ({count:,})" for what, count in left_out.items())
