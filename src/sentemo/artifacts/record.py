"""A dataclass read from JSON, strictly. No torch."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from sentemo.artifacts.manifest import AGAIN
from sentemo.errors import BadModel

Record = TypeVar("Record")


def read_record(path: Path, kind: type[Record], format: str, unknown: str, step: str) -> Record:
    """Read a dataclass that was written as one JSON object and has a field `format`.

    Raises `BadModel` for a damaged file, an entry too many or too few or of another type, and, saying that the file is
    `unknown` with `step` as the way out, for another format.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadModel(f"{path} is missing or damaged", AGAIN) from error
    if not isinstance(record, dict) or record.get("format") != format:
        raise BadModel(f"{path} is {unknown} of a format that this version knows", step)
    types = get_type_hints(kind)
    if record.keys() != {field.name for field in fields(kind)} or not all(  # type: ignore[arg-type]
        _is(record[name], wanted) for name, wanted in types.items()
    ):
        raise BadModel(f"{path} has unknown, missing or mistyped entries", AGAIN)
    return kind(**record)


def _is(value: Any, kind: Any) -> bool:
    """Tell whether a value read from JSON is of an annotated type, down to a list's entries."""
    if isinstance(kind, UnionType):
        return any(_is(value, each) for each in get_args(kind))
    if get_origin(kind) is list:
        [entry] = get_args(kind)
        return isinstance(value, list) and all(_is(each, entry) for each in value)
    if kind is float:
        return type(value) in (int, float) and abs(value) < float("inf")
    return isinstance(value, dict) if get_origin(kind) is dict else type(value) is kind
