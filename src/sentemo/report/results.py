"""What a report holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sentemo.report.course import Course
from sentemo.types import LabelSet

Row = dict[str, Any]


@dataclass(frozen=True)
class Results:
    """What was found in labelled conversations. `tables` holds every figure, by the name of its table."""

    read: Row
    """What was read: files, conversations, turns, speakers, when, and what intervals are resampled by."""
    labels: LabelSet
    tables: Mapping[str, Sequence[Row]]
    courses: Sequence[Course] = ()
    model: Row = field(default_factory=dict)
    """What labelled them, and what it is bad at; empty where the labels were there."""
