from __future__ import annotations

import json
import random
from importlib.resources import files

import pytest
from tokenizers import Tokenizer

from sentemo.encoders.packaged import packaged_folder
from sentemo.encoders.reader import spell_out

EMOJI = [
    *map(chr, range(0x1F600, 0x1F650)),
    *map(chr, range(0x1F300, 0x1F320)),
    *(chr(point) for point in range(0x1F90C, 0x1FA00) if point not in (0x1F93B, 0x1F946)),  # two are not emoji
    *map(chr, range(0x1FAE0, 0x1FAE9)),
    *"❤☹☺✌☝✨⭐☕♥⚽",
]
"""Emoji of Unicode 16, faces, hands, hearts and things."""
SEQUENCES = ["👨‍👩‍👧", "🤷🏽‍♀️", "👍🏿", "🇫🇷", "1️⃣", "❤️‍🔥", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"]


@pytest.fixture(scope="module")
def spelt() -> Tokenizer:
    tokenizer = spell_out(Tokenizer.from_file(str(packaged_folder() / "tokenizer.json")))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def test_ten_thousand_sequences_of_emoji_are_known(spelt: Tokenizer) -> None:
    rng = random.Random(0)
    texts = ["".join(rng.choices([*EMOJI, *SEQUENCES], k=rng.randint(1, 6))) for _ in range(5000)]
    texts += [f"well {text} ok{rng.choice(EMOJI)}" for text in texts]
    for text, encoding in zip(texts, spelt.encode_batch(texts), strict=True):
        assert "[UNK]" not in encoding.tokens, text
        assert len(encoding.tokens) > 2, text


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("omg😭", "om ##g loudly crying face sad cry"),
        ("😡😡😡", "enraged face unhappy angry"),
        ("👍🏽", "thumbs up"),
        ("ok :) :( :'(", "ok smiling happy frowning sad crying sad"),
        ("10:30 (note)", "10 : 30 ( note )"),
        ("see https://example.org/a", "see https : / / example . org / a"),
        ("WHERE IS it", "↑ where is it"),
        ("the USA and NASA", "the usa and ↑ nasa"),
        ("sooooo good!!!!", "soo good ! !"),
        ("café", "cafe"),
        ("I <3 it", "i heart love it"),
    ],
)
def test_what_is_read(spelt: Tokenizer, text: str, tokens: str) -> None:
    assert spelt.encode(text).tokens[1:-1] == tokens.split()


def test_no_text_makes_it_fail(spelt: Tokenizer) -> None:
    """The library panics on some chains of rules, so odd texts are tried in number."""
    rng = random.Random(1)
    odd = [
        *EMOJI,
        *SEQUENCES,
        *"abc XYZ.,!?():;-_'\n\t\réüñ中文हिन्दीעבריתالعربية\u200d\ufe0f\u0301\u202eİẞﬁ",
        "WOW NO",
        ":)",
    ]
    for _ in range(20_000):
        spelt.encode("".join(rng.choices(odd, k=rng.randint(0, 14))))


def test_the_rules_are_in_the_tokenizers_own_file(spelt: Tokenizer) -> None:
    again = Tokenizer.from_str(spelt.to_str())
    assert again.encode("WHY 😭 NOT").ids == spelt.encode("WHY 😭 NOT").ids
    steps = json.loads((files("sentemo.encoders") / "spelling.json").read_text(encoding="utf-8"))
    assert {step["type"] for step in steps} == {"Replace", "Prepend", "Precompiled"}
