"""Static models: a token table and a small network, for a first pass over archives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sentemo.errors import lazy

if TYPE_CHECKING:
    from sentemo.static.distillation import Distillation, distil
    from sentemo.static.folder import write_static
    from sentemo.static.model import StaticModel

__all__ = ["Distillation", "StaticModel", "distil", "write_static"]
__getattr__, __dir__ = lazy(
    __name__,
    {
        "Distillation": "distillation",
        "StaticModel": "model",
        "distil": "distillation",
        "write_static": "folder",
    },
)
