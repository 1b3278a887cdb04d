"""JSON values out of text that is held as a whole, with every failure as `BadInput`."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sentemo.formats.turns import Place


def load_object(text: str, place: Place) -> Mapping[str, object]:
    """Parse the JSON object of a line."""
    value = load_json(text, place, "Write one flat JSON object a line")
    if not isinstance(value, dict):
        place.refuse("Not a JSON object", 'Write {"turns": [{"speaker": "Ann", "text": "Hello"}]}')
    return value


def load_json(text: str, place: Place, next_step: str) -> object:
    """Parse JSON; an error names the place's line, or the text's own where the place is a whole file."""
    try:
        value: object = json.loads(text, object_pairs_hook=without_repeats)
    except json.JSONDecodeError as error:
        where = Place(place.path, place.line or error.lineno)
        where.refuse(f"Not JSON: {error.msg} at character {error.colno}", next_step)
    except (ValueError, RecursionError) as error:  # a repeated key, a number of thousands of digits, deep nesting
        place.refuse(f"JSON that cannot be used: {error}", next_step)
    return value


def without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("an object names a key twice")
    return value
