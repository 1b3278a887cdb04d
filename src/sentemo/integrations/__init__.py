"""sentemo inside other tools: data frames, scikit-learn, ConvoKit, Hugging Face, Label Studio."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from sentemo.errors import MissingExtra

if TYPE_CHECKING:
    from sentemo.integrations.convokit import EmotionTransformer
    from sentemo.integrations.estimators import EmotionClassifier, EmotionFeatures
    from sentemo.integrations.frames import label
    from sentemo.integrations.text_classification import TextClassification, pipeline

__all__ = ["EmotionClassifier", "EmotionFeatures", "EmotionTransformer", "TextClassification", "label", "pipeline"]
LAZY = {
    "EmotionClassifier": ("estimators", "sklearn"),
    "EmotionFeatures": ("estimators", "sklearn"),
    "EmotionTransformer": ("convokit", "convokit"),
    "TextClassification": ("text_classification", ""),
    "label": ("frames", "frames"),
    "pipeline": ("text_classification", ""),
}
"""Where each name comes from, and the extra that it needs."""


def __getattr__(name: str) -> object:
    """Import a name on first access; raise `MissingExtra` if its library is not installed."""
    if name not in LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, extra = LAZY[name]
    try:
        return getattr(import_module(f"{__name__}.{module}"), name)
    except ModuleNotFoundError as missing:
        if not extra or str(missing.name).startswith("sentemo"):
            raise
        raise MissingExtra(f"{str(missing.name).partition('.')[0]}, which {name} needs,", extra) from None


def __dir__() -> list[str]:
    return __all__
