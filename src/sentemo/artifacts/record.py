"""A dataclass read from JSON, strictly. No torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from sentemo.artifacts.manifest import AGAIN
from sentemo.errors import BadModel

Record = TypeVar("Record")


def read_object(path: Path) -> dict[str, Any]:
    """Read a file that holds one JSON object; raise `BadModel` for any other."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadModel(f"{path} is missing or damaged", AGAIN) from error
    if not isinstance(record, dict):
        raise BadModel(f"{path} is damaged", AGAIN)
    return record


def as_record(record: Mapping[str, Any], kind: type[Record], path: Path) -> Record:
    """Make a dataclass of a JSON object; raise `BadModel` for an entry too many, too few or of another type."""
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
