"""Find a model by name and load it in whatever form it has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Union

from sentemo.errors import UsageError
from sentemo.types import Head

if TYPE_CHECKING:
    from sentemo.artifacts.pretrained import EngineName
    from sentemo.model import SentEmoContext
    from sentemo.static.model import StaticModel

Model = Union["SentEmoContext", "StaticModel"]
"""A model, in any form that it can have on disk."""


def load(
    name: str | Path = "default",
    *,
    causal: bool = False,
    head: Head = "classifier",
    engine: EngineName = "auto",
    threads: int = 0,
) -> Model:
    """Load a model that ships with the package (`default`, `static`, `dailydialog`), a folder, or a hub id.

    It runs as ONNX graphs where it has any, else with torch; a static one needs neither. `threads` 0 is one for graphs
    and torch's choice for torch, where any other number holds for the whole process. Raises `BadModel` for one that
    isn't there or is damaged, `UsageError` for a head or an engine that it has not, `MissingExtra` where it needs torch
    and that is not installed.
    """
    from sentemo.artifacts.hub import find
    from sentemo.static.folder import is_static

    folder = find(name)
    if is_static(folder):
        from sentemo.static.model import StaticModel

        check_static(folder, head, engine)
        return StaticModel.from_pretrained(folder, causal=causal)
    from sentemo.model import SentEmoContext

    model = SentEmoContext.from_pretrained(folder, engine=engine, threads=threads or 1)
    model.head, model.causal = head, causal
    model.check_head()
    if threads and model.runner.form == "torch":
        import torch

        torch.set_num_threads(threads)
    return model


def check_static(folder: Path, head: str, engine: str = "auto") -> None:
    """Raise `UsageError` for a head or an engine that the static model in a folder, if it is one, has not."""
    from sentemo.static.folder import is_static

    if (head != "classifier" or engine != "auto") and is_static(folder):
        cause = f"The model in {folder} is static: it has one head, the classifier, and needs no engine"
        raise UsageError(cause, "Leave --head and --engine out, or name another model")
