"""`sentemo serve`: models over HTTP."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from sentemo.cli import options
from sentemo.cli.screen import tell
from sentemo.errors import MissingExtra, UsageError

KEY = "SENTEMO_API_KEY"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def serve(
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            "-m",
            help="NAME=SOURCE, or a source alone: a model's folder, a hub id, default or static. The first is "
            "the default. Repeatable.",
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on; 0 takes a free one.")] = 8000,
    adapted: Annotated[
        Path | None, typer.Option(help="Let clients adapt models, and keep these in this folder.")
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(help="Let pages from this origin use the server: http://127.0.0.1:8000. Repeatable."),
    ] = None,
    connections: Annotated[int, typer.Option(min=1, help="Maximum concurrent requests and live conversations.")] = 512,
    waiting_turns: Annotated[int, typer.Option(min=1024, help="Maximum turns waiting for a model.")] = 4096,
    threads: options.Threads = 0,
) -> None:
    """Serve models over HTTP, with a page at /; SENTEMO_API_KEY sets a key that clients must send."""
    try:
        import fastapi  # noqa: F401
        import prometheus_client  # noqa: F401
        import uvicorn  # noqa: F401
        import websockets  # noqa: F401
    except ModuleNotFoundError:
        raise MissingExtra("The server", "serve") from None
    key = os.environ.get(KEY)
    if key is not None and not key.strip():
        raise UsageError(f"{KEY} is set but blank", "Set a key, or unset it")
    from sentemo.files import cannot_write
    from sentemo.serve.limits import Limits
    from sentemo.serve.models import load_models
    from sentemo.serve.server import bind
    from sentemo.serve.server import serve as run
    from sentemo.serve.service import Service

    options.use_threads(threads)
    with bind(host, port) as taken:
        if adapted is not None:
            with cannot_write(adapted):
                adapted.mkdir(parents=True, exist_ok=True)
                tempfile.TemporaryFile(dir=adapted).close()
        models = load_models(model or [], adapted, threads)
        if key is None and host not in LOOPBACK:
            tell(f"Anyone who can reach {host} can use this server; set {KEY} to require a key.")
        limits = Limits(connections, waiting_turns)
        run(Service(models, adapted, key, limits, loopback=host in LOOPBACK, origins=origin or ()), taken)
