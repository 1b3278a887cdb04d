"""Spell out what a BERT's vocabulary lacks: emoji, emoticons, capitals, letters that are drawn out."""

from __future__ import annotations

import json
from importlib.resources import files

from tokenizers import Tokenizer


def spell_out(tokenizer: Tokenizer) -> Tokenizer:
    """Return a tokenizer that reads emoji by their Unicode names and keywords, emoticons as words, capitals by a mark.

    The rules become part of the tokenizer's own file (`spelling.json`, which `tools/spell_emoji.py` makes from
    Unicode's CLDR), so that whatever loads it reads the same.
    """
    steps = json.loads((files("sentemo.encoders") / "spelling.json").read_text(encoding="utf-8"))
    description = json.loads(tokenizer.to_str())
    own = description["normalizer"]
    description["normalizer"] = {"type": "Sequence", "normalizers": [*steps, *([own] if own else [])]}
    return Tokenizer.from_str(json.dumps(description))
