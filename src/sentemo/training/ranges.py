"""Which values a recipe's settings may take."""

from __future__ import annotations

import math
from typing import Any, Literal, get_args, get_origin

from sentemo.errors import UsageError

POSITIVE = (
    "context_dim",
    "space_dim",
    "heads",
    "dialogues",
    "per_label",
    "clip",
    "patience",
    "batch",
    "accumulate",
    "max_tokens",
    "turns",
)
SHARES = (
    *("dropout", "input_dropout", "causal_share", "label_smoothing", "warmup", "average", "word_dropout"),
    *("cycle_rate", "undo", "neutral_cap"),
)


def typed(section: str, key: str, default: Any, hint: Any, value: Any) -> Any:
    """Return the value in the type of the setting's default; a number without a point serves as a float."""
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(default, tuple) and isinstance(value, list) and all(type(x) is get_args(hint)[0] for x in value):
        return tuple(value)
    if type(value) is not type(default):
        raise UsageError(f"{section}.{key} = {value!r} is a {type(value).__name__}", f"Give a {type(default).__name__}")
    return value


def check_range(section: str, key: str, hint: Any, value: Any) -> None:
    """Refuse a word that is none of the setting's, and a number that makes no sense for it; none is negative."""
    if get_origin(hint) is Literal and value not in get_args(hint):
        raise UsageError(f"{section}.{key} = {value!r} is not known", f"Use one of: {', '.join(get_args(hint))}")
    if isinstance(value, int | float):
        most = 1 if key in SHARES else math.inf
        if not 0 <= value <= most or value == math.inf or (key in POSITIVE and not value):
            span = "from 0 to 1" if key in SHARES else "above 0" if key in POSITIVE else "of 0 or more"
            raise UsageError(f"{section}.{key} = {value} makes no sense", f"Give a number {span}")
