"""Recognise the emotion of every utterance in a conversation, by context-aware metric learning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sentemo.errors import lazy
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
__getattr__, __dir__ = lazy(
    __name__,
    {
        "SentEmoContext": "model",
        "label": "integrations",
        "load": "loading",
        "pipeline": "integrations",
        "read_conversations": "formats",
    },
)
