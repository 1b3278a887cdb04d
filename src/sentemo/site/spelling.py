"""A tokenizer for the browser: `tokenizer.json`, precomputed so that JavaScript needs no Unicode tables.

The `tokenizers` library classifies letters, marks and punctuation by its own Unicode tables, and a browser by others,
of a different version. So the library is queried here about every code point, and the answers are stored.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Any

from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers

from sentemo.encoders.pieces import ENDS
from sentemo.errors import BadModel

SEPARATOR = "|"
SURROGATES = range(0xD800, 0xE000)
LETTERS = [chr(point) for point in range(0x110000) if point not in SURROGATES]
AT_ONCE = 1000  # letters per call: some steps take quadratic time in the length of a text
HANGUL = range(0xAC00, 0xD7A4)
"""Hangul syllables, which every browser can decompose."""
_PART = re.compile(r"\\x\{(?P<code>[0-9A-F]+)\}|(?P<kind>\\p\{\w+\}|\\[ws])|\\.|.", re.DOTALL)


def spelling(tokenizer: Tokenizer, max_tokens: int) -> dict[str, Any]:
    """Describe a BERT's tokenizer as `app/tokenizer.js` reads it; raise `BadModel` for any other kind."""
    known = json.loads(tokenizer.to_str())
    model, steps = known["model"], _normalizers(known["normalizer"])
    if model["type"] != "WordPiece" or (known["pre_tokenizer"] or {}).get("type") != "BertPreTokenizer":
        raise BadModel("This model's tokenizer is not a BERT's", "Use a model whose encoder is a BERT")
    frame = tokenizer.encode("").ids
    before = len(frame) // 2
    vocabulary = sorted(model["vocab"], key=model["vocab"].__getitem__)
    return {
        "steps": [_step(each) for each in steps[:-1]],
        **_folding(json.dumps(steps[-1])),
        "punctuation": f"[{_punctuation()}]",
        "vocabulary": vocabulary,
        "prefix": model["continuing_subword_prefix"],
        "unknown": model["vocab"][model["unk_token"]],
        "opening": frame[:before],
        "closing": frame[before:],
        "ends": [model["vocab"][end] for end in ENDS if end in model["vocab"]],
        "max_tokens": max_tokens,
    }


def _normalizers(own: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = list(own["normalizers"]) if own["type"] == "Sequence" else [own]
    if found[-1]["type"] != "BertNormalizer":
        raise BadModel("This model's tokenizer is not a BERT's", "Use a model whose encoder is a BERT")
    return found


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    if step["type"] == "Replace":
        return {"find": as_javascript(step["pattern"]["Regex"]), "put": step["content"]}
    if step["type"] == "Prepend":
        return {"prepend": step["prepend"]}
    if step["type"] == "Precompiled":
        rules = normalizers.Precompiled(base64.b64decode(step["precompiled_charsmap"]))
        return {"replace": {letter: said for letter, said in _each(rules) if said != letter}}
    raise BadModel(f"A browser can't run this tokenizer's {step['type']}", "Use a model that sentemo trained")


@cache
def _folding(step: str) -> dict[str, Any]:
    """Return what happens to each letter: dropped, split off as a word, or folded (lower case, no accents)."""
    options = {name: value for name, value in json.loads(step).items() if name != "type"}
    changed = {a: b for a, b in _each(normalizers.BertNormalizer(**options)) if a != b and ord(a) not in HANGUL}
    dropped = {letter for letter, said in changed.items() if not said}
    spaced = {letter for letter, said in changed.items() if said == f" {letter} "}
    fold = {letter: changed[letter] for letter in sorted(changed.keys() - dropped - spaced)}
    return {"dropped": f"[{_ranges(dropped)}]", "spaced": f"[{_ranges(spaced)}]", "fold": fold}


def _each(step: normalizers.Normalizer) -> Iterator[tuple[str, str]]:
    """Yield every letter and the result of a step for it."""
    yield SEPARATOR, step.normalize_str(SEPARATOR)
    for start in range(0, len(LETTERS), AT_ONCE):
        letters = [letter for letter in LETTERS[start : start + AT_ONCE] if letter != SEPARATOR]
        yield from zip(letters, step.normalize_str(SEPARATOR.join(letters)).split(SEPARATOR), strict=True)


def as_javascript(pattern: str) -> str:
    """Rewrite a pattern of Oniguruma for JavaScript's `u` flag, classes of letters as ranges."""
    found, inside = [], False
    for part in _PART.finditer(pattern):
        text = part[0]
        if part["code"]:
            text = rf"\u{{{part['code']}}}"
        elif part["kind"]:
            text = _members(f"[{text}]") if inside else f"[{_members(text)}]"
        inside = text == "[" or (inside and text != "]")
        found.append(text)
    return "".join(found)


@cache
def _members(kind: str) -> str:
    """Return the letters of a class such as `\\w` or `[\\w]`, which differ in Oniguruma, as ranges."""
    return _ranges(letter for letter, said in _each(normalizers.Replace(Regex(kind), "")) if not said)


@cache
def _punctuation() -> str:
    """Return the characters that are words of their own, as ranges: between two letters they split off from both."""
    text = "".join(f"a{letter}" for letter in LETTERS) + "a"
    words = pre_tokenizers.BertPreTokenizer().pre_tokenize_str(text)
    return _ranges(word for word, (start, _) in words if len(word) == 1 and start % 2)


def _ranges(letters: Iterable[str]) -> str:
    r"""Write letters as the ranges of a class: `\u{61}-\u{7A}`."""
    points = sorted(map(ord, letters))
    starts = [b for a, b in pairwise([-2, *points]) if b != a + 1]
    ends = [a for a, b in pairwise([*points, 0x110001]) if b != a + 1]
    spans = (rf"\u{{{a:X}}}" + (rf"-\u{{{b:X}}}" if b > a else "") for a, b in zip(starts, ends, strict=True))
    return "".join(spans)
