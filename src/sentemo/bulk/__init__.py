"""Archives of any size: labelled in shards by one process, several or a Ray cluster, and resumable at any time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sentemo.errors import lazy

if TYPE_CHECKING:
    from sentemo.bulk.engine import InProcess, Processes
    from sentemo.bulk.ray_engine import Ray
    from sentemo.bulk.run import Order, Progress, label
    from sentemo.bulk.worker import LoadModel

__all__ = ["InProcess", "LoadModel", "Order", "Processes", "Progress", "Ray", "label"]
__getattr__, __dir__ = lazy(
    __name__,
    {
        "InProcess": "engine",
        "LoadModel": "worker",
        "Order": "run",
        "Processes": "engine",
        "Progress": "run",
        "Ray": "ray_engine",
        "label": "run",
    },
)
