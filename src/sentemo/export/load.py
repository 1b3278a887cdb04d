"""A saved model in whatever form it lies there: as it was trained, as graphs, or static."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Union

from sentemo.errors import UsageError
from sentemo.export.folder import is_exported
from sentemo.export.static_folder import is_static
from sentemo.types import Head

if TYPE_CHECKING:
    from sentemo.export.onnx_model import OnnxModel
    from sentemo.export.static_model import StaticModel
    from sentemo.model import SentEmoContext

Form = Union["SentEmoContext", "OnnxModel", "StaticModel"]
"""A model, in any form that it can have on disk."""


def labels_only(folder: Path) -> bool:
    """Tell whether a folder holds a form of a model that labels, without torch, and does nothing else."""
    return is_exported(folder) or is_static(folder)


def check_head(folder: Path, head: str) -> None:
    """Raise `UsageError` for a head that the form of a model in a folder has not."""
    if head != "classifier" and labels_only(folder):
        raise UsageError(
            f"The model in {folder} was exported and has no {head}", "Leave the head out, or name another model"
        )


def open_labeler(folder: Path, *, head: Head = "classifier", causal: bool = False, threads: int = 0) -> Form:
    """Load the model in a folder; a form that needs no torch doesn't import it.

    `threads` 0 is one for graphs and torch's choice for torch, where any other number holds for the whole process.
    Raises `BadModel` for a damaged model, `UsageError` for a head that it has not, `MissingExtra` for graphs where
    onnxruntime is not installed.
    """
    check_head(folder, head)
    if is_static(folder):
        from sentemo.export.static_model import StaticModel

        return StaticModel.from_pretrained(folder, causal=causal)
    if is_exported(folder):
        from sentemo.export.onnx_model import OnnxModel

        return OnnxModel.from_pretrained(folder, threads=threads or 1, causal=causal)
    import torch

    from sentemo.model import SentEmoContext

    if threads:
        torch.set_num_threads(threads)
    model = SentEmoContext.from_pretrained(folder)
    model.head, model.causal = head, causal
    return model
