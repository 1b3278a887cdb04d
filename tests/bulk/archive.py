"""A small archive, a small model, and runs over them in processes that tests may kill."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sentemo.bulk.engine import InProcess, Processes
from sentemo.bulk.run import Order, label
from sentemo.formats.jsonl import write_jsonl
from sentemo.types import Conversation, LabelSet, Prediction, TurnPrediction
from tests.dialogues import FOUR, template_dialogues

BAD_LINES = (
    b'{"turns": ["fine", ""]}',
    b'{"turns": ["\\ud800"]}',
    b'{"turns": ["a\\u0000b"]}',
    b'{"turns": ["\xff\xfe"]}',
    b'{"turns": ["' + b"x" * 1_000_001 + b'"]}',
    b"no JSON",
)


def write_archive(folder: Path, files: int = 2, talks: int = 40) -> str:
    """Write JSON lines, hostile ones among them; give the pattern."""
    folder.mkdir()
    for number in range(files):
        write_jsonl(template_dialogues(talks, seed=number), folder / f"{number}.jsonl")
    (folder / "bad.jsonl").write_bytes(b"\n".join((*BAD_LINES, b'{"id": "last", "turns": ["fine"]}')) + b"\n")
    return f"{folder}/*.jsonl"


@dataclass(frozen=True)
class Rule:
    """A labeler without weights, and what loads it: the label follows from the text's length."""

    pause_s: float = 0
    """Before each shard."""
    deadly: str = ""
    """A text on which the process kills itself."""
    broken: str = ""
    """A text on which it raises what no labeler should."""

    def __call__(self) -> Rule:
        return self

    def to_json(self) -> Mapping[str, Any]:
        return {"name": "rule"}

    @property
    def labels(self) -> LabelSet:
        return FOUR

    def predict(self, conversations: Any) -> Any:
        if isinstance(conversations, Conversation):
            return self._one(conversations)
        time.sleep(self.pause_s)
        return [self._one(conversation) for conversation in conversations]

    def _one(self, conversation: Conversation) -> Prediction:
        texts = [turn.text for turn in conversation]
        if self.deadly in texts:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.broken in texts:
            raise RuntimeError("a part of the labeler is broken")
        return Prediction(conversation.id, tuple(_turn(turn.speaker, turn.text) for turn in conversation))


def _turn(speaker: str, text: str) -> TurnPrediction:
    top = len(text) % len(FOUR)
    shares = {name: 0.7 if place == top else 0.1 for place, name in enumerate(FOUR.names)}
    return TurnPrediction(speaker, text, FOUR.names[top], 0.7, shares)


def sit_down(order: Order, load: Rule, processes: int) -> None:
    """Run until the end or a kill."""
    label(order, load, InProcess() if processes == 1 else Processes(processes))


def contents(folder: Path) -> dict[str, bytes]:
    """Give every file below a folder, by its name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def labelled(folder: Path) -> list[dict[str, Any]]:
    """Give all conversations of a run that wrote JSON lines, in order."""
    lines: Sequence[str] = [
        line for path in sorted(folder.glob("part-*")) for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return [json.loads(line) for line in lines]
