"""DailyDialog's labels and their ids in its files."""

from __future__ import annotations

from sentemo.corpora.turns import Place
from sentemo.types import LabelSet

LABELS = LabelSet(("neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise"), neutral="neutral")
"""In the order of the published ids; the corpus itself calls id 0 "no emotion"."""

IDS = {str(id): name for id, name in enumerate(LABELS.names)}


def emotion_name(emotion: object, place: Place) -> str:
    """Give the label of a published id 0 to 6, as a number or its digit."""
    name = IDS.get(str(emotion))
    if name is None:
        place.refuse(f"Unknown emotion id {str(emotion)[:20]!r}", "Use the ids 0 to 6")
    return name
