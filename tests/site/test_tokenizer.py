"""The browser's tokenizer gives the tokens of the `tokenizers` library, for any text."""

from __future__ import annotations

import json
import random
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from tokenizers import Tokenizer

from sentemo.artifacts.hub import find
from sentemo.encoders.pieces import Pieces
from sentemo.formats.jsonl import read_jsonl
from sentemo.site.assets import read_tokenizer
from sentemo.site.spelling import as_javascript, spelling

MAX_TOKENS = 96
ALPHABETS = [
    *(
        "abc XYZ.!?",
        "😀😭🙄👍🏽👨‍👩‍👧❤️🇩🇪♥☺🫠★↑ ",
        "日本語漢字カナ한국어 ",
        "  \t\n\r\u00a0\u2003\u200b\ufeff\u0085\u3000 a",
    ),
    *(":;=-)(/\\|DPpoOx3<>^_'T. a", " éÉüßİıŁñçșΣσς́̈", "¹²½ⅣⓐⒶ𝓐𝐀ﷺﬁ Å", "\x00\ufffd\x07\x1b\ue000 b"),
    "[SEP][CLS]## a|",
]
LONG = [
    *("a" * 101, "x" * 3000, "", "   ", "One. Two! " * 200, "word " * 500),
    "WHY :-( :'( </3 <3 ¯\\_(ツ)_/¯ (╯°□°)╯︵ ┻━┻ >:( T_T o_O",
]


def texts() -> list[str]:
    """Invented texts of every kind of letter, and the corpus's."""
    chance = random.Random(0)
    found = [*LONG]
    for _ in range(3000):
        letters = "".join(chance.sample(ALPHABETS, chance.randint(1, 3)))
        words = [chance.choice(letters) for _ in range(chance.randint(1, 40))]
        words[0] = chr(chance.choice([chance.randrange(0x20, 0xD7FF), chance.randrange(0x1F000, 0x1FB00)]))
        found.append("".join(words))
    path = files("sentemo.corpora") / "everyday_data" / "test.jsonl"
    return found + [turn.text for talk in read_jsonl(Path(str(path))) for turn in talk]


@pytest.fixture(scope="module", params=["default", "static"])
def pieces(request: pytest.FixtureRequest) -> Pieces:
    return read_tokenizer(find(request.param) / "tokenizer.json", MAX_TOKENS)


def test_the_same_tokens(browser: Browser, pieces: Pieces) -> None:
    given = texts()
    page = browser.new_page()
    code = (files("sentemo.site") / "app" / "tokenizer.js").read_text(encoding="utf-8")
    run = """async ([code, spelling, texts]) => {
      const { Tokenizer } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
      const tokenizer = new Tokenizer(JSON.parse(spelling));
      return texts.map((text) => tokenizer.parts(text));
    }"""
    spelled = json.dumps(spelling(pieces.tokenizer, MAX_TOKENS))
    found: list[Any] = page.evaluate(run, [code, spelled, given])
    page.close()
    for text, tokens, wanted in zip(given, found, pieces.parts(given), strict=True):
        assert tokens == wanted, repr(text)


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [(r"a\x{1F3FB}?", r"a\u{1F3FB}?"), (r"[\s]\.", None), (r"\s[^\]]", None)],
)
def test_patterns_are_rewritten(pattern: str, wanted: str | None) -> None:
    spaces = r"\u{9}-\u{D}\u{20}\u{85}\u{A0}\u{1680}\u{2000}-\u{200A}\u{2028}-\u{2029}\u{202F}\u{205F}\u{3000}"
    expected = {r"[\s]\.": rf"[{spaces}]\.", r"\s[^\]]": rf"[{spaces}][^\]]"}
    assert as_javascript(pattern) == (wanted or expected[pattern])


def test_a_tokenizer_of_another_kind_is_refused() -> None:
    from tokenizers import models, normalizers, pre_tokenizers

    from sentemo.errors import BadModel

    other = Tokenizer(models.WordLevel({"[UNK]": 0}, "[UNK]"))
    other.normalizer, other.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.Whitespace()
    with pytest.raises(BadModel, match="not a BERT's"):
        spelling(other, MAX_TOKENS)
