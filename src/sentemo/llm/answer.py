"""What a reply says: the first label that it names, as the paper reads replies (section 6.1), or none."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache

from sentemo.types import ABSTENTION, LabelSet

LONGEST = 20_000
"""Characters of a reply that are read."""
THOUGHT = re.compile(r"<think>.*?(</think>|$)", re.DOTALL | re.IGNORECASE)
"""A reasoning model's thoughts name labels that it may reject, so they are not its answer."""
GAP = re.compile(r"[\s_-]+")


def read_answer(text: str, labels: LabelSet) -> str:
    """Return the first label that a reply names, in any case, or `ABSTENTION`; never anything else.

    In a reply with a JSON object whose `label` is text, that text is read alone. The neutral label may be called by its
    name, `neutral` or `no emotion`.
    """
    answer = THOUGHT.sub("", text[:LONGEST])
    answer = _json_label(answer) or answer
    pattern, label_of = _names(labels)
    found = pattern.search(answer)
    return label_of.get(_key(found.group()), ABSTENTION) if found else ABSTENTION


def _json_label(text: str) -> str | None:
    """Return the `label` of the first JSON object, None where there is none."""
    try:
        value, _ = json.JSONDecoder().raw_decode(text, text.index("{"))
    except (ValueError, RecursionError):
        return None
    label = value.get("label")
    return (label or "-") if isinstance(label, str) else None


@lru_cache(maxsize=16)
def _names(labels: LabelSet) -> tuple[re.Pattern[str], Mapping[str, str]]:
    """A pattern of all names of all labels, and the label of each."""
    label_of = {_key(name): name for name in labels.names}
    if labels.neutral is not None:
        for other in ("neutral", "no emotion"):
            label_of.setdefault(other, labels.neutral)
    longest_first = sorted(label_of, key=len, reverse=True)
    options = "|".join(r"[\s_-]+".join(map(re.escape, name.split(" "))) for name in longest_first)
    return re.compile(rf"(?<!\w)(?:{options})(?!\w)", re.IGNORECASE), label_of


def _key(name: str) -> str:
    return GAP.sub(" ", name).strip().casefold()
