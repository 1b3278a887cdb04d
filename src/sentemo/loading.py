"""Find a model by name and load it, whatever its form."""

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
"""A model of any form that can be stored on disk."""


def load(
    name: str | Path = "default",
    *,
    causal: bool = False,
    head: Head = "classifier",
    engine: EngineName = "auto",
    threads: int = 0,
) -> Model:
    """Load a model that ships with the package (`default`, `static`, `dailydialog`), a folder, or a hub id.

    It runs its ONNX graphs if it has any, and with torch otherwise; a static model needs neither. `threads` 0 means
    one thread for graphs and torch's default for torch, where any other number applies to the whole process. Raises
    `BadModel` if the model is missing or damaged, `UsageError` if it doesn't have the head or engine, and
    `MissingExtra` if it needs torch and torch is not installed.
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
    """Raise `UsageError` if the folder's model is static and doesn't have the given head or engine."""
    from sentemo.static.folder import is_static

    if (head != "classifier" or engine != "auto") and is_static(folder):
        cause = f"The model in {folder} is static: it has one head, the classifier, and needs no engine"
        raise UsageError(cause, "Leave --head and --engine out, or name another model")
