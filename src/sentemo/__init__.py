"""Recognise the emotion of every utterance in a conversation, by context-aware metric learning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sentemo.types import Conversation, Labeler, LabelSet, Prediction, TurnPrediction, Utterance

if TYPE_CHECKING:
    from sentemo.loading import load
    from sentemo.model import SentEmoContext

__version__ = "0.1.0"
__all__ = [
    "Conversation",
    "LabelSet",
    "Labeler",
    "Prediction",
    "SentEmoContext",
    "TurnPrediction",
    "Utterance",
    "__version__",
    "load",
]


def __getattr__(name: str) -> object:
    """Import what needs torch only when it is asked for."""
    if name == "SentEmoContext":
        from sentemo.model import SentEmoContext

        return SentEmoContext
    if name == "load":
        from sentemo.loading import load

        return load
    raise AttributeError(f"module 'sentemo' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
