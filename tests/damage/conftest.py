"""What the tests of this folder share with those of the command line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.conftest import corpus_dir, run_dir

__all__ = ["corpus_dir", "run_dir", "talk", "talks"]


@pytest.fixture(scope="session")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file with a conversation that not every encoding can hold."""
    path = tmp_path_factory.mktemp("talk") / "talk.txt"
    path.write_text("Ann: I got the job! 🎉\nБоб: привет\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def talks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file of many conversations."""
    path = tmp_path_factory.mktemp("talks") / "talks.jsonl"
    path.write_text("".join(f'{{"turns": ["I love Rome {number}"]}}\n' for number in range(1200)))
    return path


@pytest.fixture(autouse=True)
def posix() -> None:
    """Streams, signals and permissions here are those of POSIX."""
    if os.name != "posix":
        pytest.skip("not of this system")
