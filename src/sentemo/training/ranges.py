"""Types and ranges of a recipe's settings."""

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
    """Return the value in the type of the setting's default; an integer is accepted for a float."""
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(default, tuple) and isinstance(value, list) and all(type(x) is get_args(hint)[0] for x in value):
        return tuple(value)
    if type(value) is not type(default):
        raise UsageError(f"{section}.{key} = {value!r} is a {type(value).__name__}", f"Give a {type(default).__name__}")
    return value


def check_range(section: str, key: str, hint: Any, value: Any) -> None:
    """Raise `UsageError` for an unknown word or a number out of range; no setting may be negative."""
    if get_origin(hint) is Literal and value not in get_args(hint):
        raise UsageError(f"{section}.{key} = {value!r} is not known", f"Use one of: {', '.join(get_args(hint))}")
    if isinstance(value, int | float):
        most = 1 if key in SHARES else math.inf
        if not 0 <= value <= most or value == math.inf or (key in POSITIVE and not value):
            span = "from 0 to 1" if key in SHARES else "above 0" if key in POSITIVE else "of 0 or more"
            raise UsageError(f"{section}.{key} = {value} makes no sense", f"Give a number {span}")
