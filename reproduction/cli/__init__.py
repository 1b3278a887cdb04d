"""The command `python -m reproduction`: one file per command, parsing only."""

from __future__ import annotations

from typing import Any

from sentemo.cli import run


def main() -> None:
    """Run the command line as `sentemo` is run: an error is one sentence on stderr and an exit code."""
    run(_app, "python -m reproduction")


def _app() -> Any:
    from reproduction.cli.app import app

    return app
