"""A labelled conversation with what is known beside its labels: in which file, by which columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sentemo.types import Prediction

UNKNOWN = float("nan")


@dataclass(frozen=True, slots=True)
class Labelled:
    """The labels of one conversation, and what else its file says of its turns."""

    prediction: Prediction
    file: str = ""
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The value of each asked column, for every turn."""


def seconds(time: datetime | None) -> float:
    """Return the seconds of a time since 1970, NaN where there is none; one without a zone counts as UTC."""
    if time is None:
        return UNKNOWN
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
