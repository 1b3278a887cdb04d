"""Save and load a model's tags: numbers in one file, names and texts in another, validated on reading."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from sentemo.artifacts.manifest import AGAIN
from sentemo.artifacts.weights import Array
from sentemo.errors import BadModel
from sentemo.tags import TagExamples, Tags

NUMBERS, WORDS = "tags.safetensors", "tags.json"


def write_tags(folder: Path, tags: Tags) -> None:
    """Write a model's tags."""
    from safetensors.numpy import save

    kept = tags.examples
    arrays: dict[str, Array] = {"weights": tags.weights, "biases": tags.biases, "context": tags.context}
    arrays |= {"alone": kept.alone, "within": kept.within, "gold": kept.gold, "counter": kept.counter}
    (folder / NUMBERS).write_bytes(save({name: np.ascontiguousarray(array) for name, array in arrays.items()}))
    words = {"names": tags.names, "texts": kept.texts}
    (folder / WORDS).write_text(json.dumps(words, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_tags(folder: Path, features: int, shades: int) -> Tags | None:
    """Read a model's tags on its features, and perhaps on shades; None if there are none.

    Raises `BadModel` if they are damaged.
    """
    if not (folder / NUMBERS).exists():
        return None
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays = load((folder / NUMBERS).read_bytes())
        words = json.loads((folder / WORDS).read_text(encoding="utf-8"))
        names, texts = tuple(words["names"]), tuple(words["texts"])
        kept = TagExamples(arrays["alone"], arrays["within"], arrays["gold"], arrays["counter"], texts)
        tags = Tags(names, arrays["weights"], arrays["biases"], arrays["context"], kept)
    except (OSError, SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadModel(f"{folder / NUMBERS} or {WORDS} is missing or damaged", AGAIN) from error
    if not _is_sound(tags, features, shades):
        raise BadModel(f"{folder / NUMBERS} doesn't fit the model", AGAIN)
    return tags


def _is_sound(tags: Tags, features: int, shades: int) -> bool:
    many, count, kept = len(tags.names), len(tags.examples.texts), tags.examples
    reads_shades = tags.weights.shape[-1:] != (features,)
    shapes: list[tuple[Array, tuple[int, ...], type]] = [
        (tags.weights, (many, features + shades * reads_shades), np.float32),
        (tags.biases, (many,), np.float32),
        (tags.context, (many,), np.float32),
        (kept.alone, (count, features), np.float32),
        (kept.within, (count, features), np.float32),
        (kept.gold, (count,), np.int64),
        (kept.counter, (count,), np.bool_),
    ]
    fit = all(array.shape == shape and array.dtype == kind for array, shape, kind in shapes)
    named = all(isinstance(word, str) for word in (*tags.names, *kept.texts)) and len(set(tags.names)) == many > 0
    return fit and named and all(np.isfinite(array).all() for array, *_ in shapes) and _in_range(tags)


def _in_range(tags: Tags) -> bool:
    gold = tags.examples.gold
    return bool(((gold >= 0) & (gold < len(tags.names))).all() and ((tags.context >= 0) & (tags.context <= 1)).all())
