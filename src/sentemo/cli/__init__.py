"""The command `sentemo`: one file per command, parsing only."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typer import Typer


def main() -> None:
    """Run the command line; an error is one sentence on stderr and an exit code."""
    run(_app, "sentemo")


def run(app: Callable[[], Typer], name: str) -> None:
    """Load and run a command line under a name, and exit with its code; errors are printed as in `main`."""
    try:
        sys.exit(_run(app, name))
    except KeyboardInterrupt:  # before or after the command itself, which handles it
        sys.exit(130)


def _app() -> Typer:
    from sentemo.cli.app import app

    return app


def _run(load: Callable[[], Typer], name: str) -> int:
    from sentemo.cli.screen import complain, mend_streams, silence
    from sentemo.errors import SentemoError, missing

    mend_streams()
    try:
        app = load()
        try:
            app(prog_name=name)
        finally:
            sys.stdout.flush()
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    except (SentemoError, ImportError) as error:
        told = missing(error) if isinstance(error, ImportError) else error
        if not isinstance(told, SentemoError):
            raise
        complain(str(told))
        return told.exit_code
    except (
        OSError
    ) as error:  # anything that no command handled: a full disk under stdout, a path too long for the system
        silence()
        if not isinstance(error, BrokenPipeError):
            about = "" if error.filename is None else f"{str(error.filename)[:200]}: "
            complain(f"{about}{error.strerror or error}. Check the path, its permissions and the free disk space.")
        return 1
    return 0
