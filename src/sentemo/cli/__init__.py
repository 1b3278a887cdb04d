"""The command `sentemo`: one file per command, parsing only."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; an error is one sentence on stderr and an exit code."""
    from sentemo.cli.app import app
    from sentemo.cli.screen import complain
    from sentemo.errors import SentemoError

    try:
        app(prog_name="sentemo")
    except SentemoError as error:
        complain(str(error))
        sys.exit(error.exit_code)
