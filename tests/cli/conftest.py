"""A command line in this process, a small corpus in DailyDialog's layout, a small trained run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest

from sentemo.cli import main
from sentemo.corpora.registry import get_corpus
from sentemo.types import Conversation
from tests.dialogues import template_dialogues
from tests.once import made_once

SMALL = ("encoder.name=hashing-64", "encoder.layers=[]", "schedule.epochs=2", "network.context_dim=64")


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    code: int
    out: str
    err: str


Command = Callable[..., Result]


def exit_code(*words: str | Path) -> int:
    """Run a command in this process and return its exit code."""
    with mock.patch.object(sys, "argv", ["sentemo", *map(str, words)]), pytest.raises(SystemExit) as left:
        main()
        raise SystemExit(0)
    return int(left.value.code or 0)


@pytest.fixture
def sentemo(capfd: pytest.CaptureFixture[str]) -> Command:
    """Give a function that runs a command and returns its exit code, stdout and stderr."""

    def run(*words: str | Path) -> Result:
        capfd.readouterr()
        code = exit_code(*words)
        streams = capfd.readouterr()
        return Result(code, streams.out, streams.err)

    return run


def write_dailydialog(folder: Path, split: str, conversations: Sequence[Conversation]) -> None:
    """Write a split in the official text layout."""
    names = get_corpus("dailydialog").labels
    place = folder / split
    place.mkdir(parents=True)
    texts = ["".join(f"{turn.text} __eou__ " for turn in c) for c in conversations]
    labels = ["".join(f"{names.index(turn.label or 'neutral')} " for turn in c) for c in conversations]
    (place / f"dialogues_{split}.txt").write_text("\n".join(texts) + "\n", encoding="utf-8")
    (place / f"dialogues_emotion_{split}.txt").write_text("\n".join(labels) + "\n", encoding="utf-8")


@pytest.fixture(scope="session")
def corpus_dir() -> Path:
    """Give a small corpus of the project's own sentences, as DailyDialog lies on disk."""

    def make(folder: Path) -> None:
        write_dailydialog(folder, "train", template_dialogues(60, seed=1))
        write_dailydialog(folder, "validation", template_dialogues(25, seed=2))

    return made_once("small-dailydialog", make)


@pytest.fixture(scope="session")
def run_dir(corpus_dir: Path) -> Path:
    """Give the folder of a training by `sentemo train`."""
    flags = [word for setting in SMALL for word in ("--set", setting)]

    def make(out: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            words = ["train", "dailydialog", "-d", str(corpus_dir), "-o", str(out), *flags]
            patch.setattr(sys, "argv", ["sentemo", *words])
            main_ends_well()

    return made_once("small-run", make)


def main_ends_well() -> None:
    """Run the command in sys.argv and insist on exit code 0."""
    try:
        main()
    except SystemExit as left:
        assert not left.code
