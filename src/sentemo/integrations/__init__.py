"""sentemo inside other tools: data frames, scikit-learn, ConvoKit, Hugging Face, Label Studio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sentemo.errors import lazy

if TYPE_CHECKING:
    from sentemo.integrations.convokit import EmotionTransformer
    from sentemo.integrations.estimators import EmotionClassifier, EmotionFeatures
    from sentemo.integrations.frames import label
    from sentemo.integrations.text_classification import TextClassification, pipeline

__all__ = ["EmotionClassifier", "EmotionFeatures", "EmotionTransformer", "TextClassification", "label", "pipeline"]
__getattr__, __dir__ = lazy(
    __name__,
    {
        "EmotionClassifier": "estimators",
        "EmotionFeatures": "estimators",
        "EmotionTransformer": "convokit",
        "TextClassification": "text_classification",
        "label": "frames",
        "pipeline": "text_classification",
    },
    extras={"estimators": "sklearn", "convokit": "convokit", "frames": "frames"},
)
