"""Export a trained model to ONNX graphs next to its weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sentemo.errors import lazy

if TYPE_CHECKING:
    from sentemo.export.write import export

__all__ = ["export"]
__getattr__, __dir__ = lazy(
    __name__,
    {
        "export": "write",
    },
)
