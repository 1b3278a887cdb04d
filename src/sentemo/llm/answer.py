"""Parse replies: the first label that a reply names, as in the paper (section 6.1), or none."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache

from sentemo.types import ABSTENTION, LabelSet

LONGEST = 20_000
"""Maximum number of characters of a reply that are read."""
MOST_OBJECTS = 50
"""Maximum number of places to look for a JSON object."""
TAGS = "think|thinking|thoughts?|reasoning|reflection|analysis|scratchpad|seed:think|inner_monologue"
_OPENED = re.compile(rf"<(?P<tag>{TAGS})\b[^>]*>|\[(?P<bracket>THINK)\]|<\|begin_of_thought\|>", re.IGNORECASE)
_CLOSED = re.compile(rf"</(?:{TAGS})\s*>|\[/THINK\]|<\|end_of_thought\|>", re.IGNORECASE)
_CHANNEL = re.compile(
    r"<\|channel\|>\s*(\w+)(?:<\|[^|]*\|>)?(.*?)(?=<\|(?:end|start|channel|return|call)\|>|$)",
    re.DOTALL,
)
"""A message of a model with reasoning channels, of which `final` is the answer."""
GAP = re.compile(r"[\s_-]+")


def read_answer(text: str, labels: LabelSet) -> str:
    """Return the first label that a reply names, in any case, or `ABSTENTION`; never anything else.

    Reasoning may name labels that the model then rejects, so it is skipped. In a reply with a JSON object that has a
    `label`, only that is read; null means none. The neutral label may be called by its name, `neutral` or `no
    emotion`.
    """
    answer = without_thoughts(text[:LONGEST])
    told = _json_label(answer)
    answer = answer if told is None else told
    pattern, label_of = _names(labels)
    found = pattern.search(answer)
    return label_of.get(_key(found.group()), ABSTENTION) if found else ABSTENTION


def without_thoughts(text: str) -> str:
    """Remove a model's reasoning before its answer: in tags, nested or without a start or an end, or in channels."""
    channels = _CHANNEL.findall(text)
    if channels:
        return "".join(said for name, said in channels if name.lower() == "final")
    answer, depth, at = "", 0, 0
    marks = sorted(
        [(found.start(), found.end(), 1) for found in _OPENED.finditer(text)]
        + [(found.start(), found.end(), -1) for found in _CLOSED.finditer(text)]
    )
    for start, end, step in marks:
        if depth == 0 and step > 0:
            answer += text[at:start]
        elif depth == 0:
            answer = ""  # the prompt opened the tag that closes here: everything so far was reasoning
        depth, at = max(0, depth + step), end
    return answer + (text[at:] if depth == 0 else "")


def _json_label(text: str) -> str | None:
    """Return the `label` of the first JSON object that has one, "" if it is null; None if no object has one."""
    decoder, start = json.JSONDecoder(), text.find("{")
    for _ in range(MOST_OBJECTS):
        if start < 0:
            break
        end = start + 1
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict) and "label" in value:
            label = value["label"]
            label = " ".join(each for each in label if isinstance(each, str)) if isinstance(label, list) else label
            return label if isinstance(label, str) else ""
        start = text.find("{", end)
    return None


@lru_cache(maxsize=16)
def _names(labels: LabelSet) -> tuple[re.Pattern[str], Mapping[str, str]]:
    """Return a pattern of all names of all labels, and the label of each."""
    label_of = {_key(name): name for name in labels.names}
    if labels.neutral is not None:
        for other in ("neutral", "no emotion"):
            label_of.setdefault(other, labels.neutral)
    longest_first = sorted(label_of, key=len, reverse=True)
    options = "|".join(r"[\s_-]+".join(map(re.escape, name.split(" "))) for name in longest_first)
    return re.compile(rf"(?<!\w)(?:{options})(?!\w)", re.IGNORECASE), label_of


def _key(name: str) -> str:
    return GAP.sub(" ", name).strip().casefold()
