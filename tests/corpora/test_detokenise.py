from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentemo.corpora.dailydialog import detokenise

OFFICIAL = [
    ("Well , Ann , is the kettle on ? ", "Well, Ann, is the kettle on?"),
    (" I ’ m sure . It ’ s fine ; really : yes ! ", "I'm sure. It's fine; really: yes!"),
    ("Let ' s go.We can ’ t wait", "Let's go. We can't wait"),
    ("He don’t care", "He don't care"),
    ("my parents ’ house", "my parents' house"),
    ("ready,but tired", "ready, but tired"),
    ("I ‘ d say so .", "I'd say so."),
    ("Really ? Yes ! Stop .", "Really? Yes! Stop."),
]

NORMAL = [
    "It's 12:30, isn't it? Yes... I think so!",
    "Oh ... well",
    "It costs $3.70 (or 3,70) at 8 p.m. - see www.shop.example/a,b?c=d",
    "‘as is’ and “so what?”",
    "rock 'n' roll",
    "It' s odd",
    "Hmm. . . no",
]


@pytest.mark.parametrize(("official", "normal"), OFFICIAL)
def test_official_text_becomes_normal(official: str, normal: str) -> None:
    assert detokenise(official) == normal


@pytest.mark.parametrize("text", NORMAL)
def test_normal_text_stays(text: str) -> None:
    assert detokenise(text) == text


@given(st.text(st.sampled_from(" .,:;!?'’‘abs(tTlmd1\n“")) | st.text())
def test_twice_is_once(text: str) -> None:
    once = detokenise(text)
    assert detokenise(once) == once


@pytest.mark.slow
@pytest.mark.parametrize("split", ["train", "validation"])
def test_real_detokenised_text_stays(data_dir: Path, split: str) -> None:
    file = data_dir / "dailydialog" / split / f"dialogues_{split}.txt"
    texts = [" ".join(each.split()) for each in file.read_text("utf-8").split("__eou__") if each.strip()]
    changed = sum(detokenise(text) != text for text in texts)
    assert changed <= 0.0005 * len(texts)
