"""Find a model by name and load it in whatever form it has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sentemo.export.load import Form


def load(name: str | Path = "default", *, causal: bool = False, threads: int = 0) -> Form:
    """Load a model that ships with the package (`default`, `static`, `dailydialog`), a folder, or a hub id.

    A model that was exported runs as graphs, a static one without torch. Raises `BadModel` for one that isn't there or
    is damaged.
    """
    from sentemo.artifacts.find import find
    from sentemo.export.load import open_labeler

    return open_labeler(find(name), causal=causal, threads=threads)
