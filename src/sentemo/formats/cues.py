"""Read and write timed transcripts: SRT and WebVTT (from Zoom, Teams, players, whisperX).

Consecutive cues of one speaker are one turn; cues without a speaker are joined until a sentence ends.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from sentemo.errors import UsageError
from sentemo.files import write_bytes
from sentemo.formats.lines import Line, bare, file_lines
from sentemo.formats.reading import Reading, Source, stem_of
from sentemo.formats.turns import Place, make_conversation, make_turn
from sentemo.types import ABSTENTION, Conversation, TurnPrediction, Utterance

PAUSE_S = 60.0
"""After a longer pause, the same speaker's next cue is a new turn; for cues without a speaker, `SENTENCE_S`."""
SENTENCE_S = 1.5
MOST = 1_000
"""The most characters of a turn that further cues are added to."""
_CLOCK = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{3})"
TIMING = re.compile(rf"\s*{_CLOCK}(?:\s*-->\s*|,){_CLOCK}(?:\s.*)?")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]{1,200})>")
_TAG = re.compile(r"</?[a-zA-Z0-9][^<>]{0,200}>|\{\\[^{}]{1,80}\}")
_NAMED = re.compile(r"(?:>>\s*)?\[?(?P<name>(?=[^\W\d_])[^:<>\[\]]{1,40}?)\]?\s?[:：](?:\s+|$)(?P<text>.*)", re.DOTALL)
_NOT_SAID = re.compile(r"\[[^\]]*\]|\([^)]*\)|[♪♫#*\s]*|[♪♫].*", re.DOTALL)
_ENDS = (".", "!", "?", "…", '"', "”", "。", "！", "？", "♪")
_DASHES = ("-", "–", ">>")
_BLOCKS = ("NOTE", "STYLE", "REGION", "WEBVTT")


class Cue(NamedTuple):
    """The text shown from one time to another."""

    line: int
    start_s: float
    end_s: float
    speaker: str
    text: str
    starts: bool = False
    """Whether a dash says that somebody else speaks."""


def is_cues(line: str) -> bool:
    """Return whether a line starts a WebVTT file, or is a cue's timing."""
    return line.startswith("WEBVTT") or TIMING.fullmatch(line.rstrip()) is not None


def read_cues(path: Source, reading: Reading | None = None) -> Iterator[Conversation]:
    """Yield the conversation of a file."""
    return parse_cues(file_lines(path), path, stem_of(path), reading)


def parse_cues(
    lines: Iterable[Line], path: str | Source, stem: str, reading: Reading | None = None
) -> Iterator[Conversation]:
    """Yield the conversation, `stem-0`; raise `BadInput` with file and line."""
    notes = Reading() if reading is None else reading
    notes.kind = "a transcript with times"
    found = joined(_cues(bare(lines), notes))
    turns = [turn_of(cue, Place(path, cue.line)) for cue in found]
    if turns:
        yield make_conversation(f"{stem}-0", turns, Place(path))


def turn_of(cue: Cue, place: Place) -> Utterance:
    """Convert a cue to a turn."""
    return make_turn(cue.text, cue.speaker, None, place, span_s=(cue.start_s, cue.end_s))


def _cues(lines: Iterator[Line], notes: Reading) -> Iterator[Cue]:
    """Yield each cue, those of two speakers as two."""
    before = ""
    for block in _blocks(lines):
        place = next((place for place, (_, line) in enumerate(block) if TIMING.fullmatch(line)), None)
        if place is None:
            continue
        number, timing = block[place]
        start_s, end_s = _times_s(timing)
        shown = [line for _, line in block[place + 1 :] if line.strip() != before or not before]
        before = block[-1][1].strip()
        for speaker, text, starts in _said(shown):
            if _NOT_SAID.fullmatch(text):
                notes.leave_out("cues without words")
            else:
                yield Cue(number, start_s, max(start_s, end_s), speaker, text, starts)


def _blocks(lines: Iterator[Line]) -> Iterator[list[Line]]:
    """Yield the lines between blank ones; a timing without a blank line before it starts a block too."""
    block: list[Line] = []
    for number, line in lines:
        starts = TIMING.fullmatch(line) and any(TIMING.fullmatch(each) for _, each in block)
        if block and (not line.strip() or starts):
            yield block
            block = []
        if line.strip():
            block.append((number, line))
    if block:
        yield block


def _times_s(timing: str) -> tuple[float, float]:
    found = TIMING.fullmatch(timing)
    numbers = [int(each or 0) for each in (found.groups() if found else ())]
    start, end = (
        3600 * hours + 60 * minutes + seconds + thousandths / 1000
        for hours, minutes, seconds, thousandths in (numbers[:4], numbers[4:])
    )
    return start, end


def _said(lines: list[str]) -> Iterator[tuple[str, str, bool]]:
    """Split a cue by speaker: voice tags, names with a colon, or dashes for two who alternate.

    Yields speaker, text, and whether a dash says that somebody else speaks.
    """
    whole = "\n".join(lines)
    voices = _VOICE.split(whole)
    if len(voices) > 1:
        said = zip(voices[1::2], voices[2::2], strict=True)
        yield from ((html.unescape(name).strip(), _plain(text), False) for name, text in said)
        return
    parts: list[tuple[str, str, bool]] = []
    for line in map(_plain, lines):
        named = _NAMED.fullmatch(line)
        if named and len(named["name"].split()) <= 4:
            parts.append((named["name"].strip(), named["text"], False))
        elif parts and not line.startswith(_DASHES):
            speaker, text, starts = parts[-1]
            parts[-1] = (speaker, f"{text} {line}".strip(), starts)
        else:
            parts.append(("", line.lstrip("-–> "), line.startswith(_DASHES)))
    yield from parts


def _plain(text: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", text)).split())


def joined(cues: Iterable[Cue]) -> Iterator[Cue]:
    """Yield turns, joining consecutive cues of one speaker."""
    turn: Cue | None = None
    for cue in cues:
        if turn is None:
            turn = cue
        elif _goes_on(turn, cue):
            turn = turn._replace(end_s=max(turn.end_s, cue.end_s), text=f"{turn.text} {cue.text}")
        else:
            yield turn
            turn = cue
    if turn is not None:
        yield turn


def _goes_on(turn: Cue, cue: Cue) -> bool:
    pause_s = cue.start_s - turn.end_s
    if cue.starts or len(turn.text) + len(cue.text) > MOST or pause_s > PAUSE_S:
        return False
    if turn.speaker:
        return cue.speaker in (turn.speaker, "")
    return not cue.speaker and pause_s <= SENTENCE_S and not turn.text.endswith(_ENDS)


KINDS = ("vtt", "srt")


def write_cues(conversations: Iterable[Conversation], path: Path) -> int:
    """Write conversations to a .vtt or .srt file; return their number. Raises as `cue_text` does."""
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
            f"Turn {number} has no start and end", "Subtitles need a timed transcript: SRT, WebVTT, Whisper's JSON"
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
