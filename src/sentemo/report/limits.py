"""What a model is, and what it is bad at: what every report says of its own labels."""

from __future__ import annotations

from typing import Any

from sentemo.types import Labeler

BAD_AT = (
    "Complaints stated as plain facts: many are called neutral.",
    "Sarcasm that reads as praise.",
    "Feelings that only a later message reveals, or that are not in the words at all: tone of voice, pictures, jokes "
    "between friends.",
    "Languages other than English.",
    "Rare emotions, which are missed more often than frequent ones: see the figures of each label in the guide on "
    "generality.",
)
"""Of the models that ship with the package; others are measured with `sentemo evaluate`."""
READ_AS = (
    "It labels what is written, which is not what a person feels. Don't use it to judge people, at work or in public "
    "places, nor for medical or legal decisions."
)


def about(name: Any, labeler: Labeler) -> dict[str, Any]:
    """Return the model's name and what it was trained on, where it says so."""
    facts = getattr(labeler, "facts", None) or {}
    return {
        "name": str(name) if isinstance(name, str) else type(labeler).__name__,
        "corpora": list(facts.get("corpora", ())),
        "date": facts.get("date"),
    }
