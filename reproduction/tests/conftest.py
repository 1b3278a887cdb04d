"""What the tests of the package share, for those of the reproduction too."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from reproduction.cli import main
from tests.cli.conftest import Command, Result, corpus_dir, run_dir, sentemo

__all__ = ["corpus_dir", "reproduction", "run_dir", "sentemo"]


@pytest.fixture
def reproduction(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Return a function that runs `python -m reproduction` in this process, as the fixture `sentemo` runs `sentemo`."""

    def run(*words: str | Path) -> Result:
        monkeypatch.setattr(sys, "argv", ["reproduction", *map(str, words)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        streams = capfd.readouterr()
        return Result(int(left.value.code or 0), streams.out, streams.err)

    return run
