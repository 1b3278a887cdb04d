"""Recognise the emotion of every utterance in a conversation, by context-aware metric learning."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from sentemo.types import Conversation, Labeler, LabelSet, Prediction, TurnPrediction, Utterance

if TYPE_CHECKING:
    from sentemo.formats import read_conversations
    from sentemo.integrations import label, pipeline
    from sentemo.loading import load
    from sentemo.model import SentEmoContext

__version__ = "0.2.0"
__all__ = [
    "Conversation",
    "LabelSet",
    "Labeler",
    "Prediction",
    "SentEmoContext",
    "TurnPrediction",
    "Utterance",
    "__version__",
    "label",
    "load",
    "pipeline",
    "read_conversations",
]
LAZY = {
    "SentEmoContext": "sentemo.model",
    "label": "sentemo.integrations",
    "load": "sentemo.loading",
    "pipeline": "sentemo.integrations",
    "read_conversations": "sentemo.formats",
}
"""The module of each public name that is imported on first access."""


def __getattr__(name: str) -> object:
    """Import a name in `LAZY` on first access."""
    if name not in LAZY:
        raise AttributeError(f"module 'sentemo' has no attribute {name!r}")
    return getattr(import_module(LAZY[name]), name)


def __dir__() -> list[str]:
    return __all__
