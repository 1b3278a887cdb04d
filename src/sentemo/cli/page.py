"""`sentemo page`: the page as a static site, in which the model runs in the visitor's browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sentemo.cli.screen import tell


def page(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the site; an older site there is replaced.")],
    model: Annotated[str, typer.Option(help="A model's folder, a hub id, or a shipped one.")] = "default",
    first_pass: Annotated[bool, typer.Option(help="Label with the static model until the full one is loaded.")] = True,
    runtime: Annotated[
        Path | None, typer.Option(help="npm's archive of onnxruntime-web (.tgz), instead of downloading it.")
    ] = None,
) -> None:
    """Write the page as a static site that needs no server: the model runs in the visitor's browser.

    Any static host works, also under a sub-path. Nothing that a visitor writes leaves the browser, and after the first
    visit it works offline. The runtime is downloaded from npm once.
    """
    from sentemo.site.build import build

    size = build(out, model=model, first="static" if first_pass else None, runtime=runtime)
    tell(f"The site is in {out}; a visitor loads {size / 1e6:.1f} MB.")
    tell(f"To see it: python -m http.server --directory {out}")
