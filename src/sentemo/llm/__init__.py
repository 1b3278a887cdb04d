"""Language models as labelers: one prompt per turn, over HTTP or with local weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sentemo.errors import lazy

if TYPE_CHECKING:
    from sentemo.llm.costs import Prices
    from sentemo.llm.endpoint import Endpoint
    from sentemo.llm.labeler import LlmLabeler
    from sentemo.llm.local import LocalModel
    from sentemo.llm.prompt import Prompt
    from sentemo.llm.settings import Settings
    from sentemo.llm.spec import Spec

__all__ = ["Endpoint", "LlmLabeler", "LocalModel", "Prices", "Prompt", "Settings", "Spec"]
__getattr__, __dir__ = lazy(
    __name__,
    {
        "Endpoint": "endpoint",
        "LlmLabeler": "labeler",
        "LocalModel": "local",
        "Prices": "costs",
        "Prompt": "prompt",
        "Settings": "settings",
        "Spec": "spec",
    },
)
