"""Labelled turns as SRT or WebVTT, for video players."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from pathlib import Path

from sentemo.errors import UsageError
from sentemo.files import write_bytes
from sentemo.types import ABSTENTION, Conversation, TurnPrediction, Utterance

KINDS = ("vtt", "srt")


def write_cues(conversations: Iterable[Conversation], path: Path) -> int:
    """Write conversations one after another to a .vtt or .srt file; return how many. Raises as `cue_text` does."""
    talks = list(conversations)
    kind = path.suffix.removeprefix(".")
    write_bytes(path, cue_text([turn for talk in talks for turn in talk], kind).encode())
    return len(talks)


def cue_text(turns: Sequence[Utterance | TurnPrediction], kind: str) -> str:
    """Return turns as the text of a `vtt` or `srt` file, each with its label in square brackets before its words.

    Raises `UsageError` for a turn without a start and an end.
    """
    blocks = [_block(number, turn, kind) for number, turn in enumerate(turns, 1)]
    return ("WEBVTT\n\n" if kind == "vtt" else "") + "\n".join(blocks)


def _block(number: int, turn: Utterance | TurnPrediction, kind: str) -> str:
    if turn.span_s is None:
        raise UsageError(
            f"Turn {number} has no start and end", "Subtitles are written of transcripts: SRT, WebVTT, Whisper's JSON"
        )
    start, end = (_written(seconds, "." if kind == "vtt" else ",") for seconds in turn.span_s)
    label = "" if turn.label in (None, ABSTENTION) else f"[{turn.label}] "
    words, name = (_on_one_line(text, kind) for text in (f"{label}{turn.text}", turn.speaker))
    if name:
        words = f"<v {name}>{words}</v>" if kind == "vtt" else f"{name}: {words}"
    return f"{number}\n{start} --> {end}\n{words}\n"


def _on_one_line(text: str, kind: str) -> str:
    line = " ".join(text.split()).replace("-->", "→")
    return html.escape(line, quote=False) if kind == "vtt" else line


def _written(seconds: float, mark: str) -> str:
    thousandths = round(1000 * seconds)
    minutes = thousandths // 60_000
    return f"{minutes // 60:02}:{minutes % 60:02}:{thousandths // 1000 % 60:02}{mark}{thousandths % 1000:03}"
